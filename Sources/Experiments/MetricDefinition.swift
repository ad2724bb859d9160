// The only list of the metrics of steps and epochs: the store's columns, JSON, CSV and TensorBoard tags are derived
// from it.

/// A metric of a step (`Progress`) or an epoch (`EpochMetrics`).
package struct MetricDefinition<Record>: Sendable {
    /// How a table of runs formats a metric.
    package enum Unit: Sendable, Hashable {
        /// A mean over images, such as a loss.
        case plain
        /// From 0 to 1.
        case share
        case imagesPerSecond
        case seconds
        /// An estimate, which may be infinite.
        case secondsLeft
    }

    /// Key in JSON and column in the store.
    package let key: String
    package let title: String
    package let unit: Unit
    /// Whether larger values are better; `nil` if neither direction is.
    package let isLargerBetter: Bool?
    /// Column in CSV, which steps and epochs share.
    package let column: String
    /// TensorBoard tag; `nil` if the metric is not written there.
    package let tag: String?
    /// Whether every record has it, possibly as NaN.
    package let isRequired: Bool
    package let value: @Sendable (Record) -> Double?
    package let set: @Sendable (inout Record, Double?) -> Void

    private init(
        _ key: String, _ title: String, _ unit: Unit, isLargerBetter: Bool?, column: String?, tag: String?,
        isRequired: Bool, value: @escaping @Sendable (Record) -> Double?,
        set: @escaping @Sendable (inout Record, Double?) -> Void
    ) {
        (self.key, self.title, self.unit, self.isLargerBetter) = (key, title, unit, isLargerBetter)
        (self.column, self.tag, self.isRequired, self.value, self.set) = (column ?? key, tag, isRequired, value, set)
    }

    fileprivate init(
        _ key: String, _ title: String, _ path: any WritableKeyPath<Record, Double> & Sendable, _ unit: Unit = .plain,
        isLargerBetter: Bool? = nil, column: String? = nil, tag: String? = nil
    ) {
        self.init(
            key, title, unit, isLargerBetter: isLargerBetter, column: column, tag: tag, isRequired: true,
            value: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 ?? .nan })
    }

    /// Creates a definition of an optional metric.
    fileprivate init(
        _ key: String, _ title: String, optional path: any WritableKeyPath<Record, Double?> & Sendable,
        _ unit: Unit = .plain, isLargerBetter: Bool? = nil, column: String? = nil, tag: String? = nil
    ) {
        self.init(
            key, title, unit, isLargerBetter: isLargerBetter, column: column, tag: tag, isRequired: false,
            value: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
    }
}

extension Progress {
    /// A step's metrics, apart from its position.
    package static let metrics: [MetricDefinition<Progress>] = [
        MetricDefinition("elapsed_seconds", "time", \.elapsedSeconds, .seconds),
        MetricDefinition("loss", "batch loss", \.loss, isLargerBetter: false, column: "batch_loss", tag: "loss/train"),
        MetricDefinition("mean_loss", "training loss", \.meanLoss, isLargerBetter: false, column: "train_loss"),
        MetricDefinition(
            "mean_accuracy", "training accuracy", \.meanAccuracy, .share, isLargerBetter: true,
            column: "train_accuracy"),
        MetricDefinition(
            "examples_per_second", "images per second", \.examplesPerSecond, .imagesPerSecond, isLargerBetter: true,
            tag: "throughput/examples_per_second"),
        MetricDefinition("remaining_seconds", "time left", optional: \.remainingSeconds, .secondsLeft),
        MetricDefinition("gradient_norm", "gradient norm", optional: \.gradientNorm, tag: "gradient_norm"),
        MetricDefinition(
            "dead_share", "dead units", optional: \.deadShare, .share, isLargerBetter: false, tag: "dead_share"),
        MetricDefinition(
            "mean_examples_per_second", "images per second in the epoch", optional: \.meanExamplesPerSecond,
            .imagesPerSecond, isLargerBetter: true),
        MetricDefinition("learning_rate", "learning rate", optional: \.learningRate, tag: "learning_rate"),
    ]
}

extension EpochMetrics {
    /// An epoch's metrics, apart from its position.
    package static let metrics: [MetricDefinition<EpochMetrics>] = [
        MetricDefinition("elapsed_seconds", "time", \.elapsedSeconds, .seconds),
        MetricDefinition("train_loss", "training loss", \.trainLoss, isLargerBetter: false),
        MetricDefinition(
            "train_accuracy", "training accuracy", \.trainAccuracy, .share, isLargerBetter: true,
            tag: "accuracy/train"),
        MetricDefinition("test_loss", "test loss", \.testLoss, isLargerBetter: false, tag: "loss/test"),
        MetricDefinition(
            "test_accuracy", "test accuracy", \.testAccuracy, .share, isLargerBetter: true, tag: "accuracy/test"),
        MetricDefinition(
            "examples_per_second", "images per second", \.examplesPerSecond, .imagesPerSecond, isLargerBetter: true),
        MetricDefinition(
            "step_examples_per_second", "images per second inside steps", \.stepExamplesPerSecond, .imagesPerSecond,
            isLargerBetter: true),
        MetricDefinition("remaining_seconds", "time left", \.remainingSeconds, .secondsLeft),
        MetricDefinition("train_seconds", "time of training", optional: \.trainSeconds, .seconds),
        MetricDefinition("evaluation_seconds", "time of evaluation", optional: \.evaluationSeconds, .seconds),
        MetricDefinition(
            "validation_loss", "validation loss", optional: \.validationLoss, isLargerBetter: false,
            tag: "loss/validation"),
        MetricDefinition(
            "validation_accuracy", "validation accuracy", optional: \.validationAccuracy, .share,
            isLargerBetter: true, tag: "accuracy/validation"),
    ]
}

extension [MetricDefinition<Progress>] {
    /// Returns the columns of a table of steps and epochs: those of both lists in order, shared ones once.
    package func columns(with epochs: [MetricDefinition<EpochMetrics>]) -> [String] {
        var rest = epochs.map(\.column)[...]
        var columns: [String] = []
        for column in map(\.column) {
            if let place = rest.firstIndex(of: column) {
                columns += rest[..<place]
                rest = rest[(place + 1)...]
            }
            columns.append(column)
        }
        return columns + rest
    }
}
