// Predictions of a run's network for the test images, from its newest checkpoint, independent of its training.

package import Checkpoints
package import Datasets
package import Experiments
package import Model
internal import Safetensors
package import Training

package struct Predictions: Sendable {
    /// Probabilities of the classes, `[images, classes]`, row-major.
    package let probabilities: [Float]
    /// The run's test images, or a sample of them.
    package let images: LabelledImages
    /// Weights of the first layer, `[channels, kernel, kernel]`, row-major, and the kernel size.
    package let filters: (weights: [Float], kernel: Int)
    /// Number of steps that the network was trained for.
    package let step: Int

    /// Maximum number of multiply-accumulates, so that a user does not wait for long.
    private static let most = 1_000_000_000_000

    /// Classifies test images: all, or as many as possible within a few seconds.
    ///
    /// - Parameters:
    ///   - checkpoint: the weights to use.
    ///   - experiment: the experiment that trained them.
    ///   - data: its images.
    ///   - threads: number of compute threads.
    /// - Throws: `RunnerError`, `FileError` or another error whose description is a sentence.
    package init(
        _ checkpoint: SavedCheckpoint, of experiment: Experiment, data: TrainingData, threads: Int,
        backend: any Backend
    ) throws {
        var experiment = experiment
        // Small batches leave memory for a run beside it.
        experiment.data.batchSize = min(experiment.data.batchSize, 32)
        try checkpoint.verify()
        let prepared = try PreparedExperiment(
            experiment, data: data, threads: threads, machine: .current, backend: backend)
        let model = try prepared.makeModel()
        try model.loadWeights(checkpoint.weightsPath)
        let affordable = max(Self.most / max(prepared.network.forwardMACs, 1), 100)
        images = data.test.stratified(affordable, seed: 0)
        probabilities = try data.predict(model, images)
        step = checkpoint.step
        if let first = prepared.network.layers[0].convolution {
            filters = (try model.withValues(of: model.parameters[0]) { Array($0) }, first.kernel)
        } else {
            filters = ([], 1)
        }
    }
}
