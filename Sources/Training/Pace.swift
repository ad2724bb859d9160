// How fast a run goes and how long it will take, in seconds of a clock that never goes back.

internal import Experiments
internal import Glibc

/// Seconds of the system's monotonic clock; only differences mean something.
public func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds of the processor that this process has computed, all threads together.
public func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Counts pictures and seconds, and foretells the rest of a run.
struct Pace {
    /// What has been counted by now.
    private(set) var time: RunTime
    private let totalSteps: Int
    private let stepsPerEpoch: Int
    private let epochs: Int
    /// What an evaluation takes, in training steps, until one has been timed: its share of the multiply-accumulates.
    private let evaluationSteps: Double

    private var beginSeconds = 0.0
    private var epochBeginSeconds = 0.0
    private var epochExamples = 0
    private var steps: Int

    /// - Parameter position: where the run goes on; its times and pictures count on.
    init(_ run: RunStarted, from position: RunPosition = RunPosition()) {
        stepsPerEpoch = run.stepsPerEpoch
        epochs = run.experiment.training.epochs
        totalSteps = stepsPerEpoch * epochs
        let share = Double(run.network.forwardMACs) / Double(max(run.network.trainingMACs, 1))
        evaluationSteps = share * Double(run.testExamples) / Double(run.experiment.data.batchSize)
        time = position.time
        steps = position.step
        epochExamples = position.epochExamples
    }

    /// The run begins, or goes on where it was left.
    mutating func begin(at now: Double) {
        beginSeconds = now - time.elapsedSeconds
    }

    /// An epoch begins.
    mutating func beginEpoch(at now: Double) {
        time.finishedEpochSeconds += time.epochSeconds
        time.epochSeconds = 0
        epochExamples = 0
        continueEpoch(at: now)
    }

    /// The epoch that the run was left in goes on.
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
        steps += 1
        time.stepSeconds += now - began
        time.epochSeconds = now - epochBeginSeconds
        time.elapsedSeconds = now - beginSeconds
    }

    mutating func endEvaluation(began: Double, now: Double) {
        time.evaluations += 1
        time.evaluationSeconds += now - began
        time.elapsedSeconds = now - beginSeconds
    }

    /// Seconds since the run began, at the last thing that was counted.
    var elapsed: Double { time.elapsedSeconds }

    func elapsed(at now: Double) -> Double { now - beginSeconds }

    /// Training pictures a second of this epoch, data included.
    var epochExamplesPerSecond: Double { rate(epochExamples, time.epochSeconds) }

    /// Training pictures a second of the whole run, data included, evaluations not.
    var examplesPerSecond: Double { rate(time.examples, trainingSeconds) }

    /// Training pictures a second as the notebook counts: only the time in steps.
    var stepExamplesPerSecond: Double { rate(time.examples, time.stepSeconds) }

    /// Seconds until all steps and evaluations are done.
    func remaining(afterStep step: Int) -> Double {
        let perStep = trainingSeconds / Double(max(steps, 1))
        let perEvaluation =
            time.evaluations > 0 ? time.evaluationSeconds / Double(time.evaluations) : evaluationSteps * perStep
        return Double(totalSteps - step) * perStep + Double(epochs - time.evaluations) * perEvaluation
    }

    private var trainingSeconds: Double { time.finishedEpochSeconds + time.epochSeconds }

    private func rate(_ count: Int, _ seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
}
