// `vgglab replay RUN`: plays a stored run back, in the dashboard or as a log.

import ArgumentParser
import Dashboard
import ExperimentFiles
import RunLog
import RunStore

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a stored run back, in the dashboard or as a log.",
        discussion: """
            Replays the recorded steps and events. In a terminal the run plays in the dashboard within --seconds; \
            without a terminal, or with --no-tui, it is written as a log.
            """)

    @Argument(help: .run, completion: .run) var runName: String
    @Flag(name: .customLong("no-tui"), help: "Write the log, even in a terminal.") var noTUI = false
    @Option(help: "In the dashboard: seconds to play the whole run.") var seconds = 20.0
    @Option(help: ArgumentHelp("text, or jsonl for one JSON object per line.", valueName: "format"))
    var logFormat: LogOptions.LogFormat?
    @Flag(help: "Write only epochs and the end: no header, no progress.") var quiet = false
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var screenOptions: ScreenOptions

    func validate() throws {
        if !(0...86_400).contains(seconds) {
            throw ValidationError("--seconds must be from 0 to 86400 (got \(seconds))")
        }
    }

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let records = try explaining { try store.records(of: run) }
        let wantsLog = noTUI || quiet || logFormat != nil
        if !wantsLog && ScreenOptions.terminalProblem == nil {
            let experiment = try explaining { try run.experiment() }
            let entry = RunEntry(run, experiment)
            return try screenOptions.show { ReplayBackend(entry, records, seconds: seconds, mailbox: $0) }
        }
        guard !records.isEmpty else {
            throw Failure(message: "run \(Readable.visible(run.name)) has no steps yet")
        }
        var log: any RunLogRenderer =
            logFormat == .jsonl ? JSONLinesLog(progressInterval: quiet ? .infinity : 0) : TextLog(quiet: quiet)
        for record in records { Console.write(log.render(record)) }
    }
}
