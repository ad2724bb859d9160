// What the training loop asks of a model, and what a step returns.

package import Experiments
package import MemoryUse

/// Sums over the images of a batch.
package struct BatchResult: Sendable, Hashable {
    /// Cross-entropy added up over the images.
    package var lossSum: Double
    /// Images whose largest logit is at their label.
    package var correct: Int
    package var examples: Int
    /// Euclidean norm of the mean loss's gradient with respect to all parameters; `nil` without a backward pass.
    package var gradientNorm: Double?
    /// Share of channels and hidden features that are dead in the batch, 0 to 1; `nil` without a backward pass.
    package var deadShare: Double?
    /// How each layer with parameters is, in order; empty without a backward pass.
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

/// What a pass of a layer computes.
package enum Pass: String, Sendable, Hashable, CaseIterable {
    /// Results of a layer.
    case forward
    /// Gradient of a layer's input.
    case backwardData = "backward data"
    /// Gradient of a layer's weights and biases.
    case backwardWeights = "backward weights"
    /// The parameters follow their gradients.
    case update
}

/// Time that one pass of one layer takes in a step.
package struct PassTime: Sendable, Hashable {
    /// Index among the network's layers; `nil` for what belongs to the whole network.
    package let layer: Int?
    package let pass: Pass
    /// Wall seconds of the step: threads that run side by side count as one.
    package var seconds: Double

    package init(layer: Int?, pass: Pass, seconds: Double) {
        self.layer = layer
        self.pass = pass
        self.seconds = seconds
    }
}

/// A named tensor of a model, row-major for its readers.
package struct ModelTensor: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
        /// A weight or bias.
        case parameter
        /// What a batch normalization remembers for evaluation.
        case statistic
        /// What the optimizer carries from one update to the next.
        case optimizerState
    }

    package let role: Role
    /// Unique in its role; torchvision's name for a parameter, such as `features.0.weight`.
    package let name: String
    /// `[O, I, R, R]` for weights of convolutions, `[out, in]` for those of fully connected layers, `[out]` for biases.
    package let shape: [Int]

    package init(role: Role, name: String, shape: [Int]) {
        self.role = role
        self.name = name
        self.shape = shape
    }

    /// Numbers in it.
    package var count: Int { shape.reduce(1, *) }
}

/// A network that can be trained. It lives on the thread that made it.
package protocol TrainableModel {
    /// Forward, loss, backward and update on one batch.
    ///
    /// - Parameters:
    ///   - pixels: `[N, C, H, W]`, row-major.
    ///   - labels: `[N]`, each below the number of classes.
    ///   - step: steps made before this one; dropout depends on it.
    ///   - learningRate: the update's step size.
    ///   - isProfiled: whether to measure the time of each pass.
    ///   - isCancelled: asked between operations, on any thread; `true` ends the step before its update, as if it had
    ///     never begun.
    /// - Returns: loss and hits before the update, with dropout; `nil` if cancelled. Where loss or gradient is not
    ///   finite, there is no update.
    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int, learningRate: Double,
        isProfiled: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) throws(ModelError) -> BatchResult?

    /// Loss and hits on one batch, without dropout; shapes as in `train`.
    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(ModelError) -> BatchResult

    /// Predictions for images, without dropout.
    ///
    /// - Parameter pixels: `[N, C, H, W]`, row-major.
    /// - Returns: a probability for each class, `[N, classes]`, row-major.
    func predict(pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> [Float]

    /// Every weight and bias, in the order of the layers.
    var parameters: [ModelTensor] { get }

    /// What belongs to the trained network besides its parameters, in the order of the layers.
    var statistics: [ModelTensor] { get }

    /// Whatever the optimizer needs for its next update beside the parameters; empty for one that needs nothing.
    var optimizerState: [ModelTensor] { get }

    /// Lends the numbers of a tensor, row-major, between steps.
    func withValues<Result>(
        of tensor: ModelTensor, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(ModelError) -> Result

    /// Replaces the numbers of a tensor, row-major.
    func setValues(of tensor: ModelTensor, to values: UnsafeBufferPointer<Float>) throws(ModelError)

    /// How it computes, for users.
    var summary: String { get }

    /// The memory that it has taken; `nil` where it is not counted.
    var memory: MemoryAccount? { get }
}

extension TrainableModel {
    package var memory: MemoryAccount? { nil }
    package var statistics: [ModelTensor] { [] }
    /// All that makes the trained network.
    package var weights: [ModelTensor] { parameters + statistics }
}
