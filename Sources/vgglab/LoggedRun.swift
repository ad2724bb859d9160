// A session's run as a log, with everything that follows a run: TensorBoard's file, saved weights, last words.

import ArgumentParser
import Experiments
import Exports
import Files
import Foundation
import Model
import RunLog
import RunStore
import Runner
import Safetensors
import Training

/// How a run is logged, and what it leaves beside the store.
struct LogOptions: ParsableArguments {
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, jsonl
    }

    @Option(
        help: ArgumentHelp(
            "Write the weights at the end as safetensors, for PyTorch too; implies --no-tui.", valueName: "file"),
        completion: .file())
    var save: String?

    @Option(
        help: ArgumentHelp(
            "Write TensorBoard's event files while training, into a folder for each run.", valueName: "folder"),
        completion: .directory)
    var tensorboard: String?

    @Flag(name: .customLong("no-tui"), help: "Log, even in a terminal.")
    var noTUI = false

    @Option(
        help: ArgumentHelp("text, or jsonl for one JSON object a line, which implies --no-tui.", valueName: "format"))
    var logFormat = LogFormat.text

    @Flag(help: "With jsonl: a progress record for every step instead of one a second.")
    var logEveryStep = false

    @Flag(help: "Log only the run's name, epochs and the end: no header, no progress; implies --no-tui.")
    var quiet = false

    func validate() throws {
        if logEveryStep && logFormat != .jsonl {
            throw ValidationError("--log-every-step goes with --log-format jsonl")
        }
    }

    /// Whether something was asked for that only a log gives.
    var wantsLog: Bool {
        noTUI || quiet || logEveryStep || logFormat != .text || save != nil
    }

    func makeLog() -> any RunLogRenderer {
        switch logFormat {
        case .text: TextLog(quiet: quiet, terminalColumns: Console.terminalColumns)
        case .jsonl: JSONLinesLog(progressInterval: quiet ? .infinity : logEveryStep ? 0 : 1)
        }
    }

    /// Whatever can be wrong with the places to write to is said before hours of training.
    func checkPlaces() throws {
        if let save { try checkWritable(save, option: "--save") }
        if let tensorboard { try TensorBoardFolder.check(tensorboard) }
    }

    /// Trains the session's run.
    ///
    /// - Returns: whether it was completed, and its end kept.
    func train(_ session: RunSession) throws -> Bool {
        var observers: [any RunObserver] = [ConsoleLog(makeLog())]
        if let tensorboard {
            observers.append(TensorBoardFolder(tensorboard) { Console.say("warning: \(Readable.visible($0))") })
        }
        let summary = session.train(stop: Signals.stop, observers: observers)
        try saveWeights(of: session, summary)
        if summary.outcome == .stopped {
            Console.say("resume with: \(session.store.command(.resume, session.run.name))")
        }
        if summary.outcome == .completed && !session.hasKeptEnd {
            Console.say(
                "the end of \(Readable.visible(session.run.name)) was not saved; train it again with: "
                    + session.store.command(.resume, session.run.name))
        }
        return summary.outcome == .completed && session.hasKeptEnd
    }

    private func saveWeights(of session: RunSession, _ summary: RunSummary) throws {
        guard let save else { return }
        switch summary.outcome {
        case .completed, .stopped:
            let description = WeightsDescription(
                session.experiment, network: session.network, of: session.run, step: summary.step)
            do {
                try session.model.saveWeights(to: save, metadata: description.metadata)
            } catch {
                let name = session.run.name
                let options = ["--at", "last", "--format", "safetensors", "--out", "./\(name).safetensors"]
                let advice = "; the weights are in a checkpoint: \(session.store.command(.export, name, options))"
                throw Failure(message: "\(error)" + (session.hasKeptEnd ? advice : ""), status: 1)
            }
            Console.say("saved weights after step \(Readable.count(summary.step)) to \(Readable.visible(save))")
        case .diverged, .failed:
            Console.say("\(Readable.visible(save)) was not saved: training diverged")
        }
    }
}

/// Writes a run's log to the console.
private final class ConsoleLog: RunObserver {
    private var log: any RunLogRenderer

    init(_ log: any RunLogRenderer) { self.log = log }

    func observe(_ record: RunRecord) {
        if var text = log as? TextLog {
            text.terminalColumns = Console.terminalColumns
            log = text
        }
        Console.write(log.render(record))
    }
}

/// Whether a user means standard output by it.
func isStandardOutput(_ path: String) -> Bool { ["-", "/dev/stdout", "/dev/fd/1"].contains(path) }

/// Refuses a file that cannot be written, or that is nothing to replace.
func checkWritable(_ path: String, option: String, replaces: Bool = true) throws {
    guard !isStandardOutput(path) else {
        throw Failure(message: "\(option) \(path): this cannot go to standard output; give the name of a file")
    }
    // Saving replaces what is there, and a device or a pipe is nothing to replace.
    var status = stat()
    guard stat(path, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
        throw Failure(message: "\(option) \(path): is not a regular file; give the name of a file")
    }
    do throws(FileError) {
        try AtomicFile.check(path, replaces: replaces)
    } catch {
        throw Failure(message: "\(option) \(error)")
    }
}

/// The status that a program ends with after these runs: 0 where all were completed and kept, else that of the signal that
/// stopped them. One that comes while the last checkpoint is written stops nothing.
///
/// - Parameter count: how many were to be trained.
func endStatus(_ isComplete: [Bool], of count: Int = 1) throws {
    if isComplete.count == count, !isComplete.contains(false) { return }
    if let signal = Signals.signal { throw ExitCode(128 + signal) }
    if isComplete.contains(false) { throw ExitCode(1) }
}
