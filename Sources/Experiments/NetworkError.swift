/// Why a network cannot be built. `description` is one sentence, with what would work.
package enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// There is no block before the classifier.
    case noBlocks
    /// A block has no convolution.
    case emptyBlock(block: Int)
    /// A block has no output channels.
    case noChannels(block: Int)
    /// The channel ratio leaves a remainder.
    case ratioDoesNotDivide(ratio: Int, channels: [Int])
    /// The window has no center, so no padding preserves the image size.
    case evenKernel(Int)
    /// A fully connected layer has no output.
    case emptyLinear(Int)
    /// Dropout is not a probability below 1.
    case dropoutOutOfRange(Double)
    /// There are fewer than two classes.
    case tooFewClasses(Int)
    /// A pooling would reduce the image size below 1.
    case sideTooSmall(side: Int, blocks: Int)
    /// No machine could train it.
    case tooLarge
    /// A layer does not accept the output of the previous one.
    case layerDoesNotFit(layer: String, inputShape: [Int])
    /// A layer of a list cannot take what the one before it puts out, or has a setting that cannot be.
    case layerMisfit(number: Int, layer: String, reason: String)
    /// The same in a block.
    case blockMisfit(block: Int, layer: String, reason: String)
    /// A block has other windows than convolutions.
    case kernelsDoNotMatch(block: Int, kernels: Int, numConvs: Int)
    /// A list has no layer.
    case noLayers
    /// The last layer does not put out a logit for each class.
    case noLogits(outputShape: [Int], numClasses: Int)

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
            return "kernel \(kernel) is even, so no padding preserves the image size; use an odd one such as 3"
        case .emptyLinear(let width):
            return "a classifier layer of width \(width) has no neurons; widths start at 1"
        case .dropoutOutOfRange(let dropout):
            return "dropout \(dropout) is not a probability from 0 up to, but not including, 1"
        case .tooFewClasses(let classes):
            return "\(classes) class\(classes == 1 ? " is" : "es are") too few to classify; at least 2 are needed"
        case .tooLarge:
            return "the network would take more than 10000000000000 multiplications per image; "
                + "make the side, kernel, channels or classifier smaller"
        case .layerDoesNotFit(let layer, let inputShape):
            return "\(layer) cannot take an input of shape \(inputShape)"
        case .layerMisfit(let number, let layer, let reason):
            return "layer \(number), \(layer), \(reason)"
        case .blockMisfit(let block, let layer, let reason):
            return "a layer of block \(block), \(layer), \(reason)"
        case .kernelsDoNotMatch(let block, let kernels, let numConvs):
            return
                "block \(block) has \(kernels) kernels for \(numConvs) convolution\(numConvs == 1 ? "" : "s"); give one "
                + "for all, or one for each"
        case .noLayers:
            return "a network needs at least one layer; end with flatten and linear: classes"
        case .noLogits(let outputShape, let numClasses):
            let shape = outputShape.map(String.init).joined(separator: " × ")
            return "the output of the last layer is \(shape), but there are \(numClasses) classes; end with "
                + (outputShape.count == 3 ? "flatten and linear: classes" : "linear: classes")
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
