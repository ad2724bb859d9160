// VGG as a recipe for a network.

/// A sequence of convolutions that preserve the image size, each followed by ReLU, and one 2 × 2 max pooling that
/// halves it.
///
/// **Source**: Simonyan & Zisserman, *Very Deep Convolutional Networks*, 2015, section 2.1.
package struct Block: Sendable, Hashable {
    /// Number of convolutions, at least 1.
    package var numConvs: Int
    /// Number of output channels of each convolution.
    package var outChannels: Int

    /// - Parameters:
    ///   - numConvs: number of convolutions.
    ///   - outChannels: number of output channels of each convolution.
    package init(numConvs: Int, outChannels: Int) {
        self.numConvs = numConvs
        self.outChannels = outChannels
    }
}

extension Network {
    /// Creates a VGG network: blocks, then a classifier of fully connected layers with ReLU and dropout between them.
    ///
    /// - Parameters:
    ///   - blocks: the convolutional part, with channels already divided by the ratio.
    ///   - kernel: height and width of every convolution's window; odd, padded by (kernel − 1) / 2 to preserve the
    ///     image size.
    ///   - classifier: widths of the hidden fully connected layers.
    ///   - dropout: probability that a hidden value of the classifier is set to 0 in training.
    /// - Throws: `NetworkError` that says what cannot be built and what would work.
    package init(
        inputChannels: Int = 1, inputSide: Int, blocks: [Block], kernel: Int = 3, classifier: [Int] = [4096, 4096],
        dropout: Double = 0.5, numClasses: Int
    ) throws(NetworkError) {
        if blocks.isEmpty { throw .noBlocks }
        for (index, block) in blocks.enumerated() {
            if block.numConvs < 1 { throw .emptyBlock(block: index + 1) }
            if block.outChannels < 1 { throw .noChannels(block: index + 1) }
        }
        if kernel < 1 || kernel.isMultiple(of: 2) { throw .evenKernel(kernel) }
        if let width = classifier.first(where: { $0 < 1 }) { throw .emptyLinear(width) }
        if !(0..<1).contains(dropout) { throw .dropoutOutOfRange(dropout) }
        if numClasses < 2 { throw .tooFewClasses(numClasses) }
        if inputSide >> min(blocks.count, Int.bitWidth - 2) < 1 {
            throw .sideTooSmall(side: inputSide, blocks: blocks.count)
        }
        // This keeps each layer's sizes within an Int, but not the sum of all.
        guard inputSide <= 4096, inputChannels <= 16384, kernel <= 31, numClasses <= 1_048_576,
            blocks.allSatisfy({ $0.numConvs <= 64 && $0.outChannels <= 16384 }), blocks.count <= 64,
            classifier.allSatisfy({ $0 <= 1_048_576 }), classifier.count <= 64
        else { throw .tooLarge }

        var kinds: [(kind: Layer.Kind, block: Int?)] = []
        var channels = inputChannels
        for (number, block) in zip(1..., blocks) {
            for _ in 0..<block.numConvs {
                let convolution = Convolution(
                    inChannels: channels, outChannels: block.outChannels, kernel: kernel, padding: (kernel - 1) / 2)
                kinds.append((.convolution(convolution), number))
                channels = block.outChannels
            }
            kinds.append((.pooling(Pooling()), number))
        }
        kinds.append((.flatten, nil))
        let side = inputSide >> blocks.count
        var features = channels * side * side
        for width in classifier {
            kinds.append((.linear(Linear(inFeatures: features, outFeatures: width, activation: .relu)), nil))
            kinds.append((.dropout(Dropout(probability: dropout)), nil))
            features = width
        }
        kinds.append((.linear(Linear(inFeatures: features, outFeatures: numClasses)), nil))
        try self.init(inputShape: [inputChannels, inputSide, inputSide], kinds)
    }
}
