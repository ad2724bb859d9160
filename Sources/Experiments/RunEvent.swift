// The events of a run: one closed vocabulary for the log, the dashboard, the store and replays.

/// An event in a run.
package enum RunEvent: Sendable, Hashable {
    /// The run is set up and about to begin its first step.
    case runStarted(RunStarted)
    /// Some steps were trained. Sent after each step; renderers choose their own rate.
    case progress(Progress)
    /// An evaluation has advanced. Sent at its start and after each batch of test images; not stored.
    case evaluating(EvaluationProgress)
    /// An epoch has ended and has been evaluated.
    case epochFinished(EpochMetrics)
    /// A checkpoint is safe on disk.
    case checkpointSaved(CheckpointSaved)
    /// A problem that does not end the run.
    case warning(String)
    /// The run has ended. Always the last event.
    case runFinished(RunSummary)
}

/// Facts of a run that are known before its first step.
package struct RunStarted: Sendable, Hashable {
    /// The experiment with all defaults filled in.
    package var experiment: Experiment
    package var network: Network
    /// Name and folder of the data set, as text.
    package var dataset: String
    /// Number of training images per epoch.
    package var trainExamples: Int
    /// Number of test images per evaluation.
    package var testExamples: Int
    /// Number of steps per epoch, including the last, smaller batch.
    package var stepsPerEpoch: Int
    /// Number of compute threads.
    package var threads: Int
    /// Processor, cores and memory, as text.
    package var machine: String
    /// Library, version, and how convolutions are computed, as text.
    package var engine: String
    /// Predicted peak resident memory of the process in bytes.
    package var predictedMemoryBytes: Int
    /// Number of earlier steps, if the run is resumed; 0 in a new run.
    package var resumedStep: Int
    /// Seconds that a fork's parent had trained before the fork; 0 in other runs.
    package var inheritedSeconds: Double

    package init(
        experiment: Experiment, network: Network, dataset: String, trainExamples: Int, testExamples: Int,
        stepsPerEpoch: Int, threads: Int, machine: String, engine: String, predictedMemoryBytes: Int,
        resumedStep: Int = 0, inheritedSeconds: Double = 0
    ) {
        self.experiment = experiment
        self.network = network
        self.dataset = dataset
        self.trainExamples = trainExamples
        self.testExamples = testExamples
        self.stepsPerEpoch = stepsPerEpoch
        self.threads = threads
        self.machine = machine
        self.engine = engine
        self.predictedMemoryBytes = predictedMemoryBytes
        self.resumedStep = resumedStep
        self.inheritedSeconds = inheritedSeconds
    }
}

/// The progress of an evaluation.
package struct EvaluationProgress: Sendable, Hashable {
    /// The evaluated epoch, from 1.
    package var epoch: Int
    /// Number of steps since the run started.
    package var step: Int
    /// Number of test images evaluated so far.
    package var examples: Int
    /// Number of test images to evaluate.
    package var allExamples: Int
    /// Seconds since the run started.
    package var elapsedSeconds: Double
    /// Seconds until the run ends; `nil` while unknown.
    package var remainingSeconds: Double?

    package init(
        epoch: Int, step: Int, examples: Int, allExamples: Int, elapsedSeconds: Double, remainingSeconds: Double?
    ) {
        self.epoch = epoch
        self.step = step
        self.examples = examples
        self.allExamples = allExamples
        self.elapsedSeconds = elapsedSeconds
        self.remainingSeconds = remainingSeconds
    }

    /// Completed share, 0 to 1.
    package var share: Double { allExamples > 0 ? Double(examples) / Double(allExamples) : 1 }
}

/// The health of a layer with parameters in a training step.
package struct LayerHealth: Sendable, Hashable, Codable {
    /// torchvision's name, such as `features.3`.
    package var name: String
    /// Share of dead units, 0 to 1: channels or hidden features whose activation, after ReLU and, at a block's end, max
    /// pooling, is 0 everywhere for every image of the batch. `nil` for the last layer, which has no ReLU.
    package var deadShare: Double?
    /// ‖Δw‖ / ‖w‖: the norm of the update of the weights, without biases, divided by their norm before it. `nil`
    /// without an update, and for weights that are all 0.
    package var updateRatio: Double?

    package init(name: String, deadShare: Double?, updateRatio: Double?) {
        self.name = name
        self.deadShare = deadShare
        self.updateRatio = updateRatio
    }

    private enum CodingKeys: String, CodingKey {
        case name = "layer"
        case deadShare = "dead_share"
        case updateRatio = "update_ratio"
    }
}

/// A checkpoint that is safe on disk.
package struct CheckpointSaved: Sendable, Hashable {
    /// Number of steps at the checkpoint.
    package var step: Int
    /// The current epoch, or the one just evaluated, from 1.
    package var epoch: Int
    /// Size of its files in bytes.
    package var byteCount: Int
    /// Seconds that the training thread spent on it.
    package var seconds: Double

    package init(step: Int, epoch: Int, byteCount: Int, seconds: Double) {
        self.step = step
        self.epoch = epoch
        self.byteCount = byteCount
        self.seconds = seconds
    }
}

/// How a run ended.
package enum Outcome: Sendable, Hashable {
    /// All epochs were trained.
    case completed
    /// The user stopped it.
    case stopped
    /// The loss or its gradient was not finite at this step, whose update was not applied.
    case diverged(step: Int)
    /// It could not continue, for this reason.
    case failed(reason: String)
}

/// The summary of a run that has ended.
package struct RunSummary: Sendable, Hashable {
    package var outcome: Outcome
    package var step: Int
    /// The last completed epoch, if any.
    package var lastEpoch: EpochMetrics?
    /// The completed epoch with the highest test accuracy, the first of equals.
    package var bestEpoch: EpochMetrics?
    /// Training images per second of training time, including data loading but not evaluations.
    package var examplesPerSecond: Double
    /// Training images per second of wall-clock time from the first step to the last, including evaluations and
    /// checkpoints; `nil` in records of earlier versions. A fork counts only its own.
    package var overallExamplesPerSecond: Double?
    /// Training images per second as the notebook counts them: only the time inside steps.
    package var stepExamplesPerSecond: Double
    /// Seconds since the run started.
    package var elapsedSeconds: Double
    /// Peak memory of the run in bytes: its model, its batches and the process around them, with program, libraries and
    /// data set. It excludes the models and batches of other runs in the same process, and what was freed before the
    /// run, such as files while they were read. For a resumed run, it is the peak since then. Earlier versions recorded
    /// the peak of the process.
    package var peakMemoryBytes: Int

    package init(
        outcome: Outcome, step: Int, lastEpoch: EpochMetrics?, bestEpoch: EpochMetrics?, examplesPerSecond: Double,
        overallExamplesPerSecond: Double? = nil, stepExamplesPerSecond: Double, elapsedSeconds: Double,
        peakMemoryBytes: Int
    ) {
        self.outcome = outcome
        self.step = step
        self.lastEpoch = lastEpoch
        self.bestEpoch = bestEpoch
        self.examplesPerSecond = examplesPerSecond
        self.overallExamplesPerSecond = overallExamplesPerSecond
        self.stepExamplesPerSecond = stepExamplesPerSecond
        self.elapsedSeconds = elapsedSeconds
        self.peakMemoryBytes = peakMemoryBytes
    }
}

/// A run's event, identified by run and sequence number: can be logged, stored and replayed.
package struct RunRecord: Sendable, Hashable {
    /// Name of the run.
    package var run: String
    /// Sequence number among the run's events, from 0; reliable even when clocks jump.
    package var sequence: Int
    /// Seconds since 1970 by the wall clock.
    package var time: Double
    package var event: RunEvent

    package init(run: String, sequence: Int, time: Double, event: RunEvent) {
        self.run = run
        self.sequence = sequence
        self.time = time
        self.event = event
    }
}
