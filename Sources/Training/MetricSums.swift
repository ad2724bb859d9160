// Loss and accuracy over the images of an epoch or an evaluation.

package import Model
internal import Experiments

/// Sums over batches and the means that they give; a smaller batch counts by its images.
package struct MetricSums: Sendable {
    /// Images so far.
    package private(set) var examples = 0
    /// Images whose largest logit is at their label.
    package private(set) var correct = 0
    /// Cross-entropy added up over the images.
    package private(set) var lossSum = 0.0

    /// Nothing yet.
    package init() {}

    /// What an epoch has come to by `position`.
    init(_ position: RunPosition) {
        examples = position.epochExamples
        correct = position.epochCorrect
        lossSum = position.epochLossSum
    }

    /// Counts a batch in.
    package mutating func add(_ result: BatchResult) {
        examples += result.examples
        correct += result.correct
        lossSum += result.lossSum
    }

    /// Mean cross-entropy of an image.
    package var meanLoss: Double { lossSum / Double(examples) }
    /// Share of images that are right, 0 to 1.
    package var accuracy: Double { Double(correct) / Double(examples) }
}
