// `vgglab [train] FILE…`: the dashboard in a terminal; without one, or with --no-tui, trains the experiments in order
// and logs them.

import ArgumentParser
import Datasets
import ExperimentFiles
import Experiments
import Foundation
import RunLog
import Runner
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show experiments and train them (the default command).",
        discussion: """
            In a terminal it shows the dashboard: Enter trains the selected experiment, ? lists all keys. Without a \
            terminal, or with --no-tui, it trains the experiments one after another: the log goes to standard output, \
            messages to standard error. Ctrl-C saves the run and stops; press it again to quit at once. Every run is \
            stored: vgglab list shows them, and vgglab resume continues one that was stopped.
            """)

    @Argument(
        help: ArgumentHelp(
            "Experiment files, names of examples, or folders for the dashboard; experiments by default.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @OptionGroup var settings: SettingOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var logOptions: LogOptions
    @OptionGroup var screenOptions: ScreenOptions

    func validate() throws {
        if logOptions.save != nil && files.count > 1 {
            throw ValidationError(
                "--save takes one experiment (got \(files.count)); train them one by one")
        }
    }

    func run() throws {
        if logOptions.wantsLog {
            try log()
        } else if let problem = ScreenOptions.terminalProblem {
            try log(because: problem)
        } else {
            try screenOptions.show(
                files, settings: settings, dataOptions: dataOptions, threadOptions: threadOptions,
                strictOption: strictOption, storeOptions: storeOptions, tensorboard: logOptions.tensorboard)
        }
    }

    /// - Parameter problem: why there is no dashboard, if one was expected.
    private func log(because problem: String? = nil) throws {
        // Reports problems in any of the files before the first one trains.
        let machine = Machine.current
        let threads = threadOptions.count(on: machine)
        var datasets: [String: Dataset] = [:]
        var experiments: [(Experiment, Dataset)] = []
        func prepare(_ experiment: Experiment, _ dataset: Dataset) throws -> PreparedExperiment {
            try explaining {
                try PreparedExperiment(
                    experiment, data: TrainingData(dataset, for: experiment), threads: threads, machine: machine,
                    backend: Vgglab.backend)
            }
        }
        for path in try paths(problem) {
            let experiment = try settings.load(path)
            let name = experiment.data.dataset
            let dataset = try datasets[name] ?? dataOptions.load(name)
            datasets[name] = dataset
            let checked = try prepare(experiment, dataset)
            try explaining { try checked.requireSquareImages() }
            try strictOption.check(checked)
            // Without the images: each data set would keep its own sample of them.
            experiments.append((experiment, dataset))
        }
        try logOptions.checkPlaces()
        let store = try storeOptions.openForWriting()
        if let problem { Console.say("note: \(problem); writing a log instead (--no-tui hides this note)") }

        // Until here a signal ends the program at once, as there is nothing to lose.
        Signals.install()
        var isComplete: [Bool] = []
        let commands = storeOptions.commands(dataOptions)
        for (experiment, dataset) in experiments where Signals.signal == nil {
            let prepared = try prepare(experiment, dataset)
            let session = try explaining(commands) { try RunSession.new(prepared, in: store, program: Vgglab.program) }
            isComplete.append(try logOptions.train(session, commands))
        }
        try endStatus(isComplete, of: experiments.count)
    }

    private func paths(_ problem: String?) throws -> [String] {
        let reason = problem.map { "\($0), and " } ?? ""
        for file in files {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) {
                guard isFolder.boolValue else { continue }
                throw Failure(message: "\(reason)\(file) is a folder, but the log needs files; use \(file)/*.yaml")
            }
            guard !file.contains("/"), ExampleExperiment.named(file) == nil else { continue }
            if !file.contains("."), let command = file.nearest(in: Vgglab.commandNames) {
                throw Failure(message: "\(file): there is no such command or file; did you mean vgglab \(command)?")
            }
            if let example = file.nearest(in: ExampleExperiment.all.map(\.name)) {
                throw Failure(message: "\(file): there is no such file or example; did you mean \(example)?")
            }
        }
        guard files.isEmpty else { return files }
        let quickstart = "experiments/quickstart.yaml"
        return [FileManager.default.fileExists(atPath: quickstart) ? quickstart : "quickstart"]
    }
}
