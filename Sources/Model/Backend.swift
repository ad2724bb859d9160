// Where models come from: one device or library behind one face.

package import Experiments

/// What a backend can do on this machine.
package struct BackendTraits: Sendable, Hashable {
    /// What it computes in; a model of another precision computes in float32.
    package var precisions: Set<TrainingRecipe.Precision>

    package init(precisions: Set<TrainingRecipe.Precision>) { self.precisions = precisions }
}

/// Makes models and predicts what they cost.
package protocol Backend: Sendable {
    var traits: BackendTraits { get }

    var costs: any CostModel { get }

    /// A model with initial weights drawn from the recipe's seed.
    ///
    /// - Parameters:
    ///   - batchSize: images in a step; other sizes work too.
    ///   - threads: threads that compute, for work started from the calling thread.
    func makeModel(
        _ network: Network, recipe: TrainingRecipe, batchSize: Int, options: EngineOptions, threads: Int
    ) throws(ModelError) -> any TrainableModel
}
