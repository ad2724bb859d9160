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
        try Network(
            inputSide: data.resize, blocks: network.dividedBlocks, kernel: network.kernel,
            classifier: network.classifier, dropout: network.dropout, numClasses: numClasses)
    }
}

/// Which network, apart from what the data decide (side, classes).
package struct NetworkRecipe: Sendable, Hashable, Codable {
    /// The blocks before division by the ratio.
    package var blocks: [Block]
    /// What every block's channels are divided by.
    package var ratio: Int
    /// Side of the convolutions' window.
    package var kernel: Int
    /// Widths of the hidden fully connected layers.
    package var classifier: [Int]
    /// Dropout probability after each hidden fully connected layer.
    package var dropout: Double
    /// A safetensors file with the weights to begin with; `nil` to draw them from the seed.
    package var weights: String?

    /// The notebook's small VGG-11 where nothing else is said.
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

    /// The variant of the VGG paper whose blocks these are, if any.
    package var variant: Variant? { Variant.allCases.first { $0.blocks == blocks } }

    /// Layers with weights, as the "11" in VGG-11 counts them.
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
package enum Variant: String, Sendable, Hashable, Codable, CaseIterable {
    /// Column A: 8 convolutions.
    case vgg11
    /// Column B: 10 convolutions.
    case vgg13
    /// Column D: 13 convolutions.
    case vgg16
    /// Column E: 16 convolutions.
    case vgg19

    /// Its five blocks.
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
