// A run to render, with small round values, so that golden lines can be checked manually.

import Experiments
import RunLog

func record(_ event: RunEvent, sequence: Int = 0, run: String = "r1", time: Double = 1_767_225_600.25) -> RunRecord {
    RunRecord(run: run, sequence: sequence, time: time, event: event)
}

func started(
    _ experiment: Experiment = Experiment(name: "small", description: "The notebook's small VGG-11"),
    machine: String = "Xeon, 2 cores, 8 GiB"
) throws -> RunStarted {
    RunStarted(
        experiment: experiment, network: try experiment.network(numClasses: 10), dataset: "Fashion-MNIST in /data",
        trainExamples: 60000, testExamples: 10000, stepsPerEpoch: 469, threads: 2, machine: machine,
        engine: "oneDNN 2.7, Winograd", predictedMemoryBytes: 966_367_642)
}

func progress(
    epoch: Int = 3, stepInEpoch: Int = 120, loss: Double = 0.5, at seconds: Double, remaining: Double? = 1860
) -> Progress {
    Progress(
        epoch: epoch, step: (epoch - 1) * 469 + stepInEpoch, stepInEpoch: stepInEpoch, stepsPerEpoch: 469,
        examplesSeen: 135_296, loss: loss,
        meanLoss: loss.isFinite ? 0.412 : loss, meanAccuracy: 0.847, examplesPerSecond: 212.3,
        meanExamplesPerSecond: 209.5, elapsedSeconds: seconds, remainingSeconds: remaining, gradientNorm: 1.5,
        deadShare: 0.125)
}

func metrics(epoch: Int = 3, testAccuracy: Double = 0.861, at seconds: Double = 100) -> EpochMetrics {
    EpochMetrics(
        epoch: epoch, step: epoch * 469, trainLoss: 0.412, trainAccuracy: 0.847, testLoss: 0.4,
        testAccuracy: testAccuracy, examplesPerSecond: 212.3, stepExamplesPerSecond: 214, elapsedSeconds: seconds,
        remainingSeconds: 1860, trainSeconds: 280.5)
}

func summary(_ outcome: Outcome, step: Int = 4690, last: EpochMetrics?, best: EpochMetrics?) -> RunSummary {
    RunSummary(
        outcome: outcome, step: step, lastEpoch: last, bestEpoch: best, examplesPerSecond: 198.4,
        overallExamplesPerSecond: 187.6, stepExamplesPerSecond: 212.3, elapsedSeconds: 250, peakMemoryBytes: 966_367_642
    )
}

extension RunLogRenderer {
    /// Renders these events; returns the text of both streams in order.
    mutating func output(of events: RunEvent...) -> LogOutput {
        var whole = LogOutput()
        for event in events {
            let output = render(record(event))
            whole.standardOutput += output.standardOutput
            whole.standardError += output.standardError
        }
        return whole
    }
}
