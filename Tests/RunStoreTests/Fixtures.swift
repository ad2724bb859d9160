// A store in a temporary folder, runs to put into it, and their records.

import TestSupport
import Experiments
import Foundation
import GRDB
import RunStore

extension TemporaryFolder {
    func store(creates: Bool = true, checks: Bool = true, patience: Double = 10) throws -> RunStore {
        try RunStore(folder: path, creates: creates, checks: checks, patience: patience)
    }

    /// Another program's connection to the store's file.
    func database() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true  // an open one keeps the store locked
        return try DatabaseQueue(path: file("runs.sqlite"), configuration: configuration)
    }
}

extension NewRun {
    static func made(_ name: String = "a", epochs: Int = 2, stepsPerEpoch: Int = 3) -> NewRun {
        var experiment = Experiment(name: name)
        experiment.training.epochs = epochs
        return NewRun(
            experiment: experiment, machine: "a machine", threads: 2, engine: "an engine", program: "vgglab 0",
            dataset: "some images", dataChecksum: "abc", stepsPerEpoch: stepsPerEpoch)
    }
}

extension Experiments.Progress {
    /// The progress after step `step`, in epochs of three steps.
    static func made(_ step: Int, loss: Double? = nil) -> Experiments.Progress {
        let epoch = (step - 1) / 3 + 1
        return Experiments.Progress(
            epoch: epoch, step: step, stepInEpoch: (step - 1) % 3 + 1, stepsPerEpoch: 3, loss: loss ?? 1 / Double(step),
            meanLoss: 0.1 + 0.2, meanAccuracy: 1 / 3, examplesPerSecond: 1e300,
            meanExamplesPerSecond: step == 1 ? nil : 1 / 3, elapsedSeconds: Double(step),
            remainingSeconds: step == 1 ? nil : .leastNonzeroMagnitude,
            gradientNorm: step == 2 ? nil : Double(step) / 7,
            deadShare: step == 3 ? nil : 1 / Double(step),
            layers: step == 2
                ? [
                    LayerHealth(name: "features.0", deadShare: 0.25, updateRatio: 1 / 7),
                    LayerHealth(name: "classifier.0", deadShare: nil, updateRatio: nil),
                ] : [])
    }
}

extension EpochMetrics {
    static func made(_ epoch: Int, accuracy: Double = 0.5) -> EpochMetrics {
        EpochMetrics(
            epoch: epoch, step: 3 * epoch, trainLoss: 1 / 7, trainAccuracy: 0.4, testLoss: 2 / 7,
            testAccuracy: accuracy, examplesPerSecond: 10, stepExamplesPerSecond: 20,
            elapsedSeconds: Double(3 * epoch) + 0.5, remainingSeconds: 0, trainSeconds: 1 / 3,
            evaluationSeconds: epoch == 1 ? nil : 2 / 3)
    }
}

extension RunSummary {
    static func made(_ outcome: Outcome, step: Int = 6) -> RunSummary {
        RunSummary(
            outcome: outcome, step: step, lastEpoch: nil, bestEpoch: nil, examplesPerSecond: 11,
            stepExamplesPerSecond: 12, elapsedSeconds: 13, peakMemoryBytes: 14)
    }
}

extension RunStore {
    /// A run that no process has locked.
    func interrupted(_ new: NewRun = .made()) throws -> RunInfo { try create(new).run }

    /// Records events of a run like its process.
    func note(_ events: [RunEvent], of run: RunInfo, claim: RunClaim) throws {
        let first = try nextSequence(of: run)
        let recorder = RunRecorder(self, run, claim: claim) { _ in }
        for (index, event) in events.enumerated() {
            recorder.record(RunRecord(run: run.name, sequence: first + index, time: 1e9 + Double(index), event: event))
        }
        try recorder.finish()
    }
}
