// How fast a run goes and how long it will take, in seconds of a clock that never goes back.

internal import Experiments
internal import Glibc

/// Seconds of the system's monotonic clock; only differences mean something.
public func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Counts pictures and seconds, and foretells the rest of a run.
struct Pace {
    private let totalSteps: Int
    private let stepsPerEpoch: Int
    private let epochs: Int
    /// What an evaluation takes, in training steps, until one has been timed: its share of the multiply-accumulates.
    private let evaluationSteps: Double

    private var beginSeconds = 0.0
    private var epochBeginSeconds = 0.0
    private var nowSeconds = 0.0
    private var examples = 0
    private var epochExamples = 0
    private var stepSeconds = 0.0
    private var epochSeconds = 0.0
    private var finishedEpochSeconds = 0.0
    private var steps = 0
    private var evaluationSeconds = 0.0
    private var evaluations = 0

    init(_ run: RunStarted) {
        stepsPerEpoch = run.stepsPerEpoch
        epochs = run.experiment.training.epochs
        totalSteps = stepsPerEpoch * epochs
        let share = Double(run.network.forwardMACs) / Double(max(run.network.trainingMACs, 1))
        evaluationSteps = share * Double(run.testExamples) / Double(run.experiment.data.batchSize)
    }

    mutating func begin(at now: Double) {
        beginSeconds = now
        nowSeconds = now
    }

    mutating func beginEpoch(at now: Double) {
        finishedEpochSeconds += epochSeconds
        epochBeginSeconds = now
        epochSeconds = 0
        epochExamples = 0
        nowSeconds = now
    }

    mutating func endStep(examples count: Int, began: Double, now: Double) {
        examples += count
        epochExamples += count
        steps += 1
        stepSeconds += now - began
        epochSeconds = now - epochBeginSeconds
        nowSeconds = now
    }

    mutating func endEvaluation(began: Double, now: Double) {
        evaluations += 1
        evaluationSeconds += now - began
        nowSeconds = now
    }

    /// Seconds since the run began, at the last thing that was counted.
    var elapsed: Double { nowSeconds - beginSeconds }

    func elapsed(at now: Double) -> Double { now - beginSeconds }

    /// Training pictures a second of this epoch, data included.
    var epochExamplesPerSecond: Double { rate(epochExamples, epochSeconds) }

    /// Training pictures a second of the whole run, data included, evaluations not.
    var examplesPerSecond: Double { rate(examples, finishedEpochSeconds + epochSeconds) }

    /// Training pictures a second as the notebook counts: only the time in steps.
    var stepExamplesPerSecond: Double { rate(examples, stepSeconds) }

    /// Seconds until all steps and evaluations are done.
    func remaining(afterStep step: Int) -> Double {
        let perStep = (finishedEpochSeconds + epochSeconds) / Double(max(steps, 1))
        let perEvaluation = evaluations > 0 ? evaluationSeconds / Double(evaluations) : evaluationSteps * perStep
        return Double(totalSteps - step) * perStep + Double(epochs - evaluations) * perEvaluation
    }

    private func rate(_ count: Int, _ seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
}
