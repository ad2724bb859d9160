// How fast a run goes and how long it will take, in seconds of a clock that never goes back.

internal import Experiments
internal import Glibc

/// Seconds of the system's monotonic clock; only differences mean something.
package func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds of the processor that this process has computed, all threads together.
package func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Counts images and seconds, and foretells the rest of a run.
struct Pace {
    /// What has been counted by now.
    private(set) var time: RunTime
    private let stepsPerEpoch: Int
    private let epochs: Int
    private let batchSize: Int
    private let testExamples: Int
    /// What an evaluation takes, in training steps, until one has been timed: its share of the multiply-accumulates.
    private let evaluationSteps: Double

    private var beginSeconds = 0.0
    private var epochBeginSeconds = 0.0
    private var epochExamples = 0
    /// Steps of this session.
    private var steps = 0
    /// Some of them, with the images and the training time by then, a tenth of a second apart, over the last five seconds or
    /// the last step: what is left goes at this pace, not at that of a parent, of another machine, or of an hour ago.
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

    /// The run begins, or is resumed.
    mutating func begin(at now: Double) {
        beginSeconds = now - time.elapsedSeconds
        marks = [(0, time.examples, trainingSeconds)]
    }

    /// An epoch begins.
    mutating func beginEpoch(at now: Double) {
        time.finishedEpochSeconds += time.epochSeconds
        time.epochSeconds = 0
        epochExamples = 0
        continueEpoch(at: now)
    }

    /// The epoch that the run was left in is resumed.
    mutating func continueEpoch(at now: Double) {
        epochBeginSeconds = now - time.epochSeconds
        time.elapsedSeconds = now - beginSeconds
    }

    /// Time that has passed without being the run's own.
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

    /// Seconds since the run began, at the last thing that was counted.
    var elapsed: Double { time.elapsedSeconds }

    func elapsed(at now: Double) -> Double { now - beginSeconds }

    /// Training images a second over the last seconds, data included.
    var recentExamplesPerSecond: Double {
        guard let first = marks.first else { return 0 }
        return rate(time.examples - first.examples, trainingSeconds - first.seconds)
    }

    /// Training images a second of this epoch, data included.
    var epochExamplesPerSecond: Double { rate(epochExamples, time.epochSeconds) }

    /// Training images a second of the run's training, data included, evaluations not.
    var examplesPerSecond: Double { rate(time.examples, trainingSeconds) }

    /// Training images a second by the clock, whatever it was spent on.
    func overallExamplesPerSecond(at now: Double) -> Double {
        rate(time.examples, elapsed(at: now) - (time.inherited?.seconds ?? 0))
    }

    /// Training images a second as the notebook counts: only the time in steps.
    var stepExamplesPerSecond: Double { rate(time.examples, time.stepSeconds) }

    /// Seconds of a step: of the last ones or, before this session's first, of all that were counted; `nil` before any.
    private var secondsPerStep: Double? {
        if let first = marks.first, steps > first.steps {
            return (trainingSeconds - first.seconds) / Double(steps - first.steps)
        }
        if time.examples > 0 { return trainingSeconds / Double(time.examples) * Double(batchSize) }
        guard let lastEvaluation, evaluationSteps > 0 else { return nil }
        return lastEvaluation / evaluationSteps
    }

    /// Seconds until all steps and evaluations are done, at the pace of the last seconds; `nil` before anything was timed.
    ///
    /// - Parameter evaluated: how much of the epoch's evaluation is done, 0 to 1.
    func remaining(at position: RunPosition, evaluated: Double = 0) -> Double? {
        guard let secondsPerStep else { return nil }
        let mean = time.evaluations > 0 ? time.evaluationSeconds / Double(time.evaluations) : nil
        let perEvaluation = lastEvaluation ?? mean ?? evaluationSteps * secondsPerStep
        let epochsLeft = epochs - position.epoch
        let stepsLeft = epochsLeft * stepsPerEpoch + stepsPerEpoch - position.stepInEpoch
        return Double(stepsLeft) * secondsPerStep + (Double(epochsLeft) + 1 - evaluated) * perEvaluation
    }

    /// How far an evaluation of this epoch is.
    func evaluation(at position: RunPosition, examples: Int, now: Double) -> EvaluationProgress {
        var progress = EvaluationProgress(
            epoch: position.epoch, step: position.step, examples: examples, allExamples: testExamples,
            elapsedSeconds: elapsed(at: now), remainingSeconds: nil)
        progress.remainingSeconds = remaining(at: position, evaluated: progress.share)
        return progress
    }

    /// Seconds of this epoch's training.
    var epochSeconds: Double { time.epochSeconds }

    private var trainingSeconds: Double { time.finishedEpochSeconds + time.epochSeconds }

    private func rate(_ count: Int, _ seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
}
