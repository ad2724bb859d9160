// The engine as a backend of the training loop.

package import Experiments
package import Model

/// Trains on the CPU with oneDNN and our own kernels.
package struct OneDNNBackend: Backend {
    private let processor = ProcessorTraits.current

    package init() {}

    package var traits: BackendTraits { BackendTraits(precisions: processor.precisions) }

    package var costs: any CostModel { EngineCosts(processor) }

    package func makeModel(
        _ network: Network, recipe: TrainingRecipe, batchSize: Int, options: EngineOptions, threads: Int
    ) throws(ModelError) -> any TrainableModel {
        try NetworkModel(network, recipe: recipe, batchSize: batchSize, options: options, threads: threads)
    }
}
