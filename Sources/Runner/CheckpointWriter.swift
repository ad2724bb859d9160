// Saves a run's state while it trains: the tensors are written on the training thread, into the page cache. Checksums,
// flushes and the rename that commits the checkpoint happen on another thread, so that training never waits for the
// disk.

internal import Checkpoints
internal import Experiments
internal import Foundation
internal import Model
internal import RunStore
internal import Synchronization
internal import Safetensors
internal import Threads
internal import Training

/// Writes one run's checkpoints, one at a time.
final class CheckpointWriter {
    private let folder: CheckpointFolder
    private let recorder: RunRecorder
    private var commit: Commit?
    /// Why checkpoints cannot be saved now; reported once, when the problem starts.
    private var problem: String?
    /// Why the last checkpoint is not saved; `nil` if it is.
    private(set) var problemOfLast: String?

    init(_ folder: CheckpointFolder, recorder: RunRecorder) {
        self.folder = folder
        self.recorder = recorder
    }

    /// Writes the model's current tensors.
    ///
    /// - Parameter isLast: whether to wait until the checkpoint is committed.
    /// - Returns: events to emit, also about an earlier checkpoint.
    func keep(_ position: RunPosition, of model: some TrainableModel, isLast: Bool) -> [RunEvent] {
        var events = finish()
        let begin = monotonicSeconds()
        do {
            let written = try folder.write(
                position, weights: model.weightSources, optimizer: model.optimizerSources)
            commit = Commit(written, position, seconds: monotonicSeconds() - begin, recorder: recorder, isLast: isLast)
        } catch {
            events += tell(.failure(error), isLast: isLast)
        }
        return isLast ? events + finish() : events
    }

    /// Waits until the last checkpoint is committed.
    ///
    /// - Returns: events to emit about it.
    func finish() -> [RunEvent] {
        defer { commit = nil }
        return commit.map { tell($0.wait(), isLast: $0.isLast) } ?? []
    }

    /// Returns events about a checkpoint that has been committed, or has failed, meanwhile.
    func takeNews() -> [RunEvent] {
        guard let commit, let outcome = commit.outcome else { return [] }
        self.commit = nil
        return tell(outcome, isLast: commit.isLast)
    }

    private func tell(_ outcome: Commit.Outcome, isLast: Bool) -> [RunEvent] {
        switch outcome {
        case .success(let saved):
            defer { (problem, problemOfLast) = (nil, nil) }
            return (problem == nil ? [] : [.warning("checkpoints are being saved again")]) + [.checkpointSaved(saved)]
        case .failure(let error):
            let cause = "\(error)"
            let isNew = cause != problem
            (problem, problemOfLast) = (cause, cause)
            if isLast {
                return [
                    .warning(
                        "no final checkpoint: \(cause); earlier ones are intact, and the run can be resumed from there")
                ]
            }
            return isNew
                ? [.warning("no checkpoint: \(cause); training continues, and earlier ones are intact")] : []
        }
    }
}

/// A checkpoint in progress, on its own thread.
private final class Commit: Sendable {
    typealias Outcome = Result<CheckpointSaved, any Error>

    /// Whether the run waits for it.
    let isLast: Bool
    private let result = Mutex<Outcome?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(
        _ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double, recorder: RunRecorder, isLast: Bool
    ) {
        self.isLast = isLast
        let work = { @Sendable [self] in
            let outcome = Outcome {
                // The metrics first: a run resumed from a checkpoint without them would lose them.
                do { try recorder.flush() } catch {
                    pending.discard()
                    throw error
                }
                return try Self.finish(pending, position, seconds: seconds)
            }
            result.withLock { $0 = outcome }
            done.signal()
        }
        if !startThread(work) { work() }
    }

    /// The result; `nil` while it is in progress.
    var outcome: Outcome? { result.withLock { $0 } }

    /// Waits for the result.
    func wait() -> Outcome {
        done.wait()
        defer { done.signal() }
        guard let outcome else { preconditionFailure("a commit that is done has an outcome") }
        return outcome
    }

    private static func finish(
        _ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double
    ) throws -> CheckpointSaved {
        let saved = try pending.commit()
        let isEvaluated = position.lastEpoch?.step == position.step
        return CheckpointSaved(
            step: position.step, epoch: isEvaluated ? position.epoch - 1 : position.epoch,
            byteCount: saved.byteCount, seconds: seconds)
    }
}
