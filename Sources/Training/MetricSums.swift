// Loss and accuracy over the images of an epoch or an evaluation.

package import Model
internal import Experiments
internal import Glibc

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

    /// Computes the sums of predictions.
    ///
    /// - Parameters:
    ///   - probabilities: `[N, classes]`, row-major.
    ///   - labels: `[N]`.
    init(probabilities: [Double], labels: [UInt8]) {
        let numClasses = probabilities.count / max(labels.count, 1)
        for (index, label) in labels.enumerated() {
            let row = probabilities[index * numClasses..<(index + 1) * numClasses]
            let isRight = row.firstIndex(of: row.max() ?? 0) == row.startIndex + Int(label)
            examples += 1
            correct += isRight ? 1 : 0
            lossSum -= log(max(row[row.startIndex + Int(label)], 1e-38))
        }
    }

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
