// The costs of training a network on a backend, predicted before anything is allocated.

package import Experiments

/// Predicts memory and time from shapes alone.
package protocol CostModel: Sendable {
    /// Predicts the memory for training a network.
    ///
    /// - Parameters:
    ///   - batchSize: images per step.
    ///   - storedBytes: size of the data set in memory: one byte per pixel and label.
    ///   - threads: number of compute threads.
    func memory(
        of network: Network, training: TrainingRecipe, options: EngineOptions, batchSize: Int, storedBytes: Int,
        threads: Int
    ) -> MemoryEstimate

    /// Returns the work per image of a training step; only ratios of works are meaningful. One measured speed converts
    /// work to seconds.
    func trainingWork(of network: Network, batchSize: Int) -> Double

    /// Returns the work per image of an evaluation, in the same unit.
    func evaluationWork(of network: Network, batchSize: Int) -> Double
}

/// The memory of a training run, by purpose.
package struct MemoryEstimate: Sendable, Hashable {
    /// One purpose and its size in bytes.
    package struct Part: Sendable, Hashable {
        package let label: String
        package let bytes: Int

        package init(label: String, bytes: Int) {
            self.label = label
            self.bytes = bytes
        }
    }

    /// All purposes, the largest structures first.
    package let parts: [Part]

    package init(parts: [Part]) { self.parts = parts }

    /// Predicted peak resident memory of the process in bytes.
    package var totalBytes: Int { parts.reduce(0) { $0 + $1.bytes } }
}
