// What training a network takes on a backend, predicted before anything is allocated.

package import Experiments

/// Predicts memory and time from shapes alone.
package protocol CostModel: Sendable {
    /// The memory of training a network.
    ///
    /// - Parameters:
    ///   - batchSize: images in a step.
    ///   - storedBytes: the data set as it is held, a byte a pixel and a label.
    ///   - threads: threads that compute.
    func memory(
        of network: Network, training: TrainingRecipe, options: EngineOptions, batchSize: Int, storedBytes: Int,
        threads: Int
    ) -> MemoryEstimate

    /// The work of one image in a training step; only ratios of works mean something. One measured speed turns work into
    /// seconds.
    func trainingWork(of network: Network, batchSize: Int) -> Double

    /// The work of one image in an evaluation, in the same unit.
    func evaluationWork(of network: Network, batchSize: Int) -> Double
}

/// Bytes of a training run by what they are for.
package struct MemoryEstimate: Sendable, Hashable {
    /// One purpose and its bytes.
    package struct Part: Sendable, Hashable {
        package let label: String
        package let bytes: Int

        package init(label: String, bytes: Int) {
            self.label = label
            self.bytes = bytes
        }
    }

    /// Every purpose, the largest structures first.
    package let parts: [Part]

    package init(parts: [Part]) { self.parts = parts }

    /// Peak resident memory of the process in bytes.
    package var totalBytes: Int { parts.reduce(0) { $0 + $1.bytes } }
}
