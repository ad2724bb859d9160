// What a run reports of an epoch: the values and the table of those that are metrics. A new metric needs a property with a
// default value, a row in the table, and a migration that adds its column to the store.

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
    /// Mean loss over the validation images after the epoch; `nil` if there are none.
    package var validationLoss: Double?
    /// Accuracy over the validation images, 0 to 1.
    package var validationAccuracy: Double?

    /// The values that choose the best epoch.
    package var decidingAccuracy: Double { validationAccuracy ?? testAccuracy }
    package var decidingLoss: Double { validationLoss ?? testLoss }

    /// Creates an epoch with the results that are known.
    package init(
        epoch: Int, step: Int, trainLoss: Double = .nan, trainAccuracy: Double = .nan, testLoss: Double = .nan,
        testAccuracy: Double = .nan, examplesPerSecond: Double = .nan, stepExamplesPerSecond: Double = .nan,
        elapsedSeconds: Double = 0, remainingSeconds: Double = .nan, trainSeconds: Double? = nil,
        evaluationSeconds: Double? = nil
    ) {
        (self.epoch, self.step, self.trainLoss, self.trainAccuracy) = (epoch, step, trainLoss, trainAccuracy)
        (self.testLoss, self.testAccuracy, self.examplesPerSecond) = (testLoss, testAccuracy, examplesPerSecond)
        (self.stepExamplesPerSecond, self.elapsedSeconds) = (stepExamplesPerSecond, elapsedSeconds)
        (self.remainingSeconds, self.trainSeconds) = (remainingSeconds, trainSeconds)
        self.evaluationSeconds = evaluationSeconds
    }
}

extension EpochMetrics {
    /// An epoch's metrics, apart from its position.
    package static let metrics: [MetricDefinition<EpochMetrics>] = [
        MetricDefinition("elapsed_seconds", \.elapsedSeconds, .seconds, heading: "time"),
        MetricDefinition("train_loss", \.trainLoss, isLargerBetter: false, heading: "loss"),
        MetricDefinition(
            "train_accuracy", \.trainAccuracy, .share, isLargerBetter: true, heading: "train acc",
            tag: "accuracy/train"),
        MetricDefinition(
            "test_loss", \.testLoss, isLargerBetter: false, heading: "test loss", chart: "loss", tag: "loss/test"),
        MetricDefinition(
            "test_accuracy", \.testAccuracy, .share, isLargerBetter: true, heading: "test acc", chart: "accuracy",
            tag: "accuracy/test"),
        MetricDefinition(
            "examples_per_second", \.examplesPerSecond, .imagesPerSecond, isLargerBetter: true, heading: "images/s"),
        MetricDefinition("step_examples_per_second", \.stepExamplesPerSecond, .imagesPerSecond, isLargerBetter: true),
        MetricDefinition("remaining_seconds", \.remainingSeconds, .secondsLeft),
        MetricDefinition("train_seconds", \.trainSeconds, .seconds, heading: "training"),
        MetricDefinition("evaluation_seconds", \.evaluationSeconds, .seconds, heading: "evaluation"),
        MetricDefinition(
            "validation_loss", \.validationLoss, isLargerBetter: false, heading: "val loss", tag: "loss/validation"),
        MetricDefinition(
            "validation_accuracy", \.validationAccuracy, .share, isLargerBetter: true, heading: "val acc",
            tag: "accuracy/validation"),
    ]
}
