// An experiment as described by its file: network, data, recipe. Plain values with the notebook's defaults;
// ExperimentFiles reads the files.

/// Everything that determines a training run.
package struct Experiment: Sendable, Hashable {
    /// Short name, unique among the listed experiments.
    package var name: String
    /// Description on one line.
    package var description: String
    /// The network, before it is adapted to its data.
    package var network: NetworkRecipe
    /// The training and test data.
    package var data: DataRecipe
    package var training: TrainingRecipe
    /// How the engine computes; changes results by no more than rounding.
    package var engine: EngineOptions
    /// When checkpoints are saved; never changes results.
    package var checkpoint: CheckpointRecipe

    /// Creates an experiment; the defaults are the notebook's values.
    package init(
        name: String, description: String = "", network: NetworkRecipe = NetworkRecipe(),
        data: DataRecipe = DataRecipe(), training: TrainingRecipe = TrainingRecipe(),
        engine: EngineOptions = EngineOptions(), checkpoint: CheckpointRecipe = CheckpointRecipe()
    ) {
        self.name = name
        self.description = description
        self.network = network
        self.data = data
        self.training = training
        self.engine = engine
        self.checkpoint = checkpoint
    }

    /// Builds the network for data with this many classes.
    ///
    /// - Throws: `NetworkError` that says what cannot be built and what would work.
    package func network(numClasses: Int) throws(NetworkError) -> Network {
        try Network(
            inputSide: data.resize, blocks: network.dividedBlocks, kernel: network.kernel,
            classifier: network.classifier, dropout: network.dropout, numClasses: numClasses)
    }
}

/// The network, apart from what the data determine (image size, classes).
package struct NetworkRecipe: Sendable, Hashable {
    /// The blocks before division by the ratio.
    package var blocks: [Block]
    /// Divisor of every block's channels.
    package var ratio: Int
    /// Height and width of the convolutions' window.
    package var kernel: Int
    /// Widths of the hidden fully connected layers.
    package var classifier: [Int]
    /// Dropout probability after each hidden fully connected layer.
    package var dropout: Double
    /// A safetensors file with the initial weights; `nil` to draw them from the seed.
    package var weights: String?

    /// Creates a recipe; the default is the notebook's small VGG-11.
    package init(
        blocks: [Block] = Variant.vgg11.blocks, ratio: Int = 4, kernel: Int = 3, classifier: [Int] = [4096, 4096],
        dropout: Double = 0.5, weights: String? = nil
    ) {
        self.blocks = blocks
        self.ratio = ratio
        self.kernel = kernel
        self.classifier = classifier
        self.dropout = dropout
        self.weights = weights
    }

    /// The variant of the VGG paper with these blocks, if any.
    package var variant: Variant? { Variant.allCases.first { $0.blocks == blocks } }

    /// Number of layers with weights, which is the "11" in VGG-11.
    package var depth: Int { blocks.reduce(0) { $0 + $1.numConvs } + classifier.count + 1 }

    /// The blocks with their channels divided by the ratio.
    var dividedBlocks: [Block] {
        get throws(NetworkError) {
            let channels = blocks.map(\.outChannels)
            guard ratio >= 1, channels.allSatisfy({ $0.isMultiple(of: ratio) }) else {
                throw .ratioDoesNotDivide(ratio: ratio, channels: channels)
            }
            return blocks.map { Block(numConvs: $0.numConvs, outChannels: $0.outChannels / ratio) }
        }
    }
}

/// The networks of the VGG paper by their usual names.
///
/// **Source**: Simonyan & Zisserman, 2015, table 1, columns A, B, D and E.
package enum Variant: String, Sendable, Hashable, CaseIterable {
    /// Column A: 8 convolutions.
    case vgg11
    /// Column B: 10 convolutions.
    case vgg13
    /// Column D: 13 convolutions.
    case vgg16
    /// Column E: 16 convolutions.
    case vgg19

    package var blocks: [Block] {
        let numConvs =
            switch self {
            case .vgg11: [1, 1, 2, 2, 2]
            case .vgg13: [2, 2, 2, 2, 2]
            case .vgg16: [2, 2, 3, 3, 3]
            case .vgg19: [2, 2, 4, 4, 4]
            }
        return zip(numConvs, [64, 128, 256, 512, 512]).map { Block(numConvs: $0, outChannels: $1) }
    }
}

/// The training and test data, and the batch size.
package struct DataRecipe: Sendable, Hashable {
    /// How limits choose images.
    package enum Sampling: String, Sendable, Hashable, CaseIterable {
        /// The same fraction of every class, drawn by the seed.
        case stratified
        /// The first images of the files, as in all runs of version 0.1.0.
        case first
    }

    /// Name of the data set.
    package var dataset: String
    /// Side in pixels that every image is resized to.
    package var resize: Int
    /// Images per step.
    package var batchSize: Int
    /// Whether each epoch uses the training images in a new order.
    package var shuffle: Bool
    /// Use only this many training images; `nil` for all.
    package var limitTrain: Int?
    /// Use only this many test images; `nil` for all.
    package var limitTest: Int?
    /// How limits choose images.
    package var sampling: Sampling

    /// Creates a recipe; the defaults are the notebook's values.
    package init(
        dataset: String = "fashion-mnist", resize: Int = 224, batchSize: Int = 128, shuffle: Bool = true,
        limitTrain: Int? = nil, limitTest: Int? = nil, sampling: Sampling = .stratified
    ) {
        self.dataset = dataset
        self.resize = resize
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.limitTrain = limitTrain
        self.limitTest = limitTest
        self.sampling = sampling
    }
}

/// How a network is trained.
package struct TrainingRecipe: Sendable, Hashable {
    /// How gradients update parameters.
    package enum Optimizer: String, Sendable, Hashable, CaseIterable {
        /// Stochastic gradient descent, with momentum and weight decay as PyTorch defines them.
        case sgd
    }

    /// The number format of the computation.
    package enum Precision: String, Sendable, Hashable, CaseIterable {
        /// IEEE single precision throughout.
        case float32
        /// Hidden fully connected layers and Winograd convolutions multiply numbers with 8 significant bits if the
        /// processor supports it; weights, sums and the loss stay in single precision.
        case bfloat16
    }

    package var optimizer: Optimizer
    /// Learning rate.
    package var learningRate: Double
    /// Fraction of the last update that is added to the next, from 0 up to 1.
    package var momentum: Double
    /// Fraction of each parameter that is added to its gradient.
    package var weightDecay: Double
    /// Passes over the training images; 0 leaves the initial weights.
    package var epochs: Int
    /// Seed of initial weights, order of images and dropout.
    package var seed: UInt64
    package var precision: Precision

    /// Creates a recipe; the defaults are the notebook's values.
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
}

/// How the engine computes.
package struct EngineOptions: Sendable, Hashable {
    /// The algorithm for convolutions.
    package enum Convolution: String, Sendable, Hashable, CaseIterable {
        /// Winograd where it is implemented and faster, direct elsewhere.
        case auto
        /// The definition's sum.
        case direct
        /// Winograd F(4 × 4, 3 × 3) wherever it is implemented.
        case winograd
    }

    package var convolution: Convolution
    /// Number of images that pass through the convolutions together; `nil` lets the engine choose.
    package var chunk: Int?

    /// Creates options; by default the engine chooses.
    package init(convolution: Convolution = .auto, chunk: Int? = nil) {
        self.convolution = convolution
        self.chunk = chunk
    }
}

/// When checkpoints are saved, from which a run can be resumed. `nil` disables a condition.
package struct CheckpointRecipe: Sendable, Hashable {
    /// After this many epochs and their evaluation.
    package var everyEpochs: Int?
    /// This many minutes after the last checkpoint.
    package var everyMinutes: Double?
    /// After this many steps.
    package var everySteps: Int?

    /// Creates a recipe; by default after every epoch and every five minutes.
    package init(everyEpochs: Int? = 1, everyMinutes: Double? = 5, everySteps: Int? = nil) {
        self.everyEpochs = everyEpochs
        self.everyMinutes = everyMinutes
        self.everySteps = everySteps
    }
}
