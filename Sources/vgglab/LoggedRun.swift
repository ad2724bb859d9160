// A session's run as a log, with its outputs: TensorBoard files, saved weights and final messages.

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

/// How a run is logged, and what it writes outside the store.
struct LogOptions: ParsableArguments {
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, jsonl
    }

    @Option(
        help: ArgumentHelp(
            "Save the final weights as safetensors, which PyTorch can load; implies --no-tui.", valueName: "file"),
        completion: .file())
    var save: String?

    @Option(
        help: ArgumentHelp(
            "Write TensorBoard event files during training, in one subfolder per run.", valueName: "folder"),
        completion: .directory)
    var tensorboard: String?

    @Flag(name: .customLong("no-tui"), help: "Write a log, even in a terminal.")
    var noTUI = false

    @Option(
        help: ArgumentHelp("text, or jsonl for one JSON object per line; implies --no-tui.", valueName: "format"))
    var logFormat = LogFormat.text

    @Flag(help: "With jsonl: write a progress record for every step instead of one per second.")
    var logEveryStep = false

    @Flag(help: "Log only the run's name, epochs and the end: no header, no progress; implies --no-tui.")
    var quiet = false

    func validate() throws {
        if logEveryStep && logFormat != .jsonl {
            throw ValidationError("--log-every-step needs --log-format jsonl")
        }
    }

    /// Whether an option was given that only a log supports.
    var wantsLog: Bool {
        noTUI || quiet || logEveryStep || logFormat != .text || save != nil
    }

    func makeLog() -> any RunLogRenderer {
        switch logFormat {
        case .text: TextLog(quiet: quiet, terminalColumns: Console.terminalColumns)
        case .jsonl: JSONLinesLog(progressInterval: quiet ? .infinity : logEveryStep ? 0 : 1)
        }
    }

    /// Checks every file and folder to be written, before hours of training.
    func checkPlaces() throws {
        if let save { try checkWritable(save, option: "--save") }
        if let tensorboard { try TensorBoardFolder.check(tensorboard) }
    }

    /// Trains the session's run.
    ///
    /// - Parameter commands: formats commands about the session's store.
    /// - Returns: whether it was completed and its final state saved.
    func train(_ session: RunSession, _ commands: CommandText) throws -> Bool {
        var observers: [any RunObserver] = [ConsoleLog(makeLog())]
        if let tensorboard {
            observers.append(TensorBoardFolder(tensorboard) { Console.say("warning: \(Readable.visible($0))") })
        }
        let summary = session.train(stop: Signals.stop, observers: observers)
        try saveWeights(of: session, summary, commands)
        if summary.outcome == .stopped {
            Console.say("resume with: \(commands.line(.resume, session.run.name))")
        }
        if summary.outcome == .completed && !session.hasKeptEnd {
            Console.say(
                "the final state of \(Readable.visible(session.run.name)) was not saved; train it again with: "
                    + commands.line(.resume, session.run.name))
        }
        return summary.outcome == .completed && session.hasKeptEnd
    }

    private func saveWeights(of session: RunSession, _ summary: RunSummary, _ commands: CommandText) throws {
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
                let advice = "; a checkpoint has the weights: \(commands.line(.export, name, options))"
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

/// Whether a path stands for standard output.
func isStandardOutput(_ path: String) -> Bool { ["-", "/dev/stdout", "/dev/fd/1"].contains(path) }

/// Throws if a file cannot be written, or must not be replaced.
func checkWritable(_ path: String, option: String, replaces: Bool = true) throws {
    guard !isStandardOutput(path) else {
        throw Failure(message: "\(option) \(path): cannot write to standard output; give the name of a file")
    }
    // Saving replaces the file; a device or a pipe must not be replaced.
    var status = stat()
    guard stat(path, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
        throw Failure(message: "\(option) \(path): not a regular file; give the name of a file")
    }
    do throws(FileError) {
        try AtomicFile.check(path, replaces: replaces)
    } catch {
        throw Failure(message: "\(option) \(advised(error))")
    }
}

/// Throws the exit status for these runs: none if all were completed and saved, else that of the signal that stopped
/// them, or 1. A signal that arrives while the last checkpoint is written stops nothing.
///
/// - Parameter count: how many runs were requested.
func endStatus(_ isComplete: [Bool], of count: Int = 1) throws {
    if isComplete.count == count, !isComplete.contains(false) { return }
    if let signal = Signals.signal { throw ExitCode(128 + signal) }
    if isComplete.contains(false) { throw ExitCode(1) }
}
