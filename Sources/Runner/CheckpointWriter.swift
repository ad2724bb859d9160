// Keeps a run's state while it trains: the numbers are written on the training thread, into the page cache; digests,
// flushes and the rename that makes them count happen on a thread of their own, so that training waits for no disk.

internal import Checkpoints
internal import Engine
internal import Experiments
internal import Foundation
internal import RunStore
internal import Synchronization
internal import Safetensors
internal import Training

/// Writes one run's checkpoints, one at a time.
final class CheckpointWriter {
    private let folder: CheckpointFolder
    private let recorder: RunRecorder
    private var commit: Commit?

    init(_ folder: CheckpointFolder, recorder: RunRecorder) {
        self.folder = folder
        self.recorder = recorder
    }

    /// Writes the model's numbers as they are now.
    ///
    /// - Parameter isLast: whether to wait until they are safe.
    /// - Returns: what there is to say, about an earlier one too.
    func keep(_ position: RunPosition, of model: some TrainableModel, isLast: Bool) -> [RunEvent] {
        var events = commit.map { [$0.wait()] } ?? []
        commit = nil
        let begin = monotonicSeconds()
        do throws(CheckpointError) {
            let written = try folder.write(
                position, weights: model.weightSources, optimizer: model.optimizerSources)
            commit = Commit(written, position, seconds: monotonicSeconds() - begin, recorder: recorder)
        } catch {
            events.append(Commit.warning(error.description))
        }
        if isLast, let last = commit {
            events.append(last.wait())
            commit = nil
        }
        return events
    }

    /// What there is to say about a checkpoint that has become safe, or has failed to, meanwhile.
    func takeNews() -> [RunEvent] {
        guard let event = commit?.event else { return [] }
        commit = nil
        return [event]
    }
}

/// A checkpoint on its way to the disk, on a thread of its own.
private final class Commit: Sendable {
    private let outcome = Mutex<RunEvent?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double, recorder: RunRecorder) {
        let thread = Thread { [self] in
            let event = Self.finish(pending, position, seconds: seconds, recorder: recorder)
            outcome.withLock { $0 = event }
            done.signal()
        }
        thread.name = "checkpoint"
        thread.start()
    }

    /// What has come of it; `nil` while it goes on.
    var event: RunEvent? { outcome.withLock { $0 } }

    /// Waits for what comes of it.
    func wait() -> RunEvent {
        done.wait()
        defer { done.signal() }
        guard let event else { preconditionFailure("a commit that is done has an outcome") }
        return event
    }

    private static func finish(
        _ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double, recorder: RunRecorder
    ) -> RunEvent {
        do throws(RunStoreError) {
            // What was learnt by then first: a run that is resumed here must miss none of it.
            try recorder.flush()
        } catch {
            pending.discard()
            return warning(error.description)
        }
        do throws(CheckpointError) {
            let saved = try pending.commit()
            return .checkpointSaved(
                CheckpointSaved(
                    step: position.step,
                    epoch: position.lastEpoch?.step == position.step
                        ? position.epoch - 1 : position.epoch, byteCount: saved.byteCount, seconds: seconds))
        } catch {
            return warning(error.description)
        }
    }

    static func warning(_ cause: String) -> RunEvent {
        .warning("no checkpoint: \(cause); training goes on, and the checkpoint before stays")
    }
}
