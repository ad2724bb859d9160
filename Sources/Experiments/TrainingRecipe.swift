// How a network is trained: the numbers of a recipe, apart from the network and the data.

/// How a network is trained.
package struct TrainingRecipe: Sendable, Hashable {
    /// How parameters follow their gradients.
    package enum Optimizer: String, Sendable, Hashable, CaseIterable {
        /// Stochastic gradient descent, with momentum and weight decay as PyTorch defines them.
        case sgd
        /// Steps scaled by running means of the gradient and its square; weight decay is added to the gradient.
        case adam
        /// Adam with weight decay apart from the gradient.
        case adamw
    }

    /// Which parameters weight decay applies to.
    package enum Decay: String, Sendable, Hashable, CaseIterable {
        case all
        /// Those of more than one dimension: no biases, and no scales and shifts of norms.
        case weights
    }

    /// What weights are drawn from before the first step.
    package enum Initialization: String, Sendable, Hashable, CaseIterable {
        /// U(±√(6 / (fan_in + fan_out))), as the book has it; biases as PyTorch.
        case xavierUniform = "xavier_uniform"
        /// N(0, 2 / fan_in), biases 0.
        case kaimingNormal = "kaiming_normal"
        /// U(±1/√fan_in), biases too: what PyTorch's layers begin with.
        case pytorch
        /// N(0, σ²), biases 0.
        case normal
    }

    /// What early stopping watches after each epoch.
    package enum Watched: String, Sendable, Hashable, CaseIterable {
        case accuracy
        case loss
    }

    /// What numbers the step computes with.
    package enum Precision: String, Sendable, Hashable, CaseIterable {
        /// IEEE single precision throughout.
        case float32
        /// Hidden fully connected layers and Winograd convolutions multiply numbers of 8 significant bits where the
        /// processor can; weights, sums and the loss stay in single precision.
        case bfloat16
    }

    /// How parameters follow their gradients.
    package var optimizer: Optimizer
    /// Learning rate.
    package var learningRate: Double
    /// How it changes over the run.
    package var schedule = Schedule.constant
    /// Epochs between two falls of `step`.
    package var stepEvery = 1
    /// Epochs after which `multistep` falls.
    package var milestones: [Int] = []
    /// Epochs without a lower loss after which `plateau` reduces the rate.
    package var ratePatience = 3
    /// What `step`, `multistep` and `plateau` multiply the rate with.
    package var rateFactor = 0.1
    /// What `cosine` and `linear` end with, and what `plateau` does not go below.
    package var lastRate = 0.0
    /// The share of the steps after which `oneCycle` is at its top.
    package var peakAt = 0.3
    /// Epochs in which the rate grows from nearly 0.
    package var warmupEpochs = 0.0
    /// The same in steps; 0 for none.
    package var warmupSteps = 0
    /// Share of the last update that goes into the next, from 0 up to 1.
    package var momentum: Double
    /// Whether momentum is Nesterov's: the gradient where the momentum alone would lead.
    package var nesterov = false
    /// Decay of Adam's running mean of the gradient.
    package var beta1 = 0.9
    /// Decay of Adam's running mean of its square.
    package var beta2 = 0.999
    /// What Adam adds to the root of that mean.
    package var epsilon = 1e-8
    /// Share of each parameter that is added to its gradient; of AdamW, that is taken from the parameter itself, times the
    /// learning rate.
    package var weightDecay: Double
    package var decay = Decay.all
    package var initialization = Initialization.xavierUniform
    /// The σ of `normal`.
    package var initialDeviation = 0.01
    /// The largest norm of all gradients together that an update takes; longer ones are scaled down to it.
    package var clipNorm: Double?
    /// Decay of the running mean of the weights that is evaluated and saved in their place; `nil` for the weights
    /// themselves.
    package var ema: Double?
    /// How much of each label is spread evenly over all classes.
    package var labelSmoothing = 0.0
    /// Minutes after which a run stops.
    package var maxMinutes: Double?
    /// What must improve for the run to go on; `nil` to train all epochs.
    package var earlyStopping: Watched?
    /// Epochs without an improvement after which it ends.
    package var patience = 5
    /// What counts as an improvement: more than this.
    package var minDelta = 0.0
    /// Passes over the training images; 0 leaves the initial weights.
    package var epochs: Int
    /// Seed of initial weights, order of images and dropout.
    package var seed: UInt64
    /// What numbers the step computes with.
    package var precision: Precision

    /// The notebook's values where nothing else is said.
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

    /// What the optimizer carries from one update to the next, each as large as the parameters: what their names end with
    /// in checkpoints.
    package var optimizerState: [String] {
        let own: [String] =
            switch optimizer {
            case .sgd: momentum != 0 ? [""] : []
            case .adam, .adamw: [".exp_avg", ".exp_avg_sq"]
            }
        return own + (ema == nil ? [] : [Self.unaveraged])
    }

    /// Suffix of the weights that are trained, where their running mean stands in their place.
    package static let unaveraged = ".unaveraged"
}
