// Builds VGG networks.

/// Convolutions, each followed by an activation, and a pooling that halves the image size.
///
/// **Source**: Simonyan & Zisserman, *Very Deep Convolutional Networks*, 2015, section 2.1, extended by settings that
/// the
/// paper does not vary.
package struct Block: Sendable, Hashable {
    /// Normalization of each convolution.
    package enum Norm: String, Sendable, Hashable, CaseIterable {
        case none
        /// Batch normalization, before the activation.
        case batch
        /// Local response normalization, after the activation.
        case localResponse = "local_response"
    }

    /// Pooling at the end of the block, 2 × 2 with stride 2.
    package enum Pool: String, Sendable, Hashable, CaseIterable {
        case max
        case average = "avg"
        case none
    }

    /// Number of convolutions, at least 1.
    package var numConvs: Int
    /// Output channels of each convolution.
    package var outChannels: Int
    /// Kernel size of each convolution, or one for all; empty for the network's.
    package var kernels: [Int]
    /// `nil` for the network's.
    package var norm: Norm?
    package var activation: Activation
    package var pool: Pool
    /// Stride of each convolution.
    package var stride: Int
    /// Padding of each convolution; `nil` for half the kernel, which preserves the image size with stride 1.
    package var padding: Int?

    /// - Parameters:
    ///   - numConvs: number of convolutions.
    ///   - outChannels: output channels of each convolution.
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

    /// Returns the kernel size of a convolution, by its index from 0.
    func kernel(_ index: Int, of network: Int) -> Int {
        kernels.count == 1 ? kernels[0] : kernels.indices.contains(index) ? kernels[index] : network
    }

    /// Returns the layers of the block for this many input channels.
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
    /// Builds a VGG network: blocks, then a classifier of fully connected layers with ReLU and dropout between them.
    ///
    /// - Parameters:
    ///   - blocks: the convolutional part, with channels already divided by the ratio.
    ///   - kernel: kernel size in blocks that do not specify one; odd, and padded by (kernel − 1) / 2 to preserve the
    ///     image size.
    ///   - norm: normalization in blocks that do not specify one.
    ///   - classifier: widths of the hidden fully connected layers.
    ///   - dropout: probability that dropout sets a hidden value of the classifier to zero.
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
            // With explicit padding, a kernel needs no centre.
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
        // These limits keep the sizes of a single layer within an Int, but not the sum over all layers.
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
