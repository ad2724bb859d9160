// What a run reports of a step: the values and the table of those that are metrics. A new metric needs a property with a
// default value, a row in the table, and a migration that adds its column to the store.

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
    /// The learning rate of the last step; `nil` in records of earlier versions.
    package var learningRate: Double?
    /// Health of each layer with parameters in the epoch's last full-size batch, in order; empty in most steps.
    package var layers: [LayerHealth]

    /// Creates a position with the metrics that are known.
    package init(
        epoch: Int, step: Int, stepInEpoch: Int, stepsPerEpoch: Int, examplesSeen: Int? = nil, loss: Double = .nan,
        meanLoss: Double = .nan, meanAccuracy: Double = .nan, examplesPerSecond: Double = .nan,
        meanExamplesPerSecond: Double? = nil, elapsedSeconds: Double = 0, remainingSeconds: Double? = nil,
        gradientNorm: Double? = nil, deadShare: Double? = nil, learningRate: Double? = nil,
        layers: [LayerHealth] = []
    ) {
        (self.epoch, self.step, self.stepInEpoch, self.stepsPerEpoch) = (epoch, step, stepInEpoch, stepsPerEpoch)
        (self.examplesSeen, self.loss, self.meanLoss, self.meanAccuracy) = (examplesSeen, loss, meanLoss, meanAccuracy)
        (self.examplesPerSecond, self.meanExamplesPerSecond) = (examplesPerSecond, meanExamplesPerSecond)
        (self.elapsedSeconds, self.remainingSeconds) = (elapsedSeconds, remainingSeconds)
        (self.gradientNorm, self.deadShare, self.layers) = (gradientNorm, deadShare, layers)
        self.learningRate = learningRate
    }
}

extension Progress {
    /// A step's metrics, apart from its position.
    package static let metrics: [MetricDefinition<Progress>] = [
        MetricDefinition("elapsed_seconds", \.elapsedSeconds, .seconds),
        MetricDefinition(
            "loss", \.loss, isLargerBetter: false, heading: "loss", chart: "loss", column: "batch_loss",
            tag: "loss/train"),
        MetricDefinition("mean_loss", \.meanLoss, isLargerBetter: false, column: "train_loss"),
        MetricDefinition(
            "mean_accuracy", \.meanAccuracy, .share, isLargerBetter: true, chart: "accuracy", column: "train_accuracy"),
        MetricDefinition(
            "examples_per_second", \.examplesPerSecond, .imagesPerSecond, isLargerBetter: true,
            chart: "images per second", tag: "throughput/examples_per_second"),
        MetricDefinition("remaining_seconds", \.remainingSeconds, .secondsLeft),
        MetricDefinition(
            "gradient_norm", \.gradientNorm, heading: "gradient", chart: "gradient norm",
            tag: "gradient_norm"),
        MetricDefinition(
            "dead_share", \.deadShare, .share, isLargerBetter: false, heading: "dead units",
            chart: "dead units", tag: "dead_share"),
        MetricDefinition(
            "mean_examples_per_second", \.meanExamplesPerSecond, .imagesPerSecond, isLargerBetter: true),
        MetricDefinition(
            "learning_rate", \.learningRate, heading: "lr", chart: "learning rate", tag: "learning_rate"),
    ]
}
