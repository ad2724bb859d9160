// A placeholder for a model that needs more memory than there is.

internal import Model

/// A model that could not be created: its first step ends the run, which is thereby recorded as failed.
struct UnmadeModel: TrainableModel {
    /// Why it could not be created.
    let error: ModelError

    let summary = "no engine: out of memory"
    let parameters: [ModelTensor] = []
    let optimizerState: [ModelTensor] = []

    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int, learningRate: Double,
        isProfiled: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) throws(ModelError) -> BatchResult? { throw error }

    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(ModelError) -> BatchResult { throw error }

    func predict(pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> [Float] { throw error }

    func withValues<Result>(
        of tensor: ModelTensor, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(ModelError) -> Result { throw error }

    func setValues(of tensor: ModelTensor, to values: UnsafeBufferPointer<Float>) throws(ModelError) { throw error }
}
