// How a network is trained: optimizer, schedule and all other settings apart from network and data.

/// The settings of a training.
package struct TrainingRecipe: Sendable, Hashable {
    /// The update rule of the parameters.
    package enum Optimizer: String, Sendable, Hashable, CaseIterable {
        /// Stochastic gradient descent, with momentum and weight decay as PyTorch defines them.
        case sgd
        /// Updates scaled by running means of the gradient and its square; weight decay is added to the gradient.
        case adam
        /// Adam with weight decay decoupled from the gradient.
        case adamw
    }

    /// The parameters that weight decay applies to.
    package enum Decay: String, Sendable, Hashable, CaseIterable {
        case all
        /// Parameters with more than one dimension: neither biases nor the scales and shifts of normalization layers.
        case weights
    }

    /// The distribution of the initial weights.
    package enum Initialization: String, Sendable, Hashable, CaseIterable {
        /// U(±√(6 / (fan_in + fan_out))), as in the book; biases as in PyTorch.
        case xavierUniform = "xavier_uniform"
        /// N(0, 2 / fan_in), biases 0.
        case kaimingNormal = "kaiming_normal"
        /// U(±1/√fan_in), biases too: PyTorch's default.
        case pytorch
        /// N(0, σ²), biases 0.
        case normal
    }

    /// The metric that early stopping monitors after each epoch.
    package enum Watched: String, Sendable, Hashable, CaseIterable {
        case accuracy
        case loss
    }

    /// The number format of the computation.
    package enum Precision: String, Sendable, Hashable, CaseIterable {
        /// IEEE single precision throughout.
        case float32
        /// Hidden fully connected layers and Winograd convolutions multiply numbers with 8 significant bits if the
        /// processor
        /// supports it; weights, sums and the loss stay in single precision.
        case bfloat16
    }

    package var optimizer: Optimizer
    /// Learning rate.
    package var learningRate: Double
    /// How the learning rate changes during the run.
    package var schedule = Schedule.constant
    /// Epochs between two reductions with `step`.
    package var stepEvery = 1
    /// Epochs after which `multistep` reduces the rate.
    package var milestones: [Int] = []
    /// Epochs without a lower loss that `plateau` tolerates before it reduces the rate.
    package var ratePatience = 3
    /// Factor of a reduction with `step`, `multistep` and `plateau`.
    package var rateFactor = 0.1
    /// Last rate of `cosine` and `linear`, lowest one of `plateau`.
    package var lastRate = 0.0
    /// Fraction of the steps after which `oneCycle` peaks.
    package var peakAt = 0.3
    /// Epochs in which the rate rises from nearly 0.
    package var warmupEpochs = 0.0
    /// Steps in which the rate rises from nearly 0; 0 for none.
    package var warmupSteps = 0
    /// Fraction of the last update that is added to the next one, from 0 up to 1.
    package var momentum: Double
    /// Whether to use Nesterov momentum.
    package var nesterov = false
    /// Decay rate of Adam's running mean of the gradient.
    package var beta1 = 0.9
    /// Decay rate of Adam's running mean of the squared gradient.
    package var beta2 = 0.999
    /// Term that Adam adds to the denominator of the update.
    package var epsilon = 1e-8
    /// Fraction of each parameter that is added to its gradient or, with AdamW, times the learning rate subtracted from
    /// the
    /// parameter.
    package var weightDecay: Double
    package var decay = Decay.all
    package var initialization = Initialization.xavierUniform
    /// The standard deviation of `normal`.
    package var initialDeviation = 0.01
    /// Maximum norm of all gradients together; longer ones are scaled down.
    package var clipNorm: Double?
    /// Decay rate of the running mean of the weights, which is then evaluated and saved; `nil` to evaluate and save the
    /// weights themselves.
    package var ema: Double?
    /// Fraction of each label that is spread evenly over all classes.
    package var labelSmoothing = 0.0
    /// Minutes after which the run stops.
    package var maxMinutes: Double?
    /// The metric that must keep improving; `nil` to train all epochs.
    package var earlyStopping: Watched?
    /// Epochs without improvement after which the run ends.
    package var patience = 5
    /// Minimum change that counts as an improvement.
    package var minDelta = 0.0
    /// Passes over the training images; 0 leaves the initial weights.
    package var epochs: Int
    /// Seed of initial weights, order of images and dropout.
    package var seed: UInt64
    /// The number format of the computation.
    package var precision: Precision

    /// The defaults are the notebook's values.
    package init(
        optimizer: Optimizer = .sgd, learningRate: Double = 0.05, momentum: Double = 0, weightDecay: Double = 0,
        epochs: Int = 10, seed: UInt64 = 0, precision: Precision = .float32
    ) {
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.epochs = epochs
        self.seed = seed
        self.precision = precision
    }

    /// Suffixes of the names of the optimizer's tensors in checkpoints; for each, there is one tensor per parameter.
    package var optimizerState: [String] {
        let own: [String] =
            switch optimizer {
            case .sgd: momentum != 0 ? [""] : []
            case .adam, .adamw: [".exp_avg", ".exp_avg_sq"]
            }
        return own + (ema == nil ? [] : [Self.unaveraged])
    }

    /// Suffix of the weights in training if a running mean is saved as the weights.
    package static let unaveraged = ".unaveraged"
}
