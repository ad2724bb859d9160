// Options that several commands share, and what they load: a validated experiment with its data and its model.

import ArgumentParser
import Datasets
import ExperimentFiles
import Experiments
import Foundation
import RunLog
import RunStore
import Runner
import Training

/// Settings that override the experiment file.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a setting; may be repeated.", valueName: "key=value"),
        completion: .setting)
    var overrides: [String] = []

    /// Reads an experiment file, or the built-in experiment of that name if there is no such file.
    func load(_ file: String) throws -> Experiment {
        try explaining { try ExperimentFile.load(fileOrExample: file, overrides: overrides) }
    }
}

extension CompletionKind {
    /// Keys of settings; for `fork`, those that it can change. If a single key is left, its choices, or its default as an
    /// example, so that shells do not add a space after the `=`.
    fileprivate static let setting = CompletionKind.custom { words, _, prefix in
        // bash escapes the `=` of a completed word.
        let typed = prefix.replacing("\\", with: "")
        let isFork = words.dropFirst().first == Fork._commandName
        let keys = ExperimentKey.all.filter { key in
            let start = "\(key.path)="
            return (start.hasPrefix(typed) || typed.hasPrefix(start)) && !(isFork && key.shapesNetwork)
        }
        guard keys.count == 1 else { return keys.map { "\($0.path)=" } }
        let key = keys[0]
        let values = key.choices.isEmpty ? [""] + [key.defaultValue].compactMap(\.self) : key.choices
        return values.map { "\(key.path)=\($0)" }
    }
}

/// Where the data set is.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("Folder of the data set's IDX files.", valueName: "folder"))
    var folder: String?

    var datasets: DatasetCache {
        DatasetCache(folder: folder, environment: ProcessInfo.processInfo.environment)
    }

    func load(_ name: String) throws -> Dataset { try explaining { try datasets.dataset(named: name) } }

    /// Returns the facts of a data set, such as its size and classes.
    func facts(of name: String) throws -> DatasetFacts {
        try explaining { try datasets.facts(of: name) }
    }

    /// Loads the data to continue a run with. A folder named by --data is accepted only if its data matches the run's.
    func load(for experiment: Experiment, of run: RunInfo) throws -> Dataset {
        folder == nil ? try explaining { try datasets.dataset(of: run) } : try load(experiment.data.dataset)
    }
}

/// The number of compute threads.
struct ThreadOptions: ParsableArguments {
    @Option(name: .customLong("threads"), help: "Number of compute threads; by default one per core.")
    var requested: Int?

    func validate() throws {
        if let requested, !(1...1024).contains(requested) {
            throw ValidationError("--threads must be from 1 to 1024 (got \(requested))")
        }
    }

    func count(on machine: Machine) -> Int { requested ?? machine.cores }
}

/// Whether warnings about an experiment are errors.
struct StrictOption: ParsableArguments {
    @Flag(
        name: .customLong("strict"),
        help: ArgumentHelp(
            "Treat warnings before the first step as errors (exit status 2).",
            discussion: """
                Warnings are: a precision that this processor lacks, more threads than cores, images that do not match \
                the data set's name, classes without training images; with resume also a different machine and a \
                damaged checkpoint, with fork also images that differ from the parent's.
                """))
    var isStrict = false

    /// Throws if the experiment has warnings and --strict is given.
    func check(_ prepared: PreparedExperiment) throws {
        if isStrict { try explaining { try prepared.refuseWarnings() } }
    }

    /// Throws if the experiment has warnings and --strict is given; else prints those that no run's log will show.
    func warn(of prepared: PreparedExperiment) throws {
        try check(prepared)
        for warning in prepared.warnings { Console.say("warning: \(Readable.visible(warning))") }
    }
}
