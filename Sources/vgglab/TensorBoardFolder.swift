// `--tensorboard`: the event files of this process's runs while they train.

import Experiments
import Exports
import RunLog
import Runner
import Synchronization

/// Writes event files, a folder for each run, whatever threads the runs train on.
final class TensorBoardFolder: RunObserver, Sendable {
    private let path: String
    /// The files of active runs, by the runs' names.
    private let logs = Mutex<[String: TensorBoardLog]>([:])
    private let onProblem: @Sendable (String) -> Void

    /// - Parameters:
    ///   - path: checked by `check`.
    ///   - onProblem: told when a run's file cannot be written; the run continues without it.
    init(_ path: String, onProblem: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.onProblem = onProblem
    }

    /// Makes the folder, and refuses one that cannot be written.
    static func check(_ path: String) throws {
        do throws(ExportError) { try TensorBoardLog.check(path) } catch {
            throw Failure(message: "--tensorboard \(error)")
        }
    }

    func observe(_ record: RunRecord) {
        logs.withLock { logs in
            let run = record.run
            do throws(ExportError) {
                if case .runStarted = record.event {
                    logs[run] = try TensorBoardLog(folder: "\(path)/\(run)", time: record.time)
                }
                try logs[run]?.append(record)
            } catch {
                logs[run] = nil
                onProblem("\(error); run \(run) continues without a TensorBoard file")
            }
            if case .runFinished = record.event { logs[run] = nil }
        }
    }
}
