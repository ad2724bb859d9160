// Options of the dashboard, and whether the terminal can show it.

import ArgumentParser
import CursesTerminal
import ExperimentFiles
import Foundation
import RunLog
import Runner
import Screen
import Training

/// How the dashboard looks, and how many runs train at once.
struct ScreenOptions: ParsableArguments {
    @Option(help: "In the dashboard: number of runs that train at once; they share the threads.")
    var jobs = 1

    @Flag(help: "In the dashboard: use only ASCII characters.")
    var ascii = false

    @Flag(name: .customLong("no-color"), help: "In the dashboard: use no colours, as with NO_COLOR.")
    var noColor = false

    func validate() throws {
        if !(1...64).contains(jobs) { throw ValidationError("--jobs must be from 1 to 64 (got \(jobs))") }
    }

    /// Why the dashboard cannot be shown; `nil` if it can.
    static var terminalProblem: String? {
        if isatty(STDIN_FILENO) != 1 { return "standard input is not a terminal" }
        if isatty(STDOUT_FILENO) != 1 { return "standard output is not a terminal" }
        let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
        return name.isEmpty || name == "dumb" ? "the terminal (TERM=\(name)) cannot show a dashboard" : nil
    }

    /// Shows the dashboard until it is quit.
    ///
    /// - Parameters:
    ///   - places: experiment files, names of built-in experiments, and folders; if empty, the folder `experiments` and
    ///     the built-in experiments.
    ///   - tensorboard: the folder for runs' event files; `nil` for none.
    func show(
        _ places: [String], settings: SettingOptions, dataOptions: DataOptions, threadOptions: ThreadOptions,
        strictOption: StrictOption, storeOptions: StoreOptions, tensorboard: String?
    ) throws {
        for place in places {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
            guard isThere || ExampleExperiment.named(place) != nil else {
                throw Failure(message: "\(place): no such file, folder or example")
            }
            if settings.overrides.isEmpty { continue }
            guard !isFolder.boolValue else {
                throw Failure(message: "--set needs an experiment file, such as \(place)/quickstart.yaml")
            }
            _ = try settings.load(place)
        }
        if places.isEmpty && !settings.overrides.isEmpty {
            throw Failure(message: "--set needs an experiment's file or name, such as quickstart")
        }
        if let tensorboard { try TensorBoardFolder.check(tensorboard) }
        let budget = RunQueue.Budget(jobs: jobs, threads: threadOptions.count(on: .current))
        // The backend checks the whole file after the first frame.
        let store = try storeOptions.openForWriting(checks: false)
        let datasets = dataOptions.datasets
        try show { mailbox in
            try LiveBackend(
                store, experiments: ExperimentIndex(places, overrides: settings.overrides), budget: budget,
                datasets: datasets, isStrict: strictOption.isStrict, tensorboard: tensorboard, mailbox: mailbox)
        }
    }

    /// Shows a dashboard with the backend that `makeBackend` creates, until it is quit.
    func show(_ makeBackend: (Mailbox) throws -> any DashboardBackend) throws {
        let terminal = try explaining {
            try CursesTerminal(TerminalOptions(allowsColor: !noColor, isASCII: ascii))
        }
        let waker = terminal.waker
        let mailbox = Mailbox { waker.wake() }
        let stage: any DashboardBackend
        do {
            stage = try makeBackend(mailbox)
        } catch {
            terminal.close()
            throw error
        }
        var screen = DashboardScreen(terminal, mailbox: mailbox, stage: stage, preferences: PreferencesFile.read())
        let status = screen.run()
        terminal.close()
        for warning in screen.lastWarnings { Console.say("warning: \(Readable.visible(warning))") }
        if status != 0 { throw ExitCode(status) }
    }
}
