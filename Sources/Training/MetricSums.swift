// Loss and accuracy over the images of an epoch or an evaluation.

public import Engine
internal import Experiments

/// Sums over batches and the means that they give; a smaller batch counts by its images.
public struct MetricSums: Sendable {
    /// Images so far.
    public private(set) var examples = 0
    /// Images whose largest logit is at their label.
    public private(set) var correct = 0
    /// Cross-entropy added up over the images.
    public private(set) var lossSum = 0.0

    /// Nothing yet.
    public init() {}

    /// What an epoch has come to by `position`.
    init(_ position: RunPosition) {
        examples = position.epochExamples
        correct = position.epochCorrect
        lossSum = position.epochLossSum
    }

    /// Counts a batch in.
    public mutating func add(_ result: BatchResult) {
        examples += result.examples
        correct += result.correct
        lossSum += result.lossSum
    }

    /// Mean cross-entropy of an image.
    public var meanLoss: Double { lossSum / Double(examples) }
    /// Share of images that are right, 0 to 1.
    public var accuracy: Double { Double(correct) / Double(examples) }
}
