// An experiment with its data on this machine, validated before anything is trained or stored.

internal import Datasets
package import Experiments
package import Model
internal import RunLog
package import Training

/// An experiment that is ready to train: all of its input has been validated.
package struct PreparedExperiment: Sendable {
    package let experiment: Experiment
    package let data: TrainingData
    /// The network for these images.
    package let network: Network
    /// Number of compute threads.
    package let threads: Int
    /// Images per step: the experiment's batch size, or all if there are fewer.
    package let batchSize: Int
    /// The predicted memory.
    package let memory: MemoryEstimate
    private let backend: any Backend
    /// The machine to train on.
    package let machine: Machine

    /// - Throws: `RunnerError` if the network cannot be built for the data or does not fit into memory.
    package init(
        _ experiment: Experiment, data: TrainingData, threads: Int, machine: Machine, backend: any Backend
    ) throws(RunnerError) {
        let network: Network
        do {
            network = try experiment.network(for: data.facts)
        } catch {
            throw RunnerError("\(experiment.name): \(error)")
        }
        func estimate(batchSize: Int) -> MemoryEstimate {
            backend.costs.memory(
                of: network, training: experiment.training, options: experiment.engine, batchSize: batchSize,
                storedBytes: data.loadedBytes, threads: threads)
        }
        let batchSize = min(experiment.data.batchSize, data.train.count)
        let memory = estimate(batchSize: batchSize)
        let available = machine.availableMemoryBytes
        guard memory.totalBytes <= available else {
            let halves = sequence(first: batchSize / 2) { $0 / 2 }.prefix { $0 > 0 }
            let fitting = halves.first { estimate(batchSize: $0).totalBytes <= available }
            let advice =
                fitting.map { "data.batch_size=\($0) would fit" }
                ?? "use a smaller data.resize, data.batch_size or network.classifier, or a larger network.ratio"
            throw RunnerError(
                """
                \(experiment.name): training needs about \(Readable.bytes(memory.totalBytes)) of memory, but \
                \(Readable.bytes(available)) are available; \(advice)
                """)
        }
        self.experiment = experiment
        self.data = data
        self.network = network
        self.threads = threads
        self.batchSize = batchSize
        self.memory = memory
        self.backend = backend
        self.machine = machine
    }

    /// Refuses images that are not square, because stretching them would distort their content.
    package func requireSquareImages() throws(RunnerError) {
        guard !data.facts.isSquare else { return }
        throw RunnerError(
            "\(data.summary): its images are \(imageSize), not square; pad or crop them")
    }

    private var imageSize: String { "\(data.train.height) × \(data.train.width)" }

    /// Warnings about questionable settings, one sentence each.
    package var warnings: [String] {
        var warnings = [data.remark, missingClasses].compactMap(\.self)
        if !data.facts.isSquare {
            warnings.append("\(data.summary): its images, \(imageSize), are stretched to squares")
        }
        warnings += limitsAbove
        if threads > machine.cores {
            warnings.append(
                "\(threads) threads on \(machine.cores) core\(machine.cores == 1 ? "" : "s") slow each other down; "
                    + "fewer are faster")
        }
        let precision = experiment.training.precision
        if !backend.traits.precisions.contains(precision) {
            warnings.append(
                "\(experiment.name): this processor does not support \(precision.rawValue); computing in float32"
            )
        }
        return warnings
    }

    /// Warnings about limits larger than the number of images.
    private var limitsAbove: [String] {
        let limits = [
            ("data.limit_train", experiment.data.limitTrain, "training", data.facts.trainExamples),
            ("data.limit_test", experiment.data.limitTest, "test", data.facts.testExamples),
        ]
        return limits.compactMap { name, limit, kind, count in
            guard let limit, limit > count else { return nil }
            return
                "\(name) is \(Readable.count(limit)), but there are only \(Readable.count(count)) \(kind) images; "
                + "using all of them"
        }
    }

    /// A warning about classes without training images, and the affected test images.
    private var missingClasses: String? {
        let missing = data.missingClasses
        guard !missing.isEmpty else { return nil }
        let counts = data.test.countsByClass(data.numClasses)
        let lost = missing.reduce(0) { $0 + counts[$1] }
        let names = missing.prefix(10).map { label in
            data.facts.classNames.map { "\(label) (\($0[label]))" } ?? "\(label)"
        }
        let rest = missing.count > names.count ? " and \(missing.count - names.count) more" : ""
        return
            "class\(missing.count == 1 ? "" : "es") \(names.joined(separator: ", "))\(rest) cannot be learned: none of the "
            + "\(Readable.count(data.train.count)) training images, but \(Readable.count(lost)) of the "
            + "\(Readable.count(data.test.count)) test images have them"
    }

    /// Throws the first warning as an error.
    package func refuseWarnings() throws(RunnerError) { try refuse(warnings) }

    /// Creates and compiles the model with its initial weights.
    package func makeModel() throws(ModelError) -> any TrainableModel {
        try backend.makeModel(
            network, recipe: experiment.training, batchSize: batchSize, options: experiment.engine, threads: threads)
    }

    /// Returns the facts for the start of a run of `model`.
    package func started(_ model: any TrainableModel, from position: RunPosition = RunPosition()) -> RunStarted {
        RunStarted(
            experiment: experiment, network: network, dataset: data.summary, trainExamples: data.train.count,
            testExamples: data.test.count, stepsPerEpoch: data.stepsPerEpoch, threads: threads,
            machine: machine.summary, engine: model.summary, predictedMemoryBytes: memory.totalBytes,
            resumedStep: position.step, inheritedSeconds: position.time.inherited?.seconds ?? 0)
    }
}

/// Throws the first of these warnings as an error.
func refuse(_ warnings: [String]) throws(RunnerError) {
    if let first = warnings.first { throw RunnerError("\(first) (an error in strict mode)", .lenience(warning: first)) }
}

extension Machine {
    /// Processor, cores and memory, as text.
    package var summary: String {
        "\(processor), \(cores) core\(cores == 1 ? "" : "s"), \(Readable.bytes(memoryBytes)) of memory"
    }
}
