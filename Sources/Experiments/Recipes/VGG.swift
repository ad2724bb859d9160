// VGG as a recipe that makes a network.

/// A run of convolutions, each followed by an activation, and a pooling that halves the side.
///
/// **Source**: Simonyan & Zisserman, *Very Deep Convolutional Networks*, 2015, section 2.1; what it does not have is
/// left to files.
package struct Block: Sendable, Hashable {
    /// What follows each convolution.
    package enum Norm: String, Sendable, Hashable, CaseIterable {
        case none
        /// Batch norm, before the activation.
        case batch
        /// Local response norm, after the activation.
        case localResponse = "local_response"
    }

    /// What a block ends with: 2 × 2, stride 2.
    package enum Pool: String, Sendable, Hashable, CaseIterable {
        case max
        case average = "avg"
        case none
    }

    /// Convolutions in the block, at least 1.
    package var numConvs: Int
    /// Channels that each convolution puts out.
    package var outChannels: Int
    /// Side of the convolutions' windows: of each, or one for all; empty for the network's.
    package var kernels: [Int]
    /// `nil` for the network's.
    package var norm: Norm?
    package var activation: Activation
    package var pool: Pool
    /// Of each convolution.
    package var stride: Int
    /// Of each convolution; `nil` for half the window, which keeps the side at stride 1.
    package var padding: Int?

    /// - Parameters:
    ///   - numConvs: convolutions in the block.
    ///   - outChannels: channels that each of them puts out.
    package init(
        numConvs: Int, outChannels: Int, kernels: [Int] = [], norm: Norm? = nil, activation: Activation = .relu,
        pool: Pool = .max, stride: Int = 1, padding: Int? = nil
    ) {
        self.numConvs = numConvs
        self.outChannels = outChannels
        self.kernels = kernels
        self.norm = norm
        self.activation = activation
        self.pool = pool
        self.stride = stride
        self.padding = padding
    }

    /// The window of its convolution `index`, from 0.
    func kernel(_ index: Int, of network: Int) -> Int {
        kernels.count == 1 ? kernels[0] : kernels.indices.contains(index) ? kernels[index] : network
    }

    /// Its layers on an input of this many channels.
    func kinds(inChannels: Int, kernel networkKernel: Int, norm networkNorm: Norm) -> [Layer.Kind] {
        let norm = norm ?? networkNorm
        var kinds: [Layer.Kind] = []
        for index in 0..<numConvs {
            let kernel = kernel(index, of: networkKernel)
            kinds.append(
                .convolution(
                    Convolution(
                        inChannels: index == 0 ? inChannels : outChannels, outChannels: outChannels, kernel: kernel,
                        stride: stride, padding: padding ?? kernel / 2, activation: nil)))
            if norm == .batch { kinds.append(.batchNorm(BatchNorm(channels: outChannels))) }
            kinds.append(.activation(ActivationLayer(activation)))
            if norm == .localResponse { kinds.append(.localResponseNorm(LocalResponseNorm())) }
        }
        switch pool {
        case .max: kinds.append(.pooling(Pooling()))
        case .average: kinds.append(.pooling(Pooling(.average)))
        case .none: break
        }
        return kinds
    }
}

extension Network {
    /// A VGG network: blocks, then a classifier of fully connected layers with ReLU and dropout between them.
    ///
    /// - Parameters:
    ///   - blocks: the convolutional part, channels already divided by the ratio.
    ///   - kernel: height and width of the windows of blocks that do not say their own; odd, padded by
    ///     (kernel − 1) / 2 so that the side stays.
    ///   - norm: what follows the convolutions of blocks that do not say their own.
    ///   - classifier: widths of the hidden fully connected layers.
    ///   - dropout: probability that a hidden value of the classifier is zeroed in training.
    /// - Throws: `NetworkError` that says what cannot be built and what would work.
    package init(
        inputChannels: Int = 1, inputSide: Int, blocks: [Block], kernel: Int = 3, norm: Block.Norm = .none,
        classifier: [Int] = [4096, 4096], dropout: Double = 0.5, numClasses: Int
    ) throws(NetworkError) {
        if blocks.isEmpty { throw .noBlocks }
        for (number, block) in zip(1..., blocks) {
            if block.numConvs < 1 { throw .emptyBlock(block: number) }
            if block.outChannels < 1 { throw .noChannels(block: number) }
            if block.kernels.count > 1, block.kernels.count != block.numConvs {
                throw .kernelsDoNotMatch(block: number, kernels: block.kernels.count, numConvs: block.numConvs)
            }
            // With the padding given, a window needs no middle.
            if block.padding == nil, let even = block.kernels.first(where: { $0 < 1 || $0.isMultiple(of: 2) }) {
                throw .evenKernel(even)
            }
        }
        if kernel < 1 || kernel.isMultiple(of: 2) { throw .evenKernel(kernel) }
        if let width = classifier.first(where: { $0 < 1 }) { throw .emptyLinear(width) }
        if !(0..<1).contains(dropout) { throw .dropoutOutOfRange(dropout) }
        if numClasses < 2 { throw .tooFewClasses(numClasses) }
        let halvings = blocks.count { $0.pool != .none }
        if inputSide >> min(halvings, Int.bitWidth - 2) < 1 {
            throw .sideTooSmall(side: inputSide, blocks: halvings)
        }
        // These keep a single layer's sizes within an Int, but not the sum of all.
        guard inputSide <= 4096, inputChannels <= 16384, kernel <= 31, numClasses <= 1_048_576,
            blocks.allSatisfy({
                $0.numConvs <= 64 && $0.outChannels <= 16384 && $0.kernels.allSatisfy { $0 <= 31 }
                    && $0.padding ?? 0 <= 31
            }), blocks.count <= 64,
            classifier.allSatisfy({ $0 <= 1_048_576 }), classifier.count <= 64
        else { throw .tooLarge }

        var kinds: [(kind: Layer.Kind, block: Int?)] = []
        var shape = [inputChannels, inputSide, inputSide]
        for (number, block) in zip(1..., blocks) {
            for kind in block.kinds(inChannels: shape[0], kernel: kernel, norm: norm) {
                guard let outputShape = kind.facts.outputShape(of: shape) else {
                    throw .blockMisfit(
                        block: number, layer: kind.nameInFiles, reason: kind.facts.misfit(with: shape))
                }
                kinds.append((kind, number))
                shape = outputShape
            }
        }
        kinds.append((.flatten, nil))
        var features = shape.reduce(1, *)
        for width in classifier {
            kinds.append((.linear(Linear(inFeatures: features, outFeatures: width, activation: .relu)), nil))
            kinds.append((.dropout(Dropout(probability: dropout)), nil))
            features = width
        }
        kinds.append((.linear(Linear(inFeatures: features, outFeatures: numClasses)), nil))
        try self.init(inputShape: [inputChannels, inputSide, inputSide], kinds)
    }
}
