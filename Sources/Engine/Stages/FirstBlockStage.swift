// The first block in one pass, if it is a single convolution of one-channel images: its full-size output would be the
// largest activation of a step, and writing and reading it would take longer than computing it.

internal import CKernels
internal import Experiments
internal import Model
internal import OneDNN

/// The first block for a fixed number of images: convolution, ReLU and max pooling in one operation.
struct FirstBlockStage: Stage {
    let layer = 1
    let source: Descriptor
    let destination: Descriptor
    /// Argmax of each pooled value, one byte each.
    let workspace: Descriptor?
    let readsSource = true
    let readsDestination = false
    let unitLayer: Int? = 0
    private let convolutionLayer = 0
    private let count: Int
    private let side: Int
    private let channels: Int

    /// Whether the first block is a single 3 × 3 convolution of one-channel images whose output channels fill vectors,
    /// and not the last block.
    static func fits(_ layers: [Layer], vectorWidth: Int) -> Bool {
        guard layers.count > 2, !layers[2].isFlatten, layers[1].isHalving, vectorWidth >= 8,
            let first = layers[0].convolution
        else { return false }
        return first.inChannels == 1 && first.kernel == 3 && first.padding == 1 && first.stride == 1
            && first.activation == .relu
            && first.outChannels.isMultiple(of: vectorWidth)
    }

    /// - Returns: `nil` if block, processor or layouts chosen before require the library.
    init?(_ layers: [Layer], count: Int, layouts: inout ParameterLayouts) throws(OneDNNError) {
        let width = Int(first_block_width())
        guard width == Device.vectorWidth, Self.fits(layers, vectorWidth: width) else { return nil }
        let channels = layers[0].outputShape[0]
        let weights = try Descriptor([channels, 1, 3, 3], layout: width == 16 ? .Acdb16a : .Acdb8a)
        if let chosen = layouts.forward[0], chosen != weights { return nil }
        layouts.choose(\.forward, weights, for: 0)
        source = try Descriptor([count] + layers[0].inputShape, layout: .abcd)
        let shape = [count] + layers[1].outputShape
        let layout = width == 16 ? Layout.aBcd16b : .aBcd8b
        destination = try Descriptor(shape, layout: layout)
        workspace = try Descriptor(shape, type: .uint8, layout: layout)
        self.count = count
        self.side = layers[0].inputShape[1]
        self.channels = channels
    }

    var convolutionPasses: (all: Int, winograd: Int) { (2, 0) }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let parameters = builder.layerParameters(convolutionLayer)
        let padded = try paddedImage(builder)
        builder.append(convolutionLayer, .forward) {
            eachImage(of: step.source, padded, step.destination, step.workspace) { values, bytes in
                first_block_forward(
                    padded.floats.baseAddress, side, side, channels, parameters.weight.value.floats.baseAddress,
                    parameters.bias.value.floats.baseAddress, values, bytes)
            }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let sums = try builder.gradients(of: convolutionLayer, like: nil)
        let padded = try paddedImage(builder)
        builder.append(convolutionLayer, .backwardWeights) {
            if !step.addsUp {
                sums.weights.floats.update(repeating: 0)
                sums.bias.floats.update(repeating: 0)
            }
            eachImage(of: step.source, padded, step.gradient, step.workspace) { values, bytes in
                first_block_backward(
                    padded.floats.baseAddress, side, side, channels, bytes, values, sums.weights.floats.baseAddress,
                    sums.bias.floats.baseAddress)
            }
        }
    }

    /// Calls `body` with each image's pooled values and argmax bytes, after its pixels are copied to `padded`.
    private func eachImage(
        of source: Memory, _ padded: Memory, _ pooled: Memory, _ taken: Memory?,
        _ body: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<UInt8>?) -> Void
    ) {
        let values = channels * (side / 2) * (side / 2)
        for image in 0..<count {
            first_block_pad(
                source.floats.baseAddress.map { $0 + image * side * side }, side, side, padded.floats.baseAddress)
            body(
                pooled.floats.baseAddress.map { $0 + image * values },
                taken.map { $0.bytes + image * values })
        }
    }

    private func paddedImage(_ builder: ProgramBuilder) throws(OneDNNError) -> Memory {
        let padded = try Descriptor([1, 1, side + 2, side + 2], layout: .abcd)
        return try builder.temporaryMemory("padded image", padded, byteCount: padded.byteCount)
    }
}
