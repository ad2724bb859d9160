// What the training loop asks of a model, and what a step gives it: the seam where another device can stand.

package import Experiments
package import MemoryUse

/// Sums over the images of a batch.
package struct BatchResult: Sendable, Hashable {
    /// Cross-entropy added up over the images.
    package var lossSum: Double
    /// Images whose largest logit is at their label.
    package var correct: Int
    /// Images.
    package var examples: Int
    /// Euclidean norm of the mean loss's gradient with respect to all parameters; `nil` without a backward pass.
    package var gradientNorm: Double?
    /// Share of channels and hidden features that are dead in the batch, 0 to 1; `nil` without a backward pass.
    package var deadShare: Double?
    /// How each layer with parameters is, in order; empty without a backward pass.
    package var layers: [LayerHealth]

    package init(
        lossSum: Double, correct: Int, examples: Int, gradientNorm: Double? = nil, deadShare: Double? = nil,
        layers: [LayerHealth] = []
    ) {
        self.lossSum = lossSum
        self.correct = correct
        self.examples = examples
        self.gradientNorm = gradientNorm
        self.deadShare = deadShare
        self.layers = layers
    }

    /// Whether loss, gradient, update and weights are finite.
    package var isFinite: Bool {
        lossSum.isFinite && gradientNorm?.isFinite ?? true && layers.allSatisfy { $0.updateRatio?.isFinite ?? true }
    }
}

/// What the training loop asks of a model; another device can stand behind it.
package protocol TrainableModel {
    /// Forward, loss, backward and update on one batch.
    ///
    /// - Parameters:
    ///   - pixels: `[N, C, H, W]`, row-major.
    ///   - labels: `[N]`, each below the number of classes.
    ///   - step: steps made before this one; dropout depends on it.
    ///   - isCancelled: asked between operations, on any thread; `true` ends the step before its update, as if it had
    ///     never begun.
    /// - Returns: loss and hits before the update, with dropout; `nil` if cancelled. Where loss or gradient is not
    ///   finite, there is no update.
    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int,
        isCancelled: @escaping @Sendable () -> Bool
    ) throws(EngineError) -> BatchResult?

    /// Loss and hits on one batch, without dropout; shapes as in `train`.
    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(EngineError) -> BatchResult

    /// Every weight and bias, in the order of the layers.
    var parameters: [ParameterInfo] { get }

    /// Lends the numbers of a parameter, row-major, between steps.
    func withValue<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result

    /// Replaces the numbers of a parameter, row-major.
    func setValue(of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>) throws(EngineError)

    /// What an update leaves for the next one: a velocity for each parameter, by the parameter's name; none without
    /// momentum.
    var velocities: [ParameterInfo] { get }

    /// Lends the velocity of a parameter, row-major, between steps.
    func withVelocity<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result

    /// Replaces the velocity of a parameter, row-major.
    func setVelocity(of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>) throws(EngineError)

    /// How it computes, as text.
    var summary: String { get }

    /// The memory that it has taken; `nil` where nobody counts it.
    var memory: MemoryAccount? { get }
}

extension TrainableModel {
    /// Nobody counts it.
    package var memory: MemoryAccount? { nil }
}
