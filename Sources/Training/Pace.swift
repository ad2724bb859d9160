// The speed of a run and its remaining time, in seconds of a monotonic clock.

internal import Experiments
internal import Glibc

/// Returns the seconds of the system's monotonic clock; only differences are meaningful.
package func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Returns the processor time that this process has used in seconds, all threads together.
package func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Counts images and seconds, and predicts the remaining time of a run.
struct Pace {
    /// The counts so far.
    private(set) var time: RunTime
    private let stepsPerEpoch: Int
    private let epochs: Int
    private let batchSize: Int
    private let testExamples: Int
    /// The duration of an evaluation in training steps, from multiply-accumulates, until one has been timed.
    private let evaluationSteps: Double

    private var beginSeconds = 0.0
    private var epochBeginSeconds = 0.0
    private var epochExamples = 0
    /// Number of steps in this session.
    private var steps = 0
    /// Samples of the counts, a tenth of a second apart, over the last five seconds or the last step. The remaining
    /// time is predicted from these, because a parent, another machine, or an hour ago may have had another pace.
    private var marks: [(steps: Int, examples: Int, seconds: Double)] = []
    private static let recentSeconds = 5.0
    /// Seconds of this session's last evaluation.
    private(set) var lastEvaluation: Double?

    /// - Parameters:
    ///   - validationExamples: images that an evaluation takes beside the test images.
    ///   - position: where the run resumes; its times and images count on.
    init(_ run: RunStarted, validationExamples: Int = 0, from position: RunPosition = RunPosition()) {
        stepsPerEpoch = run.stepsPerEpoch
        epochs = run.experiment.training.epochs
        batchSize = run.experiment.data.batchSize
        testExamples = run.testExamples + validationExamples
        let share = Double(run.network.forwardMACs) / Double(max(run.network.trainingMACs, 1))
        evaluationSteps = share * Double(testExamples) / Double(run.experiment.data.batchSize)
        time = position.time
        epochExamples = position.epochExamples
        if let inherited = time.inherited, inherited.epoch == position.epoch {
            epochExamples -= inherited.epochExamples
        }
    }

    /// Starts or resumes the run.
    mutating func begin(at now: Double) {
        beginSeconds = now - time.elapsedSeconds
        marks = [(0, time.examples, trainingSeconds)]
    }

    /// Starts an epoch.
    mutating func beginEpoch(at now: Double) {
        time.finishedEpochSeconds += time.epochSeconds
        time.epochSeconds = 0
        epochExamples = 0
        continueEpoch(at: now)
    }

    /// Continues the epoch in which the run was stopped.
    mutating func continueEpoch(at now: Double) {
        epochBeginSeconds = now - time.epochSeconds
        time.elapsedSeconds = now - beginSeconds
    }

    /// Excludes time in which the run did not train.
    mutating func leaveOut(seconds: Double) {
        beginSeconds += seconds
        epochBeginSeconds += seconds
    }

    mutating func endStep(examples count: Int, began: Double, now: Double) {
        time.examples += count
        epochExamples += count
        time.stepSeconds += now - began
        time.epochSeconds = now - epochBeginSeconds
        steps += 1
        if trainingSeconds - (marks.last?.seconds ?? 0) >= 0.1 {
            marks.append((steps, time.examples, trainingSeconds))
        }
        while marks.count > 1, trainingSeconds - marks[1].seconds >= Self.recentSeconds { marks.removeFirst() }
        time.elapsedSeconds = now - beginSeconds
    }

    mutating func endEvaluation(began: Double, now: Double) {
        time.evaluations += 1
        time.evaluationSeconds += now - began
        lastEvaluation = now - began
        time.elapsedSeconds = now - beginSeconds
    }

    /// Seconds since the run started, at the last count.
    var elapsed: Double { time.elapsedSeconds }

    func elapsed(at now: Double) -> Double { now - beginSeconds }

    /// Training images per second over the last seconds, including data loading.
    var recentExamplesPerSecond: Double {
        guard let first = marks.first else { return 0 }
        return rate(time.examples - first.examples, trainingSeconds - first.seconds)
    }

    /// Training images per second in this epoch, including data loading.
    var epochExamplesPerSecond: Double { rate(epochExamples, time.epochSeconds) }

    /// Training images per second of training time, including data loading but not evaluations.
    var examplesPerSecond: Double { rate(time.examples, trainingSeconds) }

    /// Training images per second of wall-clock time.
    func overallExamplesPerSecond(at now: Double) -> Double {
        rate(time.examples, elapsed(at: now) - (time.inherited?.seconds ?? 0))
    }

    /// Training images per second as the notebook counts them: only the time inside steps.
    var stepExamplesPerSecond: Double { rate(time.examples, time.stepSeconds) }

    /// Seconds per step: over the last steps or, before this session's first, over all; `nil` before any.
    private var secondsPerStep: Double? {
        if let first = marks.first, steps > first.steps {
            return (trainingSeconds - first.seconds) / Double(steps - first.steps)
        }
        if time.examples > 0 { return trainingSeconds / Double(time.examples) * Double(batchSize) }
        guard let lastEvaluation, evaluationSteps > 0 else { return nil }
        return lastEvaluation / evaluationSteps
    }

    /// Returns the seconds until all steps and evaluations are done, at the pace of the last seconds; `nil` before
    /// anything was timed.
    ///
    /// - Parameter evaluated: completed share of the epoch's evaluation, 0 to 1.
    func remaining(at position: RunPosition, evaluated: Double = 0) -> Double? {
        guard let secondsPerStep else { return nil }
        let mean = time.evaluations > 0 ? time.evaluationSeconds / Double(time.evaluations) : nil
        let perEvaluation = lastEvaluation ?? mean ?? evaluationSteps * secondsPerStep
        let epochsLeft = epochs - position.epoch
        let stepsLeft = epochsLeft * stepsPerEpoch + stepsPerEpoch - position.stepInEpoch
        return Double(stepsLeft) * secondsPerStep + (Double(epochsLeft) + 1 - evaluated) * perEvaluation
    }

    /// Returns the progress of this epoch's evaluation.
    func evaluation(at position: RunPosition, examples: Int, now: Double) -> EvaluationProgress {
        var progress = EvaluationProgress(
            epoch: position.epoch, step: position.step, examples: examples, allExamples: testExamples,
            elapsedSeconds: elapsed(at: now), remainingSeconds: nil)
        progress.remainingSeconds = remaining(at: position, evaluated: progress.share)
        return progress
    }

    /// Seconds of training in this epoch.
    var epochSeconds: Double { time.epochSeconds }

    private var trainingSeconds: Double { time.finishedEpochSeconds + time.epochSeconds }

    private func rate(_ count: Int, _ seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
}
