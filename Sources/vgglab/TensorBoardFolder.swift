// `--tensorboard`: the event files of this process's runs while they train.

import Experiments
import Exports
import RunLog
import Runner
import Synchronization

/// Writes event files into one folder per run; runs may train on any threads.
final class TensorBoardFolder: RunObserver, Sendable {
    private let path: String
    /// Files of running runs, by name.
    private let logs = Mutex<[String: TensorBoardLog]>([:])
    private let onProblem: @Sendable (String) -> Void

    /// - Parameters:
    ///   - path: a path that `check` accepted.
    ///   - onProblem: called when a run's file cannot be written; the run continues without it.
    init(_ path: String, onProblem: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.onProblem = onProblem
    }

    /// Creates the folder; throws if it cannot be written.
    static func check(_ path: String) throws {
        do { try TensorBoardLog.check(path) } catch {
            throw Failure(message: "--tensorboard \(error)")
        }
    }

    func observe(_ record: RunRecord) {
        logs.withLock { logs in
            let run = record.run
            do {
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
