// Loss and accuracy over the images of an epoch or an evaluation.

package import Model
internal import Experiments

/// Sums over batches, and the means over their images.
package struct MetricSums: Sendable {
    /// Number of images so far.
    package private(set) var examples = 0
    /// Number of images classified correctly.
    package private(set) var correct = 0
    /// Sum of the cross-entropy over the images.
    package private(set) var lossSum = 0.0

    /// Creates empty sums.
    package init() {}

    /// Restores the sums of an epoch from a position.
    init(_ position: RunPosition) {
        examples = position.epochExamples
        correct = position.epochCorrect
        lossSum = position.epochLossSum
    }

    /// Adds a batch.
    package mutating func add(_ result: BatchResult) {
        examples += result.examples
        correct += result.correct
        lossSum += result.lossSum
    }

    /// Mean cross-entropy per image.
    package var meanLoss: Double { lossSum / Double(examples) }
    /// Share of images classified correctly, 0 to 1.
    package var accuracy: Double { Double(correct) / Double(examples) }
}
