// How a run stands and how far it has come: one vocabulary for the store, the queue, commands, filters and the dashboard.

/// The state of a run.
package enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for free threads.
    case queued
    /// A process trains it now.
    case running
    /// Waits between two steps until it is resumed.
    case paused
    /// All its epochs are done.
    case completed
    /// It was asked to stop.
    case stopped
    /// Its process ended without a word: killed, crashed, or the power failed.
    case interrupted
    /// Its loss was no longer finite.
    case diverged
    /// It could not continue.
    case failed

    /// Whether it has not ended.
    package var isActive: Bool { [.queued, .running, .paused].contains(self) }

    /// The state in which an outcome leaves a run.
    package init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .completed: .completed
            case .stopped: .stopped
            case .diverged: .diverged
            case .failed: .failed
            }
    }
}

/// The state of a run with its figures so far.
package struct RunStatus: Sendable, Hashable {
    package var state: RunState
    /// Why it failed or diverged; empty otherwise.
    package var reason = ""
    /// Place in the queue, from 1; `nil` where it is not queued.
    package var queuePosition: Int?
    /// Threads that compute.
    package var threads = 1
    /// The epoch of the last step, from 1; 0 before the first.
    package var epoch = 0
    package var step = 0
    /// Steps made in the epoch.
    package var stepInEpoch = 0
    /// Steps in an epoch; 0 while unknown.
    package var stepsPerEpoch = 0
    /// Mean training loss of the last finished epoch; while one is under way, of that one so far.
    package var loss: Double?
    /// Training accuracy of the same, 0 to 1.
    package var trainAccuracy: Double?
    /// Test accuracy of the last finished epoch, 0 to 1.
    package var testAccuracy: Double?
    /// The test accuracy of the best epoch, 0 to 1.
    package var bestAccuracy: Double?
    /// The validation accuracy of that epoch, the best one; `nil` where the test accuracy decides.
    package var bestValidation: Double?
    /// The first epoch that has it.
    package var bestEpoch: Int?
    /// The first epoch that counts for the best; a fork's earlier ones may have been evaluated on other images.
    package var bestFrom = 0
    /// Training images a second: over the last seconds while it trains, of all its training when it is over.
    package var examplesPerSecond: Double?
    /// The same of the epoch so far; `nil` where it is not known.
    package var meanExamplesPerSecond: Double?
    /// How far the evaluation is that is under way, 0 to 1; `nil` while there is none.
    package var evaluatedShare: Double?
    /// Seconds that it has trained.
    package var elapsedSeconds = 0.0
    /// Seconds until it ends, evaluations counted; `nil` while unknown.
    package var remainingSeconds: Double?
    /// Seconds since 1970 at its start.
    package var createdAt = 0.0
    /// Seconds since 1970 at its end, or when it was last heard of; `nil` before its first event.
    package var endedAt: Double?
    /// The most memory that it has taken, in bytes.
    package var peakMemoryBytes: Int?
    /// Name of the run that it was forked from, if any.
    package var parent: String?
    /// The step of that run that it begins with.
    package var parentStep: Int?
    /// Its tags, in alphabetical order.
    package var tags: [String] = []
    /// Its note.
    package var note = ""

    /// A run that has not made a step.
    package init(_ state: RunState) { self.state = state }

    /// Takes over what an event says.
    package mutating func follow(_ event: RunEvent) {
        switch event {
        case .runStarted(let started):
            (stepsPerEpoch, threads, step) = (started.stepsPerEpoch, started.threads, started.resumedStep)
            if !state.isActive { (state, reason) = (.running, "") }
        case .progress(let progress):
            (epoch, step) = (progress.epoch, progress.step)
            (stepInEpoch, stepsPerEpoch) = (progress.stepInEpoch, progress.stepsPerEpoch)
            (loss, trainAccuracy) = (progress.meanLoss, progress.meanAccuracy)
            (examplesPerSecond, elapsedSeconds) = (progress.examplesPerSecond, progress.elapsedSeconds)
            (meanExamplesPerSecond, evaluatedShare) = (progress.meanExamplesPerSecond, nil)
            remainingSeconds = progress.remainingSeconds
        case .evaluating(let progress):
            (epoch, step, stepInEpoch, evaluatedShare) = (progress.epoch, progress.step, stepsPerEpoch, progress.share)
            (elapsedSeconds, remainingSeconds) = (progress.elapsedSeconds, progress.remainingSeconds)
        case .epochFinished(let metrics):
            (epoch, step, stepInEpoch) = (metrics.epoch, metrics.step, stepsPerEpoch)
            (loss, trainAccuracy, testAccuracy) = (metrics.trainLoss, metrics.trainAccuracy, metrics.testAccuracy)
            (elapsedSeconds, remainingSeconds) = (metrics.elapsedSeconds, metrics.remainingSeconds)
            (examplesPerSecond, meanExamplesPerSecond) = (metrics.examplesPerSecond, metrics.examplesPerSecond)
            evaluatedShare = nil
            if metrics.decidingAccuracy > bestValidation ?? bestAccuracy ?? -1 {
                (bestAccuracy, bestEpoch) = (metrics.testAccuracy, metrics.epoch)
                bestValidation = metrics.validationAccuracy
            }
        case .runFinished(let summary):
            state = RunState(summary.outcome)
            if case .failed(let reason) = summary.outcome { self.reason = reason }
            (step, elapsedSeconds, remainingSeconds) = (summary.step, summary.elapsedSeconds, nil)
            (meanExamplesPerSecond, evaluatedShare) = (nil, nil)
            if summary.examplesPerSecond > 0 { examplesPerSecond = summary.examplesPerSecond }
            peakMemoryBytes = summary.peakMemoryBytes
        case .checkpointSaved, .warning: break
        }
    }
}
