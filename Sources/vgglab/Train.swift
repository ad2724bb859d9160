// `vgglab [train] FILE…`: the dashboard in a terminal; without one, or if asked, the experiments in order as a log.

import ArgumentParser
import Datasets
import Experiments
import Foundation
import RunLog
import Runner
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show experiments and train them (the default).",
        discussion: """
            In a terminal it is a dashboard: Enter trains the selected experiment, ? shows all keys. Without one, or \
            with --no-tui, it trains the experiments one after another: text goes to standard output, messages to \
            standard error; Ctrl-C keeps the run's state and ends with a last line, a second one ends at once. Every \
            run is kept: vgglab list shows them, and vgglab resume goes on with one that was stopped.
            """)

    @Argument(
        help: ArgumentHelp(
            "Experiment files, or folders for the dashboard; experiments unless given.", valueName: "file"),
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
                "--save names one file, but \(files.count) experiments are given; save them one by one")
        }
    }

    func run() throws {
        if logOptions.wantsLog {
            try log()
        } else if let problem = ScreenOptions.terminalProblem {
            try log(note: "note: \(problem), so this is the log; with --no-tui it comes without this line")
        } else {
            try screenOptions.show(
                files.isEmpty ? ["experiments"] : files, settings: settings, dataOptions: dataOptions,
                threadOptions: threadOptions, strictOption: strictOption, storeOptions: storeOptions)
        }
    }

    private func log(note: String? = nil) throws {
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
            let checked = try explaining {
                try PreparedExperiment(
                    experiment, data: TrainingData(dataset, recipe: experiment.data), threads: threads,
                    machine: machine)
            }
            try strictOption.check(checked)
            prepared.append(checked)
        }
        try logOptions.checkPlaces()
        let store = try storeOptions.openForWriting()
        if let note { Console.say(note) }

        // Until here a signal ends the program at once, as nothing can be lost yet.
        Signals.install()
        var outcomes: [Outcome] = []
        for experiment in prepared where Signals.signal == nil {
            let session = try explaining { try RunSession.new(experiment, in: store, program: Vgglab.program) }
            outcomes.append(try logOptions.train(session))
        }
        try endStatus(outcomes)
    }

    private func paths() throws -> [String] {
        guard files.isEmpty else { return files }
        let quickstart = "experiments/quickstart.yaml"
        guard FileManager.default.fileExists(atPath: quickstart) else {
            throw Failure(message: "no experiment given, and ./\(quickstart) is not here; try vgglab FILE.yaml")
        }
        return [quickstart]
    }
}
