// What a run says while it goes: one closed vocabulary for the log, the dashboard, the store and a replay.

/// Something that happened in a run.
package enum RunEvent: Sendable, Hashable {
    /// The run is set up and about to make its first step.
    case runStarted(RunStarted)
    /// Some steps later. Sent after each step; who shows it chooses the rate.
    case progress(Progress)
    /// An evaluation has gone on. Sent as it begins and after each batch of test images; not kept.
    case evaluating(EvaluationProgress)
    /// A pass over the training images and its evaluation are done.
    case epochFinished(EpochMetrics)
    /// The run's state after some step is safe on disk.
    case checkpointSaved(CheckpointSaved)
    /// Something a user should know that does not end the run.
    case warning(String)
    /// The run is over. Always the last event.
    case runFinished(RunSummary)
}

/// What a run is made of, as known before its first step.
package struct RunStarted: Sendable, Hashable {
    /// The experiment with every default filled in.
    package var experiment: Experiment
    /// The network that is trained.
    package var network: Network
    /// What is trained on, as text: name and place.
    package var dataset: String
    /// Training images in an epoch.
    package var trainExamples: Int
    /// Test images in an evaluation.
    package var testExamples: Int
    /// Steps in an epoch, the last, smaller batch included.
    package var stepsPerEpoch: Int
    /// Threads that the engine computes with.
    package var threads: Int
    /// Processor, cores and memory, as text.
    package var machine: String
    /// Library, version, and how convolutions are computed, as text.
    package var engine: String
    /// Predicted peak resident memory of the process in bytes.
    package var predictedMemoryBytes: Int
    /// Steps that were made before, where a run is resumed; 0 in a new one.
    package var resumedStep: Int
    /// Seconds that a fork's parent had trained before it; 0 in other runs.
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

/// Where a run stands.
package struct Progress: Sendable, Hashable {
    /// The current epoch, from 1.
    package var epoch: Int
    /// Steps made since the run began.
    package var step: Int
    /// Steps made in this epoch.
    package var stepInEpoch: Int
    /// Steps in an epoch. What a fork inherits may have others than the fork.
    package var stepsPerEpoch: Int
    /// Training images since the run began, over all epochs, those that a fork inherits included; `nil` in what earlier
    /// versions have recorded.
    package var examplesSeen: Int?
    /// Mean loss of the last step's batch.
    package var loss: Double
    /// Mean training loss of this epoch so far.
    package var meanLoss: Double
    /// Training accuracy of this epoch so far, 0 to 1.
    package var meanAccuracy: Double
    /// Training images a second over the last five seconds, data included; earlier versions have recorded the mean of the
    /// epoch so far.
    package var examplesPerSecond: Double
    /// Training images a second of this epoch so far, data included; `nil` in what earlier versions have recorded.
    package var meanExamplesPerSecond: Double?
    /// Seconds since the run began.
    package var elapsedSeconds: Double
    /// Seconds until the run ends, evaluations counted; `nil` while unknown.
    package var remainingSeconds: Double?
    /// Euclidean norm of the last step's gradient over all parameters, before weight decay; `nil` where it is not known.
    package var gradientNorm: Double?
    /// Share of channels and hidden features that were dead in the last batch, 0 to 1, as `LayerHealth` has it; `nil`
    /// where it is not known.
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

    /// A place without figures yet.
    package init(epoch: Int, step: Int, stepInEpoch: Int, stepsPerEpoch: Int, examplesSeen: Int?) {
        self.init(
            epoch: epoch, step: step, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch,
            examplesSeen: examplesSeen, loss: .nan, meanLoss: .nan, meanAccuracy: .nan, examplesPerSecond: .nan,
            elapsedSeconds: 0, remainingSeconds: nil)
    }
}

/// How far an evaluation is.
package struct EvaluationProgress: Sendable, Hashable {
    /// The epoch that is evaluated, from 1.
    package var epoch: Int
    /// Steps made since the run began.
    package var step: Int
    /// Test images evaluated so far.
    package var examples: Int
    /// Test images that the evaluation takes.
    package var allExamples: Int
    /// Seconds since the run began.
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

    /// How much of it is done, 0 to 1.
    package var share: Double { allExamples > 0 ? Double(examples) / Double(allExamples) : 1 }
}

/// How a layer with parameters is in a training step.
package struct LayerHealth: Sendable, Hashable, Codable {
    /// torchvision's name, such as `features.3`.
    package var name: String
    /// Share of its units that are dead, 0 to 1: channels or hidden features whose activation, after ReLU and, at a
    /// block's end, max pooling, is 0 everywhere for every image of the batch. `nil` for the last layer, without ReLU.
    package var deadShare: Double?
    /// ‖Δw‖ / ‖w‖: the norm of what the step's update changes in the weights, biases not counted, over their norm
    /// before it. `nil` without an update, and for weights that are all 0.
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

/// What an epoch came to.
package struct EpochMetrics: Sendable, Hashable, Codable {
    /// The epoch, from 1.
    package var epoch: Int
    /// Steps made since the run began.
    package var step: Int
    /// Mean loss over the epoch's training images, each taken before its own step, with dropout.
    package var trainLoss: Double
    /// Accuracy over the same images, 0 to 1.
    package var trainAccuracy: Double
    /// Mean loss over the test images after the epoch, without dropout.
    package var testLoss: Double
    /// Accuracy over the test images, 0 to 1.
    package var testAccuracy: Double
    /// Training images a second of this epoch, data included, evaluation not.
    package var examplesPerSecond: Double
    /// Training images a second as the notebook counts them: only the time in steps, over all epochs so far.
    package var stepExamplesPerSecond: Double
    /// Seconds since the run began.
    package var elapsedSeconds: Double
    /// Seconds until the run ends, evaluations counted.
    package var remainingSeconds: Double
    /// Seconds of the epoch's training, data included; `nil` in what earlier versions have recorded.
    package var trainSeconds: Double?
    /// Seconds of the epoch's evaluation; `nil` in what earlier versions have recorded.
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

    /// An epoch without figures yet.
    package init(epoch: Int, step: Int) {
        self.init(
            epoch: epoch, step: step, trainLoss: .nan, trainAccuracy: .nan, testLoss: .nan, testAccuracy: .nan,
            examplesPerSecond: .nan, stepExamplesPerSecond: .nan, elapsedSeconds: 0, remainingSeconds: .nan)
    }
}

/// A checkpoint that is safe on disk.
package struct CheckpointSaved: Sendable, Hashable {
    /// Steps made by then.
    package var step: Int
    /// The current epoch, or that had just been evaluated, from 1.
    package var epoch: Int
    /// Bytes of its files.
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
    /// All epochs are done.
    case completed
    /// Someone asked it to stop.
    case stopped
    /// The loss or its gradient was no longer finite at this step, which was not written into the weights.
    case diverged(step: Int)
    /// It could not continue, with the reason.
    case failed(reason: String)
}

/// A run at its end.
package struct RunSummary: Sendable, Hashable {
    /// How it ended.
    package var outcome: Outcome
    package var step: Int
    /// The last epoch that was finished, if any.
    package var lastEpoch: EpochMetrics?
    /// The finished epoch with the highest test accuracy, the first of equals.
    package var bestEpoch: EpochMetrics?
    /// Training images a second of the time spent on training, data included, evaluations not.
    package var examplesPerSecond: Double
    /// Training images a second by the clock, from the first step to the last: evaluations and checkpoints are in it; `nil`
    /// in what earlier versions have recorded. Of a fork, its own.
    package var overallExamplesPerSecond: Double?
    /// Training images a second as the notebook counts them: only the time in steps.
    package var stepExamplesPerSecond: Double
    /// Seconds since the run began.
    package var elapsedSeconds: Double
    /// The most memory that the run has taken, in bytes: its model, its batches and the process around them, with program,
    /// libraries and data set. What other runs' models and batches take in the same process is not in it, nor what was
    /// there before the run, such as files while they were read. Of a run that was resumed, the most since then. Earlier
    /// versions have recorded the most that the process has ever had.
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

/// A run's event with what tells it from all others: fit to be logged, stored and replayed.
package struct RunRecord: Sendable, Hashable {
    /// Name of the run.
    package var run: String
    /// Position among the run's events, from 0; the order to trust when clocks jump.
    package var sequence: Int
    /// Seconds since 1970 by the wall clock.
    package var time: Double
    /// What happened.
    package var event: RunEvent

    package init(run: String, sequence: Int, time: Double, event: RunEvent) {
        self.run = run
        self.sequence = sequence
        self.time = time
        self.event = event
    }
}
