// What the training loop needs from a model, and what a step returns.

package import Experiments
package import MemoryUse

/// Sums over the images of a batch.
package struct BatchResult: Sendable, Hashable {
    /// Sum of the cross-entropy over the images.
    package var lossSum: Double
    /// Number of images classified correctly.
    package var correct: Int
    package var examples: Int
    /// Euclidean norm of the mean loss's gradient with respect to all parameters; `nil` without a backward pass.
    package var gradientNorm: Double?
    /// Fraction of channels and hidden units that are dead in the batch, 0 to 1; `nil` without a backward pass.
    package var deadShare: Double?
    /// Health of each layer with parameters, in order; empty without a backward pass.
    package var layers: [LayerHealth]
    /// The time of each layer's passes in the order of their first operation; empty unless the step was profiled.
    package var profile: [PassTime]

    package init(
        lossSum: Double, correct: Int, examples: Int, gradientNorm: Double? = nil, deadShare: Double? = nil,
        layers: [LayerHealth] = [], profile: [PassTime] = []
    ) {
        self.lossSum = lossSum
        self.correct = correct
        self.examples = examples
        self.gradientNorm = gradientNorm
        self.deadShare = deadShare
        self.layers = layers
        self.profile = profile
    }

    /// Whether loss, gradient, update and weights are finite.
    package var isFinite: Bool {
        lossSum.isFinite && gradientNorm?.isFinite ?? true && layers.allSatisfy { $0.updateRatio?.isFinite ?? true }
    }
}

/// A pass of a layer.
package enum Pass: String, Sendable, Hashable, CaseIterable {
    case forward
    /// Gradient of a layer's input.
    case backwardData = "backward data"
    /// Gradient of a layer's weights and biases.
    case backwardWeights = "backward weights"
    case update
}

/// The time that one pass of one layer takes in a step.
package struct PassTime: Sendable, Hashable {
    /// Index among the network's layers; `nil` for work that belongs to the whole network.
    package let layer: Int?
    package let pass: Pass
    /// Wall-clock seconds: threads that run in parallel count as one.
    package var seconds: Double

    package init(layer: Int?, pass: Pass, seconds: Double) {
        self.layer = layer
        self.pass = pass
        self.seconds = seconds
    }
}

/// A named tensor of a model, accessed in row-major order.
package struct ModelTensor: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
        /// A weight or bias.
        case parameter
        /// A running statistic of batch normalization, for evaluation.
        case statistic
        /// Optimizer state, such as momentum.
        case optimizerState
    }

    package let role: Role
    /// Unique within its role; torchvision's name for a parameter, such as `features.0.weight`.
    package let name: String
    /// `[O, I, R, R]` for weights of convolutions, `[out, in]` for those of fully connected layers, `[out]` for biases.
    package let shape: [Int]

    package init(role: Role, name: String, shape: [Int]) {
        self.role = role
        self.name = name
        self.shape = shape
    }

    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
}

/// A network that can be trained. It stays on the thread that created it.
package protocol TrainableModel {
    /// Runs forward, loss, backward and update on one batch.
    ///
    /// - Parameters:
    ///   - pixels: `[N, C, H, W]`, row-major.
    ///   - labels: `[N]`, each below the number of classes.
    ///   - step: number of steps before this one; dropout depends on it.
    ///   - learningRate: the update's step size.
    ///   - isProfiled: whether to measure the time of each pass.
    ///   - isCancelled: called between operations, on any thread; returning `true` ends the step before its update,
    ///     without any effect.
    /// - Returns: loss and correct predictions before the update, with dropout; `nil` if cancelled. If loss or gradient
    ///   is not finite, there is no update.
    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int, learningRate: Double,
        isProfiled: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) throws(ModelError) -> BatchResult?

    /// Computes loss and correct predictions on one batch, without dropout; shapes as in `train`.
    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(ModelError) -> BatchResult

    /// Computes predictions for images, without dropout.
    ///
    /// - Parameter pixels: `[N, C, H, W]`, row-major.
    /// - Returns: a probability for each class, `[N, classes]`, row-major.
    func predict(pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> [Float]

    /// Every weight and bias, in the order of the layers.
    var parameters: [ModelTensor] { get }

    /// Tensors of the trained network other than parameters, in the order of the layers.
    var statistics: [ModelTensor] { get }

    /// The optimizer's state; empty if it has none.
    var optimizerState: [ModelTensor] { get }

    /// Calls a function with a tensor's values, row-major; only between steps.
    func withValues<Result>(
        of tensor: ModelTensor, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(ModelError) -> Result

    /// Replaces a tensor's values, row-major.
    func setValues(of tensor: ModelTensor, to values: UnsafeBufferPointer<Float>) throws(ModelError)

    /// A description of how it computes, for display.
    var summary: String { get }

    /// Its memory; `nil` if not recorded.
    var memory: MemoryAccount? { get }
}

extension TrainableModel {
    package var memory: MemoryAccount? { nil }
    package var statistics: [ModelTensor] { [] }
    /// Parameters and statistics: everything that defines the trained network.
    package var weights: [ModelTensor] { parameters + statistics }
}
