// The costs of an experiment before it is trained: shapes, parameters, multiply-accumulates, memory and time.

internal import Experiments
internal import Glibc
internal import Model
internal import RunLog
internal import Screen

struct CostSheet: Hashable {
    /// A block, or a layer of the classifier.
    struct Row: Hashable {
        var label: String
        /// Output shape for one image; `nil` if it depends on the unknown number of classes.
        var shape: [Int]?
        /// Number of weights and biases; `nil` as above.
        var parameters: Int?
        /// Multiply-accumulates of one image's forward pass.
        var forwardMACs: Int
        /// Indices of its layers in the network.
        var layers: Range<Int>

        /// A row that its layers are still to be added to.
        fileprivate init(_ label: String, shape: [Int] = [], at index: Int) {
            self.label = label
            self.shape = shape
            parameters = 0
            forwardMACs = 0
            layers = index..<index
        }
    }

    /// Costs that depend on the data set.
    struct Totals: Hashable {
        var parameters: Int
        var trainingMACs: Int
        /// `nil` if the size of the images is unknown.
        var memoryBytes: Int?
        /// Seconds of an epoch with its evaluation; `nil` if nothing has been measured yet.
        var epochSeconds: Double?
        /// The quality of that estimate.
        var timing = Timing.near
        /// Whether the memory was measured.
        var isMemoryMeasured = false
        /// Less memory than needed; `nil` if there is enough, or if unknown.
        var shortage: Shortage?
    }

    /// Insufficient memory, in bytes.
    enum Shortage: Hashable {
        /// All of the machine's memory.
        case machine(Int)
        /// The memory that is free now.
        case free(Int)
    }

    /// The source of the time estimate.
    enum Timing: Hashable {
        /// The run itself.
        case measured
        /// A network whose steps take about as long.
        case near
        /// A network whose steps take a very different time.
        case rough
    }

    let rows: [Row]
    /// `nil` until the data set's facts are known.
    private(set) var totals: Totals?

    /// Computes an experiment's costs; throws if its network cannot be built.
    ///
    /// - Parameters:
    ///   - dataset: the data set's facts; `nil` if unknown.
    ///   - threads: number of compute threads.
    ///   - speeds: speeds measured on this machine.
    init(
        _ experiment: Experiment, dataset: DatasetFacts?, threads: Int, costs: any CostModel, speeds: [SpeedSample]
    ) throws(NetworkError) {
        guard let dataset else {
            // The other layers do not depend on the number of classes.
            rows = Self.rows(of: try experiment.network(numClasses: 2), areClassesKnown: false)
            totals = nil
            return
        }
        let network = try experiment.network(for: dataset)
        rows = Self.rows(of: network)
        let given = min(experiment.data.limitTrain ?? .max, dataset.trainExamples)
        let validation = Int((Double(given) * experiment.data.validation).rounded())
        let train = given - validation
        let test = min(experiment.data.limitTest ?? .max, dataset.testExamples)
        let batchSize = min(experiment.data.batchSize, max(train, 1))
        let memory = dataset.storedBytes.map { storedBytes in
            costs.memory(
                of: network, training: experiment.training, options: experiment.engine, batchSize: batchSize,
                storedBytes: storedBytes, threads: threads)
        }
        let step = costs.trainingWork(of: network, batchSize: batchSize)
        let evaluation = costs.evaluationWork(of: network, batchSize: batchSize)
        let work = step * Double(train) + evaluation * Double(test + validation)
        let speed = Self.speed(work: step, threads: threads, speeds)
        totals = Totals(
            parameters: network.parameters, trainingMACs: network.trainingMACs, memoryBytes: memory?.totalBytes,
            epochSeconds: speed.map { work / $0.workPerSecond }, timing: speed?.isRough == true ? .rough : .near)
    }

    /// Returns one row per block, preceded by the input's and followed by the classifier's.
    static func rows(of network: Network, areClassesKnown: Bool = true) -> [Row] {
        var rows = [Row("input", shape: network.inputShape, at: 0)]
        var numbers: [String: Int] = [:]
        for (index, layer) in network.layers.enumerated() {
            if let block = layer.block {
                if rows.last?.label != "block \(block)" { rows.append(Row("block \(block)", at: index)) }
            } else if layer.forwardMACs > 0 || (rows.count == 1 && !layer.isFlatten) {
                numbers[layer.label, default: 0] += 1
                rows.append(Row("\(layer.label) \(numbers[layer.label, default: 0])", at: index))
            }
            // What multiplies nothing belongs to what it follows.
            let last = rows.count - 1
            rows[last].layers = rows[last].layers.lowerBound..<index + 1
            if !layer.isFlatten { rows[last].shape = layer.outputShape }
            rows[last].parameters = (rows[last].parameters ?? 0) + layer.parameters
            rows[last].forwardMACs += layer.forwardMACs
        }
        if !areClassesKnown, let last = rows.indices.last {
            (rows[last].shape, rows[last].parameters, rows[last].forwardMACs) = (nil, nil, 0)
        }
        return rows
    }

    /// Returns the machine's speed: the best one measured for the network whose step takes most nearly as long, scaled
    /// by threads. The best is taken because other programs may have slowed a run down, but nothing makes one faster
    /// than the machine.
    private static func speed(
        work: Double, threads: Int, _ speeds: [SpeedSample]
    ) -> (workPerSecond: Double, isRough: Bool)? {
        func distance(_ sample: SpeedSample) -> Double { log(sample.work / work).magnitude }
        func order(_ sample: SpeedSample) -> (Double, Double) {
            (distance(sample) + (sample.threads == threads ? 0 : 1), -sample.examplesPerSecond)
        }
        let known = speeds.filter { $0.work > 0 && $0.examplesPerSecond > 0 && $0.threads > 0 }
        guard let nearest = known.min(by: { order($0) < order($1) }) else { return nil }
        let rate = nearest.examplesPerSecond * Double(threads) / Double(nearest.threads)
        return (nearest.work * rate, distance(nearest) > log(2))
    }
}

extension CostSheet {
    /// The text for costs that depend on the unknown number of classes.
    static let unknown = "unknown until the data is read"

    /// Computes the costs of an experiment on this machine.
    init(_ experiment: Experiment, _ state: State) throws(NetworkError) {
        try self.init(experiment, state.catalog.dataset(of: experiment), threads: nil, state)
    }

    /// Computes the costs of a run on this machine; for one that has trained, only measured values.
    init(_ run: RunEntry, _ state: State) throws(NetworkError) {
        try self.init(run.experiment, state.catalog.dataset(of: run), threads: run.threads, state)
        guard run.step > 0 else { return }
        totals?.epochSeconds = state.catalog.epochSeconds(of: run)
        totals?.timing = .measured
        totals?.shortage = nil
        if let memory = state.catalog.memoryBytes(of: run) {
            totals?.memoryBytes = memory.bytes
            totals?.isMemoryMeasured = memory.isMeasured
        }
    }

    private init(
        _ experiment: Experiment, _ dataset: DatasetFacts?, threads: Int?, _ state: State
    ) throws(NetworkError) {
        try self.init(
            experiment, dataset: dataset, threads: threads ?? state.machine?.threadBudget ?? 1,
            costs: state.catalog.costs, speeds: state.catalog.speeds)
        if let machine = state.machine, let bytes = totals?.memoryBytes {
            let (all, free) = (machine.memoryTotalBytes, machine.memoryTotalBytes - machine.memoryUsedBytes)
            totals?.shortage = bytes > all ? .machine(all) : bytes > free ? .free(free) : nil
        }
    }
}

extension CostSheet.Totals {
    /// The time of an epoch as text; `nil` if nothing has been measured yet.
    var epochTime: String? {
        let word =
            switch timing {
            case .measured: ""
            case .near: "about "
            case .rough: "roughly "
            }
        return epochSeconds.map { word + Readable.duration(seconds: $0) }
    }

    /// The memory as text.
    var memory: String {
        guard let memoryBytes else { return CostSheet.unknown }
        if isMemoryMeasured { return "peak \(Readable.bytes(memoryBytes))" }
        let memory = "about \(Readable.bytes(memoryBytes))"
        return switch shortage {
        case .machine(let all): "\(memory), more than the machine's \(Readable.bytes(all))"
        case .free(let free): "\(memory), more than the \(Readable.bytes(free)) that are free"
        case nil: memory
        }
    }

    var memoryRole: Role {
        switch shortage {
        case .machine: .bad
        case .free: .warning
        case nil: .normal
        }
    }
}
