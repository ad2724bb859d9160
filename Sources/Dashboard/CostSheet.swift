// What an experiment costs before it is run: shapes, parameters, multiply-accumulates, memory and time. Arithmetic only.

internal import Experiments
internal import Glibc
internal import RunLog

/// What an experiment costs.
struct CostSheet: Hashable {
    /// A block, or a layer of the classifier.
    struct Row: Hashable {
        var label: String
        /// Shape of what comes out for one picture.
        var shape: [Int]
        var parameters: Int
        /// Multiply-accumulates of one picture's forward pass.
        var forwardMACs: Int
    }

    let rows: [Row]
    let parameters: Int
    let forwardMACs: Int
    let trainingMACs: Int
    let memoryBytes: Int
    /// Seconds of an epoch with its evaluation; `nil` where nothing was measured yet.
    let epochSeconds: Double?
    /// Whether that time comes from a network whose steps take quite another time.
    let isTimeRough: Bool

    /// The sheet of an experiment, or why its network cannot be built.
    ///
    /// - Parameters:
    ///   - threads: threads that compute.
    ///   - speeds: what was measured on this machine.
    init(
        _ experiment: Experiment, dataset: DatasetFacts, threads: Int, traits: EngineTraits, speeds: [SpeedSample]
    ) throws(NetworkError) {
        let network = try experiment.network(numClasses: max(dataset.classes.count, 2))
        rows = Self.rows(of: network)
        (parameters, forwardMACs, trainingMACs) = (network.parameters, network.forwardMACs, network.trainingMACs)
        memoryBytes =
            MemoryEstimate(
                network, data: experiment.data, training: experiment.training, engine: experiment.engine,
                storedBytes: dataset.storedBytes, threads: threads, traits: traits
            ).totalBytes
        let train = Double(min(experiment.data.limitTrain ?? .max, dataset.trainExamples))
        let test = Double(min(experiment.data.limitTest ?? .max, dataset.testExamples))
        let batchSize = experiment.data.batchSize
        let step = StepWork.training(network, batchSize: batchSize)
        let work = step * train + StepWork.evaluation(network, batchSize: batchSize) * test
        let speed = Self.speed(work: step, threads: threads, speeds)
        epochSeconds = speed.map { work / $0.workPerSecond }
        isTimeRough = speed?.isRough ?? false
    }

    /// One row a block, then the input's and the classifier's.
    static func rows(of network: Network) -> [Row] {
        var rows = [
            Row(
                label: "input", shape: [network.inputChannels, network.inputSide, network.inputSide], parameters: 0,
                forwardMACs: 0)
        ]
        var linear = 0
        for layer in network.layers {
            let label: String
            if let block = layer.block {
                label = "block \(block)"
            } else if case .linear = layer.kind {
                linear += 1
                label = "linear \(linear)"
            } else {
                continue
            }
            if rows.last?.label != label { rows.append(Row(label: label, shape: [], parameters: 0, forwardMACs: 0)) }
            let last = rows.count - 1
            rows[last].shape = layer.outputShape
            rows[last].parameters += layer.parameters
            rows[last].forwardMACs += layer.forwardMACs
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
    /// The time of an epoch in words; `nil` where nothing was measured yet.
    var epochTime: String? {
        epochSeconds.map { (isTimeRough ? "roughly " : "about ") + Readable.duration(seconds: $0) }
    }

    /// The sheet of an experiment on this machine.
    init(_ experiment: Experiment, _ state: State, threads: Int? = nil) throws(NetworkError) {
        try self.init(
            experiment, dataset: state.catalog.dataset(of: experiment),
            threads: threads ?? state.machine?.threadBudget ?? 1, traits: state.machine?.traits ?? EngineTraits(),
            speeds: state.catalog.speeds)
    }
}

extension Catalog {
    /// What a data set is known to hold; Fashion-MNIST's figures stand in for one that has not been read.
    func dataset(of experiment: Experiment) -> DatasetFacts { datasets[experiment.data.dataset] ?? .fashionMNIST }
}
