// What a run's network makes of the test images, from its newest checkpoint, apart from its training.

package import Checkpoints
package import Datasets
package import Experiments
package import Model
internal import Safetensors
package import Training

/// Predictions of a network for test images.
package struct Predictions: Sendable {
    /// A probability for each class, `[images, classes]`, row-major.
    package let probabilities: [Float]
    /// The images: those that the run is tested on, or a sample of them.
    package let images: LabelledImages
    /// Weights of the first layer, `[channels, kernel, kernel]`, row-major, and how large its windows are.
    package let filters: (weights: [Float], kernel: Int)
    /// Steps that the network had made.
    package let step: Int

    /// Multiply-accumulates that are spent at most, so that a user does not wait for long.
    private static let most = 1_000_000_000_000

    /// Classifies test images: all, or as many as a few seconds allow.
    ///
    /// - Parameters:
    ///   - checkpoint: whose weights.
    ///   - experiment: what they were trained by.
    ///   - data: its images.
    ///   - threads: threads that compute.
    /// - Throws: `RunnerError`, `CheckpointError` or another error whose description is a sentence.
    package init(
        _ checkpoint: SavedCheckpoint, of experiment: Experiment, data: TrainingData, threads: Int,
        backend: any Backend
    ) throws {
        var experiment = experiment
        // Small, so that a run beside it keeps its memory.
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
