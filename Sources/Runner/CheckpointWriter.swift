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
        var events = finish()
        let begin = monotonicSeconds()
        do throws(CheckpointError) {
            let written = try folder.write(
                position, weights: model.weightSources, optimizer: model.optimizerSources)
            commit = Commit(written, position, seconds: monotonicSeconds() - begin, recorder: recorder, isLast: isLast)
        } catch {
            events.append(Commit.warning(error.description, isLast: isLast))
        }
        return isLast ? events + finish() : events
    }

    /// Waits until what was written last is safe.
    ///
    /// - Returns: what there is to say about it.
    func finish() -> [RunEvent] {
        defer { commit = nil }
        return commit.map { [$0.wait()] } ?? []
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

    init(
        _ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double, recorder: RunRecorder, isLast: Bool
    ) {
        let thread = Thread { [self] in
            // What was learnt by then first: a run that is resumed here must miss none of it. A store that cannot be
            // written is the recorder's to tell, and no reason to lose the weights, too.
            do throws(RunStoreError) { try recorder.flush() } catch {}
            let event = Self.finish(pending, position, seconds: seconds, isLast: isLast)
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
        _ pending: PendingCheckpoint, _ position: RunPosition, seconds: Double, isLast: Bool
    ) -> RunEvent {
        do throws(CheckpointError) {
            let saved = try pending.commit()
            let isEvaluated = position.lastEpoch?.step == position.step
            return .checkpointSaved(
                CheckpointSaved(
                    step: position.step, epoch: isEvaluated ? position.epoch - 1 : position.epoch,
                    byteCount: saved.byteCount, seconds: seconds))
        } catch {
            return warning(error.description, isLast: isLast)
        }
    }

    static func warning(_ cause: String, isLast: Bool) -> RunEvent {
        .warning(
            isLast
                ? "no checkpoint of the end: \(cause); what was kept before stays, and vgglab resume goes on from there"
                : "no checkpoint: \(cause); training goes on, and what was kept before stays")
    }
}
