// What an experiment costs before it is run: shapes, parameters, multiply-accumulates, memory and time. Arithmetic only.

internal import Experiments
internal import Glibc
internal import Model
internal import RunLog
internal import Screen

/// What an experiment costs.
struct CostSheet: Hashable {
    /// A block, or a layer of the classifier.
    struct Row: Hashable {
        var label: String
        /// Shape of what comes out for one image; `nil` where the classes decide it and are not known.
        var shape: [Int]?
        /// Weights and biases; `nil` as above.
        var parameters: Int?
        /// Multiply-accumulates of one image's forward pass.
        var forwardMACs: Int
        /// Its layers' indices in the network.
        var layers: Range<Int>
    }

    /// What depends on the data set.
    struct Totals: Hashable {
        var parameters: Int
        var trainingMACs: Int
        /// `nil` where the images' size is not known.
        var memoryBytes: Int?
        /// Seconds of an epoch with its evaluation; `nil` where nothing was measured yet.
        var epochSeconds: Double?
        /// How well that time is known.
        var timing = Timing.near
        /// Whether the memory was measured.
        var isMemoryMeasured = false
        /// Where there is less memory than it takes; `nil` where there is enough, or not known.
        var shortage: Shortage?
    }

    /// Memory that is less than what is needed, in bytes.
    enum Shortage: Hashable {
        /// All that the machine has.
        case machine(Int)
        /// All that is free now.
        case free(Int)
    }

    /// Where the time of an epoch comes from.
    enum Timing: Hashable {
        /// From the run itself.
        case measured
        /// From a network whose steps take nearly as long.
        case near
        /// From a network whose steps take quite another time.
        case rough
    }

    let rows: [Row]
    /// `nil` until the data set is read.
    private(set) var totals: Totals?

    /// The sheet of an experiment, or why its network cannot be built.
    ///
    /// - Parameters:
    ///   - dataset: what the data set holds; `nil` where it is not known.
    ///   - threads: threads that compute.
    ///   - speeds: what was measured on this machine.
    init(
        _ experiment: Experiment, dataset: DatasetFacts?, threads: Int, costs: any CostModel, speeds: [SpeedSample]
    ) throws(NetworkError) {
        guard let dataset else {
            // Any number of classes gives the other layers.
            rows = Self.rows(of: try experiment.network(numClasses: 2), areClassesKnown: false)
            totals = nil
            return
        }
        let network = try experiment.network(numClasses: dataset.numClasses)
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

    /// One row a block, then the input's and the classifier's.
    static func rows(of network: Network, areClassesKnown: Bool = true) -> [Row] {
        var rows = [
            Row(
                label: "input", shape: network.inputShape, parameters: 0,
                forwardMACs: 0, layers: 0..<0)
        ]
        var linear = 0
        for (index, layer) in network.layers.enumerated() {
            let label: String
            if let block = layer.block {
                label = "block \(block)"
            } else if layer.linear != nil {
                linear += 1
                label = "linear \(linear)"
            } else {
                // What has no weights belongs to what it follows.
                rows[rows.count - 1].layers = rows[rows.count - 1].layers.lowerBound..<index + 1
                continue
            }
            if rows.last?.label != label {
                rows.append(Row(label: label, shape: [], parameters: 0, forwardMACs: 0, layers: index..<index))
            }
            let last = rows.count - 1
            rows[last].layers = rows[last].layers.lowerBound..<index + 1
            rows[last].shape = layer.outputShape
            rows[last].parameters = (rows[last].parameters ?? 0) + layer.parameters
            rows[last].forwardMACs += layer.forwardMACs
        }
        if !areClassesKnown, let last = rows.indices.last {
            (rows[last].shape, rows[last].parameters, rows[last].forwardMACs) = (nil, nil, 0)
        }
        return rows
    }

    /// What this machine does: the best speed of the measured network whose step takes most nearly as long, shared out
    /// by threads. Other programs may have slowed a run down; nothing makes one faster than the machine is.
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
    /// What stands in the place of what depends on the classes.
    static let unknown = "unknown until the data is read"

    /// The sheet of an experiment on this machine.
    init(_ experiment: Experiment, _ state: State) throws(NetworkError) {
        try self.init(experiment, state.catalog.dataset(of: experiment), threads: nil, state)
    }

    /// The sheet of a run on this machine. Of one that has trained it says what was measured, and nothing else.
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
    /// The time of an epoch in words; `nil` where nothing was measured yet.
    var epochTime: String? {
        let word =
            switch timing {
            case .measured: ""
            case .near: "about "
            case .rough: "roughly "
            }
        return epochSeconds.map { word + Readable.duration(seconds: $0) }
    }

    /// The memory in words.
    var memory: String {
        guard let memoryBytes else { return CostSheet.unknown }
        if isMemoryMeasured { return "\(Readable.bytes(memoryBytes)) at the peak" }
        let memory = "about \(Readable.bytes(memoryBytes))"
        return switch shortage {
        case .machine(let all): "\(memory), more than the machine's \(Readable.bytes(all))"
        case .free(let free): "\(memory), more than the \(Readable.bytes(free)) that are free"
        case nil: memory
        }
    }

    /// How the memory is shown.
    var memoryRole: Role {
        switch shortage {
        case .machine: .bad
        case .free: .warning
        case nil: .normal
        }
    }
}
