// An experiment as its file says it: which network, which data, which recipe. Plain values with the notebook's
// defaults; reading files is ExperimentFiles' work.

/// Everything that decides what a training run does.
package struct Experiment: Sendable, Hashable, Codable {
    /// Short name, unique among the experiments that are listed together.
    package var name: String
    /// One line as text.
    package var description: String
    /// The network before it meets its data.
    package var network: NetworkRecipe
    /// What is trained on.
    package var data: DataRecipe
    /// How it is trained.
    package var training: TrainingRecipe
    /// How the engine computes; never changes what is computed by more than rounding.
    package var engine: EngineOptions
    /// When the run's state is kept; never changes what is computed.
    package var checkpoint: CheckpointRecipe

    /// An experiment with the notebook's values wherever none is given.
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

    /// The network for data with this many classes.
    ///
    /// - Throws: `NetworkError` that says what cannot be built and what would work.
    package func network(numClasses: Int) throws(NetworkError) -> Network {
        if let layers = network.layers {
            return try Network(inputShape: [1, data.resize, data.resize], layers, numClasses: numClasses)
        }
        return try Network(
            inputSide: data.resize, blocks: network.dividedBlocks, kernel: network.kernel, norm: network.norm,
            classifier: network.classifier, dropout: network.dropout, numClasses: numClasses)
    }
}

/// Which network, apart from what the data decide (side, classes).
package struct NetworkRecipe: Sendable, Hashable, Codable {
    /// The blocks before division by the ratio.
    package var blocks: [Block]
    /// What every block's channels are divided by.
    package var ratio: Int
    /// Side of the convolutions' window in blocks that do not say their own.
    package var kernel: Int
    /// What follows the convolutions of blocks that do not say their own.
    package var norm: Block.Norm
    /// Widths of the hidden fully connected layers.
    package var classifier: [Int]
    /// Dropout probability after each hidden fully connected layer.
    package var dropout: Double
    /// Every layer in order, in place of blocks, ratio, kernel, norm, classifier and dropout.
    package var layers: [LayerRecipe]?
    /// A safetensors file with the weights to begin with; `nil` to draw them from the seed.
    package var weights: String?

    /// The notebook's small VGG-11 where nothing else is said.
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

    /// A network of a paper.
    package init(_ variant: Variant, ratio: Int = 4) {
        self.init(ratio: ratio)
        use(variant)
    }

    /// The named network that this is, if any.
    package var variant: Variant? {
        Variant.allCases.first { $0.layers == layers && (layers != nil || $0.blocks == blocks) }
    }

    /// Takes the blocks of a variant, or its layers.
    package mutating func use(_ variant: Variant) {
        layers = variant.layers
        if layers == nil { blocks = variant.blocks }
    }

    /// Layers with weights that multiply, as the "11" in VGG-11 counts them.
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

/// What is trained on, and in which portions.
package struct DataRecipe: Sendable, Hashable, Codable {
    /// How limits choose images.
    package enum Sampling: String, Sendable, Hashable, Codable, CaseIterable {
        /// Of each class as large a share as of all, drawn by the seed.
        case stratified
        /// The first ones of the files, as all runs of version 0.1.0 have them.
        case first
    }

    /// Name of the data set.
    package var dataset: String
    /// Side in pixels that every image is resized to.
    package var resize: Int
    /// Images in a step.
    package var batchSize: Int
    /// Whether training images come in a new order each epoch.
    package var shuffle: Bool
    /// Use only this many training images; `nil` for all.
    package var limitTrain: Int?
    /// Use only this many test images; `nil` for all.
    package var limitTest: Int?
    /// How limits choose images.
    package var sampling: Sampling
    /// Share of the training images, the same of each class, that validates instead of training.
    package var validation = 0.0
    /// Whether every other training image is mirrored from left to right.
    package var flip = false
    /// Pixels by which training images are moved at most.
    package var shift = 0
    /// The smallest share of a training image's area that a crop keeps; 1 for none.
    package var crop = 1.0
    /// Share of the training images that lose a rectangle.
    package var erase = 0.0

    /// The notebook's values where nothing else is said.
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

/// How the engine goes about the work.
package struct EngineOptions: Sendable, Hashable, Codable {
    /// Which algorithm convolutions use.
    package enum Convolution: String, Sendable, Hashable, Codable, CaseIterable {
        /// Winograd where the library has it and it is faster, direct elsewhere.
        case auto
        /// The sum as it is written down.
        case direct
        /// Winograd F(4 × 4, 3 × 3) wherever the library has it.
        case winograd
    }

    /// Which algorithm convolutions use.
    package var convolution: Convolution
    /// Images that go through the convolutional part together; `nil` lets the engine choose.
    package var chunk: Int?

    /// The engine's own choice where nothing else is said.
    package init(convolution: Convolution = .auto, chunk: Int? = nil) {
        self.convolution = convolution
        self.chunk = chunk
    }
}

/// When a run's state is kept, so that it can be resumed from there. Each `nil` is a reason less.
package struct CheckpointRecipe: Sendable, Hashable, Codable {
    /// After this many epochs, once they are evaluated.
    package var everyEpochs: Int?
    /// When this many minutes have passed since it was kept last.
    package var everyMinutes: Double?
    /// After this many steps.
    package var everySteps: Int?

    /// After every epoch and every five minutes where nothing else is said.
    package init(everyEpochs: Int? = 1, everyMinutes: Double? = 5, everySteps: Int? = nil) {
        self.everyEpochs = everyEpochs
        self.everyMinutes = everyMinutes
        self.everySteps = everySteps
    }
}
