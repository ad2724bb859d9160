// A VGG-style network as a value: what it is made of, checked once when it is made.
// Its layers with their shapes and costs are in Network+Layers.swift.

/// A run of convolutions that keep the side, each followed by ReLU, and one 2 × 2 max pooling that halves it.
///
/// **Source**: Simonyan & Zisserman, *Very Deep Convolutional Networks*, 2015, section 2.1.
package struct Block: Sendable, Hashable, Codable {
    /// Convolutions in the block, at least 1.
    package var numConvs: Int
    /// Channels that each convolution puts out.
    package var outChannels: Int

    /// - Parameters:
    ///   - numConvs: convolutions in the block.
    ///   - outChannels: channels that each of them puts out.
    package init(numConvs: Int, outChannels: Int) {
        self.numConvs = numConvs
        self.outChannels = outChannels
    }
}

/// A VGG network: blocks, then a classifier of fully connected layers with ReLU and dropout between them.
package struct Network: Sendable, Hashable, Codable {
    /// Channels of an image (1 for grey).
    package let inputChannels: Int
    /// Height and width of an image in pixels.
    package let inputSide: Int
    /// The convolutional part, channels already divided by the ratio.
    package let blocks: [Block]
    /// Height and width of every convolution's window; odd, padded by (kernel − 1) / 2 so that the side stays.
    package let kernel: Int
    /// Widths of the hidden fully connected layers.
    package let classifier: [Int]
    /// Probability that a hidden value of the classifier is zeroed in training.
    package let dropout: Double
    /// Classes to tell apart: the width of the last layer.
    package let numClasses: Int

    /// A checked network.
    ///
    /// - Throws: `NetworkError` that says what cannot be built and what would work.
    package init(
        inputChannels: Int = 1, inputSide: Int, blocks: [Block], kernel: Int = 3, classifier: [Int] = [4096, 4096],
        dropout: Double = 0.5, numClasses: Int
    ) throws(NetworkError) {
        self.inputChannels = inputChannels
        self.inputSide = inputSide
        self.blocks = blocks
        self.kernel = kernel
        self.classifier = classifier
        self.dropout = dropout
        self.numClasses = numClasses
        try check()
    }

    /// Rows and columns of zeros around an image, the same on each side: P = (K − 1) / 2.
    package var padding: Int { (kernel - 1) / 2 }

    private func check() throws(NetworkError) {
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
        // These keep a single layer's sizes within an Int, but not the sum of all.
        guard inputSide <= 4096, inputChannels <= 16384, kernel <= 31, numClasses <= 1_048_576,
            blocks.allSatisfy({ $0.numConvs <= 64 && $0.outChannels <= 16384 }), blocks.count <= 64,
            classifier.allSatisfy({ $0 <= 1_048_576 }), classifier.count <= 64
        else { throw .tooLarge }
        var macs = 0
        for layer in layers {
            macs += layer.forwardMACs
            if macs > Self.maxMACs { throw .tooLarge }
        }
    }

    /// The most multiply-accumulates that one image may take: 500 times VGG-19's at side 224. With the largest batch
    /// and four bytes for each, every count and size of a step still fits into an Int.
    private static var maxMACs: Int { 10_000_000_000_000 }
}

/// Why a network cannot be built. `description` says it in one sentence, with what would work.
package enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// There is nothing before the classifier.
    case noBlocks
    /// A block has no convolution.
    case emptyBlock(block: Int)
    /// A block puts out no channel.
    case noChannels(block: Int)
    /// The channel ratio leaves a remainder.
    case ratioDoesNotDivide(ratio: Int, channels: [Int])
    /// The window has no middle, so no padding keeps the side.
    case evenKernel(Int)
    /// A fully connected layer has no output.
    case emptyLinear(Int)
    /// Dropout is not a probability below 1.
    case dropoutOutOfRange(Double)
    /// There is nothing to tell apart.
    case tooFewClasses(Int)
    /// A pooling would bring the side below 1.
    case sideTooSmall(side: Int, blocks: Int)
    /// It is beyond all machines.
    case tooLarge

    package var description: String {
        switch self {
        case .noBlocks:
            return "a network needs at least one block, such as [1, 64]"
        case .emptyBlock(let block):
            return "block \(block) has no convolution; give it at least 1"
        case .noChannels(let block):
            return "block \(block) has no output channels; give it at least 1"
        case .ratioDoesNotDivide(let ratio, let channels):
            let list = channels.map(String.init).joined(separator: ", ")
            let divisor = channels.reduce(0, greatestCommonDivisor)
            let works = (1...max(divisor, 1)).filter { divisor.isMultiple(of: $0) }
            return "ratio \(ratio) does not divide the channels \(list); "
                + "ratios that do: \(works.map(String.init).joined(separator: ", "))"
        case .evenKernel(let kernel):
            return "kernel \(kernel) has no middle, so no padding keeps the side; use an odd one such as 3"
        case .emptyLinear(let width):
            return "a classifier layer of width \(width) has no neurons; widths start at 1"
        case .dropoutOutOfRange(let dropout):
            return "dropout \(dropout) is not a probability from 0 up to, but not including, 1"
        case .tooFewClasses(let classes):
            return "\(classes) class\(classes == 1 ? " is" : "es are") too few to classify; at least 2 are needed"
        case .tooLarge:
            return "the network would take more than 10000000000000 multiplications for each image; "
                + "make the side, kernel, channels or classifier smaller"
        case .sideTooSmall(let side, let blocks):
            let powers = "each of the \(blocks) blocks halves the side, and \(side) / 2^\(blocks) is below 1"
            guard blocks < 20 else { return "\(powers); use fewer blocks" }
            let most = side > 0 ? Int.bitWidth - 1 - side.leadingZeroBitCount : 0
            let fewer = most > 0 ? " or at most \(most) block\(most == 1 ? "" : "s")" : ""
            return "\(powers); resize to at least \(1 << blocks)\(fewer) (224 / 2^5 = 7 is why VGG has five)"
        }
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
}
