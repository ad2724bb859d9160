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
    package func network(numClasses: Int, inputChannels: Int = 1) throws(NetworkError) -> Network {
        if let layers = network.layers {
            return try Network(inputShape: [inputChannels, data.resize, data.resize], layers, numClasses: numClasses)
        }
        return try Network(
            inputChannels: inputChannels, inputSide: data.resize, blocks: network.dividedBlocks, kernel: network.kernel,
            norm: network.norm,
            classifier: network.classifier, dropout: network.dropout, numClasses: numClasses)
    }

    /// Builds the network for a data set.
    package func network(for facts: DatasetFacts) throws(NetworkError) -> Network {
        try network(numClasses: facts.numClasses, inputChannels: facts.numChannels)
    }
}

/// The network, except for what the data determine (image size, channels, classes).
package struct NetworkRecipe: Sendable, Hashable {
    /// The blocks before division by the ratio.
    package var blocks: [Block]
    /// Divisor of every block's channels.
    package var ratio: Int
    /// Kernel size in blocks that do not specify one.
    package var kernel: Int
    /// Normalization in blocks that do not specify one.
    package var norm: Block.Norm
    /// Widths of the hidden fully connected layers.
    package var classifier: [Int]
    /// Dropout probability after each hidden fully connected layer.
    package var dropout: Double
    /// All layers in order, in place of blocks, ratio, kernel, norm, classifier and dropout.
    package var layers: [LayerRecipe]?
    /// A safetensors file with the initial weights; `nil` to draw them from the seed.
    package var weights: String?
    /// A run whose weights initialize the layers of the same shapes, in order.
    package var from: String?

    /// Creates a recipe; the default is the notebook's small VGG-11.
    package init(
        blocks: [Block] = Variant.vgg11.blocks, ratio: Int = 4, kernel: Int = 3, norm: Block.Norm = .none,
        classifier: [Int] = [4096, 4096], dropout: Double = 0.5, layers: [LayerRecipe]? = nil, weights: String? = nil
    ) {
        self.blocks = blocks
        self.ratio = ratio
        self.kernel = kernel
        self.norm = norm
        self.classifier = classifier
        self.dropout = dropout
        self.layers = layers
        self.weights = weights
    }

    /// Creates the recipe of a named network.
    package init(_ variant: Variant, ratio: Int = 4) {
        self.init(ratio: ratio)
        use(variant)
    }

    /// The named network that this recipe is equal to, if any.
    package var variant: Variant? {
        Variant.allCases.first { $0.layers == layers && (layers != nil || $0.blocks == blocks) }
    }

    /// Replaces blocks or layers by those of a named network.
    package mutating func use(_ variant: Variant) {
        layers = variant.layers
        if layers == nil { blocks = variant.blocks }
    }

    /// Number of convolutions and fully connected layers, as the "11" in VGG-11.
    package var depth: Int {
        guard let layers else { return blocks.reduce(0) { $0 + $1.numConvs } + classifier.count + 1 }
        return layers.count {
            switch $0 {
            case .convolution, .linear: true
            default: false
            }
        }
    }

    /// The blocks with their channels divided by the ratio.
    var dividedBlocks: [Block] {
        get throws(NetworkError) {
            let channels = blocks.map(\.outChannels)
            guard ratio >= 1, channels.allSatisfy({ $0.isMultiple(of: ratio) }) else {
                throw .ratioDoesNotDivide(ratio: ratio, channels: channels)
            }
            return blocks.map { block in
                var block = block
                block.outChannels /= ratio
                return block
            }
        }
    }
}

/// The training and test data, and the batch size.
package struct DataRecipe: Sendable, Hashable {
    /// How limits select images.
    package enum Sampling: String, Sendable, Hashable, CaseIterable {
        /// The same fraction of every class, drawn by the seed.
        case stratified
        /// The first images of the files, as in all runs of version 0.1.0.
        case first
    }

    /// How pixels are scaled.
    package enum Scaling: String, Sendable, Hashable, CaseIterable {
        /// 0 to 1.
        case none
        /// Mean 0 and standard deviation 1 over the training images, in each channel.
        case meanDeviation = "mean_std"
    }

    /// Name of the data set.
    package var dataset: String
    /// Height and width in pixels that images are resized to.
    package var resize: Int
    /// Images per step.
    package var batchSize: Int
    /// Whether each epoch uses the training images in a new order.
    package var shuffle: Bool
    /// Use only this many training images; `nil` for all.
    package var limitTrain: Int?
    /// Use only this many test images; `nil` for all.
    package var limitTest: Int?
    /// How limits select images.
    package var sampling: Sampling
    /// How pixels are scaled before they enter the network.
    package var normalize = Scaling.none
    /// Fraction of the training images, the same for each class, that is set aside for validation.
    package var validation = 0.0
    /// Whether a random half of the training images is mirrored from left to right.
    package var flip = false
    /// Maximum shift of training images in pixels.
    package var shift = 0
    /// Minimum fraction of a training image's area that a random crop keeps; 1 disables cropping.
    package var crop = 1.0
    /// Probability that a random rectangle of a training image is erased.
    package var erase = 0.0

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

/// How the engine computes a step.
package struct EngineOptions: Sendable, Hashable {
    /// The algorithm for convolutions.
    package enum Convolution: String, Sendable, Hashable, CaseIterable {
        /// Winograd where it is implemented and faster, direct elsewhere.
        case auto
        /// Direct convolution.
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
