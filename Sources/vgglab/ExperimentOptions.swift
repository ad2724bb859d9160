// Options that several commands share, and what comes of them: a checked experiment with its data and its model.

import ArgumentParser
import Datasets
import Engine
import ExperimentFiles
import Experiments
import Foundation
import RunLog
import Training

/// Which settings of the experiment file are replaced.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Replace a setting of the file; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    func load(_ path: String) throws -> Experiment {
        try explaining { try ExperimentFile.load(path, overrides: overrides) }
    }
}

/// Where the data set is.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("Folder of the data set's IDX files.", valueName: "folder"))
    var folder: String?

    func load(_ name: String) throws -> Dataset {
        try explaining {
            try Dataset.load(
                named: name, dataFolder: folder, environment: ProcessInfo.processInfo.environment)
        }
    }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
    @Option(name: .customLong("threads"), help: "Threads that compute; as many as there are cores unless given.")
    var requested: Int?

    func validate() throws {
        if let requested, !(1...1024).contains(requested) {
            throw ValidationError("--threads must be from 1 to 1024 (got \(requested))")
        }
    }

    func count(on machine: Machine) -> Int {
        let count = requested ?? machine.cores
        if count > machine.cores {
            Console.say("warning: \(count) threads on \(machine.cores) cores wait for each other; fewer are faster")
        }
        return count
    }
}

/// An experiment that is ready to train: everything that can be wrong with its input has been checked.
struct PreparedExperiment {
    let experiment: Experiment
    let data: TrainingData
    let network: Network
    let threads: Int
    /// Pictures in a step: the experiment's, or all where there are fewer.
    let batchSize: Int
    let memory: MemoryEstimate

    /// - Throws: `Failure` if the network cannot be built for the data or does not fit into memory.
    init(_ experiment: Experiment, data: TrainingData, threads: Int, machine: Machine) throws {
        let network: Network
        do {
            network = try experiment.network(numClasses: data.numClasses)
        } catch {
            throw Failure(message: "\(experiment.name): \(error)")
        }
        func estimate(batchSize: Int) -> MemoryEstimate {
            var recipe = experiment.data
            recipe.batchSize = batchSize
            return MemoryEstimate(
                network, data: recipe, training: experiment.training, engine: experiment.engine,
                storedBytes: data.loadedBytes, threads: threads, traits: VGGModel.traits)
        }
        let batchSize = min(experiment.data.batchSize, data.train.count)
        let memory = estimate(batchSize: batchSize)
        let available = machine.availableMemoryBytes
        guard memory.totalBytes <= available else {
            let halves = sequence(first: batchSize / 2) { $0 / 2 }.prefix { $0 > 0 }
            let fitting = halves.first { estimate(batchSize: $0).totalBytes <= available }
            let advice =
                fitting.map { "data.batch_size=\($0) would fit" }
                ?? "use a smaller network.classifier, a larger network.ratio or a smaller data.resize"
            throw Failure(
                message: """
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
    }

    /// The model, compiled and with its initial weights.
    func makeModel() throws -> VGGModel {
        try explaining {
            try VGGModel(
                network, recipe: experiment.training, batchSize: batchSize,
                options: experiment.engine, threads: threads)
        }
    }
}
