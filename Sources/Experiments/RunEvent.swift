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

/// The state after a step.
package struct Progress: Sendable, Hashable {
    /// The current epoch, from 1.
    package var epoch: Int
    /// Number of steps since the run started.
    package var step: Int
    /// Number of steps in this epoch.
    package var stepInEpoch: Int
    /// Number of steps per epoch. The epochs that a fork inherits may have another number than its own.
    package var stepsPerEpoch: Int
    /// Number of training images since the run started, over all epochs, including those that a fork inherits; `nil` in
    /// records of earlier versions.
    package var examplesSeen: Int?
    /// Mean loss of the last step's batch.
    package var loss: Double
    /// Mean training loss of this epoch so far.
    package var meanLoss: Double
    /// Training accuracy of this epoch so far, 0 to 1.
    package var meanAccuracy: Double
    /// Training images per second over the last five seconds, including data loading; in records of earlier versions,
    /// the mean of the epoch so far.
    package var examplesPerSecond: Double
    /// Training images per second in this epoch so far, including data loading; `nil` in records of earlier versions.
    package var meanExamplesPerSecond: Double?
    /// Seconds since the run started.
    package var elapsedSeconds: Double
    /// Seconds until the run ends, including evaluations; `nil` while unknown.
    package var remainingSeconds: Double?
    /// Euclidean norm of the last step's gradient over all parameters, before weight decay; `nil` if unknown.
    package var gradientNorm: Double?
    /// Share of channels and hidden features that were dead in the last batch, 0 to 1, as in `LayerHealth`; `nil` if
    /// unknown.
    package var deadShare: Double?
    /// The learning rate of the last step; `nil` in what earlier versions have recorded.
    package var learningRate: Double?
    /// How each layer with parameters was in the epoch's last whole batch, in order; empty in most steps.
    package var layers: [LayerHealth]

    package init(
        epoch: Int, step: Int, stepInEpoch: Int, stepsPerEpoch: Int, examplesSeen: Int? = nil, loss: Double,
        meanLoss: Double, meanAccuracy: Double, examplesPerSecond: Double, meanExamplesPerSecond: Double? = nil,
        elapsedSeconds: Double, remainingSeconds: Double?,
        gradientNorm: Double? = nil, deadShare: Double? = nil, learningRate: Double? = nil, layers: [LayerHealth] = []
    ) {
        self.learningRate = learningRate
        self.epoch = epoch
        self.step = step
        self.stepInEpoch = stepInEpoch
        self.stepsPerEpoch = stepsPerEpoch
        self.examplesSeen = examplesSeen
        self.loss = loss
        self.meanLoss = meanLoss
        self.meanAccuracy = meanAccuracy
        self.examplesPerSecond = examplesPerSecond
        self.meanExamplesPerSecond = meanExamplesPerSecond
        self.elapsedSeconds = elapsedSeconds
        self.remainingSeconds = remainingSeconds
        self.gradientNorm = gradientNorm
        self.deadShare = deadShare
        self.layers = layers
    }

    /// Creates a position without metrics.
    package init(epoch: Int, step: Int, stepInEpoch: Int, stepsPerEpoch: Int, examplesSeen: Int?) {
        self.init(
            epoch: epoch, step: step, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch,
            examplesSeen: examplesSeen, loss: .nan, meanLoss: .nan, meanAccuracy: .nan, examplesPerSecond: .nan,
            elapsedSeconds: 0, remainingSeconds: nil)
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

/// The results of an epoch.
package struct EpochMetrics: Sendable, Hashable, Codable {
    /// The epoch, from 1.
    package var epoch: Int
    /// Number of steps since the run started.
    package var step: Int
    /// Mean loss over the epoch's training images, each evaluated before its own step, with dropout.
    package var trainLoss: Double
    /// Accuracy over the same images, 0 to 1.
    package var trainAccuracy: Double
    /// Mean loss over the test images after the epoch, without dropout.
    package var testLoss: Double
    /// Accuracy over the test images, 0 to 1.
    package var testAccuracy: Double
    /// Training images per second in this epoch, including data loading but not evaluation.
    package var examplesPerSecond: Double
    /// Training images per second as the notebook counts them: only the time inside steps, over all epochs so far.
    package var stepExamplesPerSecond: Double
    /// Seconds since the run started.
    package var elapsedSeconds: Double
    /// Seconds until the run ends, including evaluations.
    package var remainingSeconds: Double
    /// Seconds of the epoch's training, including data loading; `nil` in records of earlier versions.
    package var trainSeconds: Double?
    /// Seconds of the epoch's evaluation; `nil` in records of earlier versions.
    package var evaluationSeconds: Double?
    /// Mean loss over the validation images after the epoch; `nil` where there are none.
    package var validationLoss: Double?
    /// Accuracy over the validation images, 0 to 1.
    package var validationAccuracy: Double?

    /// What the best epoch is chosen by.
    package var decidingAccuracy: Double { validationAccuracy ?? testAccuracy }
    package var decidingLoss: Double { validationLoss ?? testLoss }

    package init(
        epoch: Int, step: Int, trainLoss: Double, trainAccuracy: Double, testLoss: Double, testAccuracy: Double,
        examplesPerSecond: Double, stepExamplesPerSecond: Double, elapsedSeconds: Double, remainingSeconds: Double,
        trainSeconds: Double? = nil, evaluationSeconds: Double? = nil
    ) {
        self.epoch = epoch
        self.step = step
        self.trainLoss = trainLoss
        self.trainAccuracy = trainAccuracy
        self.testLoss = testLoss
        self.testAccuracy = testAccuracy
        self.examplesPerSecond = examplesPerSecond
        self.stepExamplesPerSecond = stepExamplesPerSecond
        self.elapsedSeconds = elapsedSeconds
        self.remainingSeconds = remainingSeconds
        self.trainSeconds = trainSeconds
        self.evaluationSeconds = evaluationSeconds
    }

    /// Creates an epoch without results.
    package init(epoch: Int, step: Int) {
        self.init(
            epoch: epoch, step: step, trainLoss: .nan, trainAccuracy: .nan, testLoss: .nan, testAccuracy: .nan,
            examplesPerSecond: .nan, stepExamplesPerSecond: .nan, elapsedSeconds: 0, remainingSeconds: .nan)
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
