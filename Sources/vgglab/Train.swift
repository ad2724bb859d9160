// `vgglab [train] FILE…`: runs experiments in order and logs them.

import ArgumentParser
import Datasets
import Engine
import Experiments
import Foundation
import RunLog
import Runner
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train experiments, one after another (the default).",
        discussion: """
            Text goes to standard output, messages to standard error. Ctrl-C ends after the current step with a last \
            line; a second one ends at once.
            """)

    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, jsonl
    }

    @Argument(help: ArgumentHelp("Experiment files; experiments/quickstart.yaml unless given.", valueName: "file"))
    var files: [String] = []

    @OptionGroup var settings: SettingOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Option(help: ArgumentHelp("Write the weights at the end as safetensors, for PyTorch too.", valueName: "file"))
    var save: String?

    @Flag(name: .customLong("no-tui"), help: "Log, even in a terminal.")
    var noTUI = false

    @Option(help: ArgumentHelp("text, or jsonl for one JSON object a line.", valueName: "format"))
    var logFormat = LogFormat.text

    @Flag(help: "With jsonl: a progress record for every step instead of one a second.")
    var logEveryStep = false

    @Flag(help: "Only epochs and the end: no header, no progress.")
    var quiet = false

    func validate() throws {
        if save != nil && files.count > 1 {
            throw ValidationError(
                "--save names one file, but \(files.count) experiments are given; save them one by one")
        }
        if logEveryStep && logFormat != .jsonl {
            throw ValidationError("--log-every-step goes with --log-format jsonl")
        }
    }

    func run() throws {
        // Whatever can be wrong with any of the files is said before the first of them trains.
        let machine = Machine.current
        let threads = threadOptions.count(on: machine)
        var datasets: [String: Dataset] = [:]
        var prepared: [PreparedExperiment] = []
        for path in try paths() {
            let experiment = try settings.load(path)
            let name = experiment.data.dataset
            let dataset = try datasets[name] ?? dataOptions.load(name)
            datasets[name] = dataset
            if let remark = dataset.remark { Console.say("warning: \(remark)") }
            prepared.append(
                try explaining {
                    try PreparedExperiment(
                        experiment, data: TrainingData(dataset, recipe: experiment.data), threads: threads,
                        machine: machine)
                })
        }
        if let save { try checkWritable(save) }

        // Until here a signal ends the program at once, as nothing can be lost yet.
        Signals.install()
        var log = makeLog()
        var names: [String: Int] = [:]
        var allCompleted = true
        for experiment in prepared {
            names[experiment.experiment.name, default: 0] += 1
            let count = names[experiment.experiment.name] ?? 1
            let name = experiment.experiment.name + (count > 1 ? "-\(count)" : "")
            let outcome = try train(experiment, named: name, on: machine, log: &log)
            if outcome != .completed { allCompleted = false }
            if let signal = Signals.signal { throw ExitCode(128 + signal) }
        }
        if !allCompleted { throw ExitCode(1) }
    }

    private func train(
        _ prepared: PreparedExperiment, named name: String, on machine: Machine, log: inout any RunLogRenderer
    ) throws -> Outcome {
        let model = try explaining { try prepared.makeModel() }
        var renderer = log
        var sequence = 0
        func emit(_ event: RunEvent) {
            if var text = renderer as? TextLog {
                text.terminalColumns = Console.terminalColumns
                renderer = text
            }
            let time = Date().timeIntervalSince1970
            Console.write(renderer.render(RunRecord(run: name, sequence: sequence, time: time, event: event)))
            sequence += 1
        }

        var run = TrainingRun(prepared.started(model), data: prepared.data, stop: Signals.stop, emit: emit)
        let summary = run.run(model)
        log = renderer

        guard let save else { return summary.outcome }
        switch summary.outcome {
        case .completed, .stopped:
            let metadata = ["experiment": prepared.experiment.name, "step": String(summary.step)]
            do {
                try model.saveWeights(to: save, metadata: metadata)
            } catch {
                throw Failure(message: error.description, status: 1)
            }
            Console.say("weights after step \(summary.step) are in \(Readable.visible(save))")
        case .diverged, .failed:
            Console.say("\(Readable.visible(save)) is not written: these weights are of no use")
        }
        return summary.outcome
    }

    private func makeLog() -> any RunLogRenderer {
        switch logFormat {
        case .text: TextLog(quiet: quiet, terminalColumns: Console.terminalColumns)
        case .jsonl: JSONLinesLog(progressInterval: quiet ? .infinity : logEveryStep ? 0 : 1)
        }
    }

    private func paths() throws -> [String] {
        guard files.isEmpty else { return files }
        let quickstart = "experiments/quickstart.yaml"
        guard FileManager.default.fileExists(atPath: quickstart) else {
            throw Failure(message: "no experiment given, and ./\(quickstart) is not here; try vgglab FILE.yaml")
        }
        return [quickstart]
    }

    /// Hours of training should not end at a folder that is not there.
    private func checkWritable(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            if isFolder.boolValue { throw Failure(message: "--save \(path): is a folder; give the name of a file") }
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            // Saving replaces what is there, and a device or a pipe is nothing to replace.
            guard type == .typeRegular || type == .typeSymbolicLink else {
                throw Failure(message: "--save \(path): is not a regular file; give the name of a file")
            }
        }
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(message: "--save \(path): the folder \(folder) does not exist; make it with mkdir -p")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Failure(message: "--save \(path): no permission to write in \(folder); choose another folder")
        }
    }
}
