// A backend creates models: one device or library behind a common interface.

package import Experiments

/// A backend's capabilities on this machine.
package struct BackendTraits: Sendable, Hashable {
    /// Supported precisions. A model with any other precision computes in float32.
    package var precisions: Set<TrainingRecipe.Precision>

    package init(precisions: Set<TrainingRecipe.Precision>) { self.precisions = precisions }
}

/// Creates models and predicts their costs.
package protocol Backend: Sendable {
    var traits: BackendTraits { get }

    var costs: any CostModel { get }

    /// Creates a model with initial weights drawn from the recipe's seed.
    ///
    /// - Parameters:
    ///   - batchSize: images per step; other sizes work too.
    ///   - threads: number of compute threads for work started from the calling thread.
    func makeModel(
        _ network: Network, recipe: TrainingRecipe, batchSize: Int, options: EngineOptions, threads: Int
    ) throws(ModelError) -> any TrainableModel
}
