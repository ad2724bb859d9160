// What takes a model's place where there is not enough memory for one.

internal import Engine
internal import Experiments

/// A model that could not be made: its first step ends the run, which is so kept as one that failed.
struct UnmadeModel: TrainableModel {
    /// Why it could not.
    let error: EngineError

    let summary = "no engine, for want of memory"
    let parameters: [ParameterInfo] = []
    let velocities: [ParameterInfo] = []

    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int,
        isCancelled: @escaping @Sendable () -> Bool
    ) throws(EngineError) -> BatchResult? { throw error }

    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(EngineError) -> BatchResult { throw error }

    func withValue<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result { throw error }

    func setValue(of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>) throws(EngineError) {
        throw error
    }

    func withVelocity<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result { throw error }

    func setVelocity(of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>) throws(EngineError) {
        throw error
    }
}
