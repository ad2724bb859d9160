// A convolution with our own Winograd kernels, including the ReLU after it and, at the end of a block, the pooling:
// neither the block's full-size output nor its gradient exists in memory.

internal import CKernels
internal import Experiments
internal import Model
internal import OneDNN

/// A 3 × 3 convolution for a fixed number of images, on one thread.
struct WinogradStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let workspace: Descriptor?
    let readsSource = true
    let masksSource: Bool
    private let convolutionLayer: Int
    private let isPooled: Bool
    let endsWithReLU: Bool
    private let forward: winograd_shape
    private let backward: winograd_shape

    /// Floats per vector of the kernels; `nil` if the processor, or the instruction set that the library may use, has
    /// no suitable vectors.
    static var vectorWidth: Int? {
        let width = min(Int(winograd_widest_vector()), Device.vectorWidth)
        return width >= 8 ? width : nil
    }

    static func fits(_ convolution: Convolution) -> Bool {
        convolution.kernel == 3 && convolution.padding == 1 && convolution.stride == 1
    }

    /// The layout of activations that the kernels read and write.
    static func images(width: Int) -> Layout { width == 16 ? .aBcd16b : .aBcd8b }

    /// - Parameters:
    ///   - pooling: index of the next layer, if it is a pooling.
    ///   - masksSource: whether the source is the output of a ReLU.
    ///   - precision: precision of the multiplications, if there is code for it.
    /// - Returns: `nil` if convolution, processor or layouts chosen before require the library.
    init?(
        layer: Int, _ layers: [Layer], pooling: Int?, source: Descriptor, masksSource: Bool,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts
    ) throws(OneDNNError) {
        guard let width = Self.vectorWidth, let convolution = layers[layer].convolution, Self.fits(convolution)
        else { return nil }
        let (inputs, outputs) = (convolution.inChannels, convolution.outChannels)
        let images = Self.images(width: width)
        let weights = try Descriptor([outputs, inputs, 3, 3], layout: width == 16 ? .ABcd16b16a : .ABcd8b8a)
        guard try source == Descriptor(source.shape, layout: images), layouts.forward[layer] ?? weights == weights
        else { return nil }
        layouts.choose(\.forward, weights, for: layer)
        convolutionLayer = layer
        self.layer = pooling ?? layer
        self.source = source
        self.masksSource = masksSource
        isPooled = pooling != nil
        endsWithReLU = pooling == nil && convolution.activation == .relu
        let shape = [source.shape[0]] + layers[self.layer].outputShape
        destination = try Descriptor(shape, layout: images)
        workspace = isPooled ? try Descriptor(shape, type: .uint8, layout: images) : nil
        func groups(_ channels: Int) -> Int { (channels + width - 1) / width }
        forward = winograd_shape(
            images: source.shape[0], height: source.shape[2], width: source.shape[3], sources: groups(inputs),
            results: groups(outputs), vector: width,
            is_bfloat16: precision == .bfloat16 && width == 16 && winograd_has_bfloat16() != 0 ? 1 : 0)
        var backward = forward
        (backward.sources, backward.results) = (forward.results, forward.sources)
        self.backward = backward
    }

    var readsDestination: Bool { endsWithReLU }
    var unitLayer: Int? { isPooled || endsWithReLU ? convolutionLayer : nil }
    var convolutionPasses: (all: Int, winograd: Int) { (3, 3) }

    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {
        let parameters = builder.layerParameters(convolutionLayer)
        let transformed = try transformedWeights(builder)
        let isBackward = pass == .backwardData
        let groups = isBackward ? backward.results : forward.results
        builder.append(convolutionLayer, pass) {
            parallel { part, parts in
                // In pairs, because two groups share a panel.
                let pairs = (groups + 1) / 2
                let (first, last) = (pairs * part / parts * 2, min(pairs * (part + 1) / parts * 2, groups))
                withUnsafePointer(to: forward) { shape in
                    winograd_transform_weights(
                        shape, parameters.weight.value.floats.baseAddress, isBackward ? 1 : 0, first, last,
                        transformed.floats.baseAddress)
                }
            }
        }
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let bias = try paddedBias(builder)
        let transformed = try transformedWeights(builder)
        let scratch = try scratch(builder)
        let count = builder.layerParameters(convolutionLayer).bias.info.count
        let parameters = builder.layerParameters(convolutionLayer)
        builder.append(convolutionLayer, .forward) {
            // The padding of the last vector of biases stays 0.
            if bias !== parameters.bias.value {
                for index in 0..<count { bias.floats[index] = parameters.bias.value.floats[index] }
            }
            var result = winograd_result(
                values: step.destination.floats.baseAddress, bias: bias.floats.baseAddress, mask: nil,
                has_relu: isPooled || endsWithReLU ? 1 : 0,
                is_pooled: isPooled ? 1 : 0, taken: step.workspace.map(\.bytes))
            var values = winograd_values(values: step.source.floats.baseAddress, taken: nil)
            convolve(forward, &values, transformed, &result, scratch)
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        appendMask(step, layer: layer, to: builder)
        let sums = try builder.gradients(of: convolutionLayer, like: nil)
        let biasSums = try paddedBiasGradient(builder)
        let scratch = try scratch(builder)
        let transformed = try transformedWeights(builder)
        func gradientValues() -> winograd_values {
            winograd_values(
                values: step.gradient.floats.baseAddress,
                taken: step.workspace.map { UnsafePointer($0.bytes) })
        }
        builder.append(convolutionLayer, .backwardWeights) {
            var source = winograd_values(values: step.source.floats.baseAddress, taken: nil)
            var gradient = gradientValues()
            withUnsafePointer(to: forward) { shape in
                winograd_weight_gradient(
                    shape, &source, &gradient, sums.weights.floats.baseAddress, biasSums.floats.baseAddress,
                    step.addsUp ? 1 : 0, scratch.floats.baseAddress)
            }
            // Sums in the padding after the last bias are meaningless.
            if biasSums !== sums.bias {
                for index in 0..<sums.bias.floats.count { sums.bias.floats[index] = biasSums.floats[index] }
            }
        }
        guard let sourceGradient = step.sourceGradient else { return }
        builder.append(convolutionLayer, .backwardData) {
            var gradient = gradientValues()
            var result = winograd_result(
                values: sourceGradient.floats.baseAddress, bias: nil,
                mask: masksSource ? UnsafePointer(step.source.floats.baseAddress) : nil, has_relu: 0, is_pooled: 0,
                taken: nil)
            convolve(backward, &gradient, transformed, &result, scratch)
        }
    }

    private func convolve(
        _ shape: winograd_shape, _ source: inout winograd_values, _ transformed: Buffer,
        _ result: inout winograd_result, _ scratch: Buffer
    ) {
        withUnsafePointer(to: shape) { shape in
            winograd_convolve(shape, &source, transformed.floats.baseAddress, &result, scratch.floats.baseAddress)
        }
    }

    /// Shared by both passes: the backward pass starts after the forward pass has ended.
    private func transformedWeights(_ builder: ProgramBuilder) throws(OneDNNError) -> Buffer {
        let size = withUnsafePointer(to: forward) { winograd_weights_size($0) }
        return try builder.sharedBuffer(
            "layer \(convolutionLayer) transformed weights", byteCount: size * MemoryLayout<Float>.stride)
    }

    private static let tiles = "Winograd tiles"

    var laneBuffers: [String: Int] {
        [Self.tiles: withUnsafePointer(to: forward) { winograd_scratch_size($0) } * MemoryLayout<Float>.stride]
    }

    private func scratch(_ builder: ProgramBuilder) throws(OneDNNError) -> Buffer {
        try builder.laneBuffer(Self.tiles, byteCount: laneBuffers[Self.tiles, default: 0])
    }

    /// The biases themselves if they fill vectors, else a padded copy.
    private func paddedBias(_ builder: ProgramBuilder) throws(OneDNNError) -> Memory {
        try padded(builder.layerParameters(convolutionLayer).bias.value, "padded bias", builder)
    }

    private func paddedBiasGradient(_ builder: ProgramBuilder) throws(OneDNNError) -> Memory {
        try padded(builder.gradients(of: convolutionLayer, like: nil).bias, "padded bias gradient", builder)
    }

    private func padded(_ bias: Memory, _ use: String, _ builder: ProgramBuilder) throws(OneDNNError) -> Memory {
        let width = forward.results * forward.vector
        guard bias.descriptor.shape[0] != width else { return bias }
        let descriptor = try Descriptor([width], layout: .a)
        return try builder.temporaryMemory(
            "layer \(convolutionLayer) \(use)", descriptor, byteCount: descriptor.byteCount)
    }
}
