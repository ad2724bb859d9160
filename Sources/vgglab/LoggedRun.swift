// A session's run as a log, with everything that follows a run: TensorBoard's file, saved weights, last words.

import ArgumentParser
import Engine
import Experiments
import Exports
import Foundation
import RunLog
import Runner
import RunStore
import Training

/// How a run is logged, and what it leaves beside the store.
struct LogOptions: ParsableArguments {
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, jsonl
    }

    @Option(
        help: ArgumentHelp("Write the weights at the end as safetensors, for PyTorch too.", valueName: "file"),
        completion: .file())
    var save: String?

    @Option(
        help: ArgumentHelp("Write TensorBoard's event files while training, a folder a run.", valueName: "folder"),
        completion: .directory)
    var tensorboard: String?

    @Flag(name: .customLong("no-tui"), help: "Log, even in a terminal.")
    var noTUI = false

    @Option(help: ArgumentHelp("text, or jsonl for one JSON object a line.", valueName: "format"))
    var logFormat = LogFormat.text

    @Flag(help: "With jsonl: a progress record for every step instead of one a second.")
    var logEveryStep = false

    @Flag(help: "Only epochs and the end: no header, no progress.")
    var quiet = false

    func validate() throws {
        if logEveryStep && logFormat != .jsonl {
            throw ValidationError("--log-every-step goes with --log-format jsonl")
        }
    }

    /// Whether something was asked for that only a log gives.
    var wantsLog: Bool {
        noTUI || quiet || logEveryStep || logFormat != .text || save != nil || tensorboard != nil
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
        if let tensorboard {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: tensorboard, isDirectory: &isFolder), !isFolder.boolValue {
                throw Failure(message: "--tensorboard \(tensorboard): is not a folder")
            }
        }
    }

    /// Trains the session's run.
    func train(_ session: RunSession) throws -> Outcome {
        var log = makeLog()
        func show(_ record: RunRecord) {
            if var text = log as? TextLog {
                text.terminalColumns = Console.terminalColumns
                log = text
            }
            Console.write(log.render(record))
        }
        var tensorBoard = try explaining {
            try tensorboard.map { folder in
                try TensorBoardLog(folder: "\(folder)/\(session.run.name)", time: Date().timeIntervalSince1970)
            }
        }
        let summary = try session.train(stop: Signals.stop) { record in
            show(record)
            do {
                try tensorBoard?.append(record)
            } catch {
                Console.say("warning: \(Readable.visible("\(error)")); TensorBoard's file ends here")
                tensorBoard = nil
            }
        } finish: { model, summary in
            try saveWeights(of: model, summary, session)
        }
        if summary.outcome == .stopped {
            Console.say("go on with: vgglab resume \(Readable.visible(session.run.name))")
        }
        return summary.outcome
    }

    private func saveWeights(of model: any TrainableModel, _ summary: RunSummary, _ session: RunSession) throws {
        guard let save else { return }
        switch summary.outcome {
        case .completed, .stopped:
            let metadata = ["experiment": session.experiment.name, "step": String(summary.step)]
            do {
                try model.saveWeights(to: save, metadata: metadata)
            } catch {
                throw Failure(message: "\(error)", status: 1)
            }
            Console.say("weights after step \(summary.step) are in \(Readable.visible(save))")
        case .diverged, .failed:
            Console.say("\(Readable.visible(save)) is not written: these weights are of no use")
        }
    }
}

/// Refuses a file that cannot be written, or that is nothing to replace.
func checkWritable(_ path: String, option: String) throws {
    guard path != "-" else {
        throw Failure(message: "\(option) -: standard output cannot be written; give the name of a file")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
        if isFolder.boolValue { throw Failure(message: "\(option) \(path): is a folder; give the name of a file") }
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        // Saving replaces what is there, and a device or a pipe is nothing to replace.
        guard type == .typeRegular || type == .typeSymbolicLink else {
            throw Failure(message: "\(option) \(path): is not a regular file; give the name of a file")
        }
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw Failure(message: "\(option) \(path): the folder \(folder) does not exist; make it with mkdir -p")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
        throw Failure(message: "\(option) \(path): no permission to write in \(folder); choose another folder")
    }
}

/// The status that a program ends with after these runs: that of the signal that stopped them, else whether all were
/// completed.
func endStatus(_ outcomes: [Outcome]) throws {
    if let signal = Signals.signal { throw ExitCode(128 + signal) }
    if outcomes.contains(where: { $0 != .completed }) { throw ExitCode(1) }
}
