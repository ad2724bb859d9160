// Options that several commands share, and what comes of them: a checked experiment with its data and its model.

import ArgumentParser
import Datasets
import ExperimentFiles
import Experiments
import Foundation
import RunLog
import RunStore
import Runner
import Training

/// Which settings of the experiment file are replaced.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Replace a setting of the file; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    /// The experiment of a file, or the example of that name where there is no such file.
    func load(_ file: String) throws -> Experiment {
        try explaining { try ExperimentFile.load(fileOrExample: file, overrides: overrides) }
    }
}

/// Where the data set is.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("Folder of the data set's IDX files.", valueName: "folder"))
    var folder: String?

    /// The data sets of this command line.
    var datasets: DatasetCache {
        DatasetCache(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    func load(_ name: String) throws -> Dataset { try explaining { try datasets.dataset(named: name) } }

    /// What is known of a data set by its name.
    func facts(of name: String) throws -> DatasetFacts {
        try explaining { try datasets.facts(of: name) }
    }

    /// The data for a run to continue with; what a user names with --data has still to be compared with its own.
    func load(for experiment: Experiment, of run: RunInfo) throws -> Dataset {
        folder == nil ? try explaining { try datasets.dataset(of: run) } : try load(experiment.data.dataset)
    }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
    @Option(name: .customLong("threads"), help: "Compute threads; by default as many as there are cores.")
    var requested: Int?

    func validate() throws {
        if let requested, !(1...1024).contains(requested) {
            throw ValidationError("--threads must be from 1 to 1024 (got \(requested))")
        }
    }

    func count(on machine: Machine) -> Int { requested ?? machine.cores }
}

/// What becomes of an experiment that there is something to warn of.
struct StrictOption: ParsableArguments {
    @Flag(
        name: .customLong("strict"),
        help: ArgumentHelp(
            "Refuse what is otherwise warned of before the first step, with exit status 2.",
            discussion: """
                A precision that this processor lacks, more threads than cores, other images than the data set's name \
                promises, classes that no training image shows; with resume also another machine and a damaged \
                checkpoint, with fork also other images than its parent's.
                """))
    var isStrict = false

    /// Refuses such an experiment, if that is asked for.
    func check(_ prepared: PreparedExperiment) throws {
        if isStrict { try explaining { try prepared.refuseWarnings() } }
    }

    /// Refuses such an experiment, if that is asked for, or warns where no run's log will.
    func warn(of prepared: PreparedExperiment) throws {
        try check(prepared)
        for warning in prepared.warnings { Console.say("warning: \(Readable.visible(warning))") }
    }
}
