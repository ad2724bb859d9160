// A convolution by the library, with ReLU unless a pooling follows.

internal import Experiments
internal import Model
internal import OneDNN

/// A convolution for a fixed number of images.
struct ConvolutionStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = true
    let endsWithReLU: Bool
    private let forward: Primitive
    /// `nil` for the first layer, whose input needs no gradient, and in evaluations.
    private let backwardData: Primitive?
    /// `nil` in evaluations.
    private let backwardWeights: Primitive?
    /// The layouts of source and output gradient that the weight gradient needs.
    private let weightGradientSource: Descriptor
    private let weightGradientDestination: Descriptor

    /// - Parameters:
    ///   - hasReLU: whether ReLU is computed here and not together with a pooling that follows, whose backward pass
    ///     only reads pooled values.
    ///   - activations: the layout of the output.
    init(
        layer: Int, _ facts: Convolution, outputShape: [Int], source: Descriptor, hasReLU: Bool, purpose: Purpose,
        activations: Layout, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        let weightsShape = [facts.outChannels, facts.inChannels, facts.kernel, facts.kernel]
        let (stride, padding) = (facts.stride, facts.padding)
        let bias = try Descriptor([weightsShape[0]], layout: .a)
        let anyWeights = try Descriptor(weightsShape, layout: .any)
        func convolution(_ activations: Layout) throws(OneDNNError) -> (Primitive, Descriptor) {
            let forward = try Primitive.convolution(
                source: source, weights: layouts.forward[layer] ?? anyWeights, bias: bias,
                destination: Descriptor(outputShape, layout: activations), stride: stride, padding: padding,
                purpose: purpose,
                on: device)
            guard let destination = forward.wants(.destination, shape: outputShape) else {
                preconditionFailure("a convolution has a destination")
            }
            return (forward, destination)
        }
        var (forward, destination) = try convolution(activations)
        if try ActivationGrid(destination) == nil { (forward, destination) = try convolution(.acdb) }
        layouts.choose(\.forward, forward.wants(.weights, shape: weightsShape), for: layer)
        self.layer = layer
        self.source = source
        self.destination = destination
        self.forward = forward
        endsWithReLU = hasReLU
        guard purpose == .training else {
            (backwardData, backwardWeights) = (nil, nil)
            (weightGradientSource, weightGradientDestination) = (source, destination)
            return
        }

        if layer > 0 {
            let primitive = try Primitive.convolutionBackwardData(
                sourceGradient: source, weights: layouts.backward[layer] ?? anyWeights,
                destinationGradient: destination, stride: stride, padding: padding, forward: forward, on: device)
            layouts.choose(\.backward, primitive.wants(.weights, shape: weightsShape), for: layer)
            backwardData = primitive
        } else {
            backwardData = nil
        }
        func weightGradient(_ source: Descriptor, _ destination: Descriptor) throws(OneDNNError) -> Primitive {
            try Primitive.convolutionBackwardWeights(
                source: source, weightsGradient: layouts.gradient[layer] ?? anyWeights, biasGradient: bias,
                destinationGradient: destination, stride: stride, padding: padding, forward: forward, on: device)
        }
        var (primitive, from, to) = (try weightGradient(source, destination), source, destination)
        if primitive.isReference {
            // With AVX2, the library has plain loops only for one-channel images and for very small ones. The former
            // have better code with channels padded to a vector, the latter as row-major matrices.
            let (anySource, rowMajor, rowMajorSource) = (
                try Descriptor(source.shape, layout: .any), try Descriptor(outputShape, layout: .abcd),
                try Descriptor(source.shape, layout: .abcd)
            )
            for (source, destination) in [(anySource, destination), (rowMajorSource, rowMajor)] {
                let other = try weightGradient(source, destination)
                guard !other.isReference, let wanted = other.wants(.source, shape: source.shape) else { continue }
                (primitive, from, to) = (other, wanted, destination)
                break
            }
        }
        layouts.choose(\.gradient, primitive.wants(.weightsGradient, shape: weightsShape), for: layer)
        backwardWeights = primitive
        (weightGradientSource, weightGradientDestination) = (from, to)
    }

    var readsDestination: Bool { endsWithReLU }
    var unitLayer: Int? { endsWithReLU ? layer : nil }
    var primitives: [Primitive] { [forward, backwardData, backwardWeights].compactMap { $0 } }

    private static let (reorderedSource, reorderedGradient) = ("reordered source", "reordered gradient")

    var laneBuffers: [String: Int] {
        var buffers: [String: Int] = [:]
        if weightGradientSource != source { buffers[Self.reorderedSource] = weightGradientSource.byteCount }
        if weightGradientDestination != destination {
            buffers[Self.reorderedGradient] = weightGradientDestination.byteCount
        }
        return buffers
    }

    var convolutionPasses: (all: Int, winograd: Int) {
        (primitives.count, 0)
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        try builder.appendForward(layer: layer, forward, source: step.source, destination: step.destination)
        // Not as a post-op of the library, whose ReLU turns NaN into 0.
        if endsWithReLU { builder.append(layer, .forward) { relu(step.destination.floats) } }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let backwardWeights else { preconditionFailure("a plan for training has backward operations") }
        appendMask(step, layer: layer, to: builder)
        try builder.appendWeightGradient(
            layer, backwardWeights,
            source: step.source.reordered(
                to: weightGradientSource, as: Self.reorderedSource, layer: layer, by: builder),
            destinationGradient: step.gradient.reordered(
                to: weightGradientDestination, as: Self.reorderedGradient, layer: layer, by: builder),
            addsUp: step.addsUp)
        guard let backwardData, let sourceGradient = step.sourceGradient else { return }
        let weights = try builder.weights(of: layer, for: backwardData, pass: .backwardData)
        try builder.append(
            layer, .backwardData, backwardData,
            [.destinationGradient: step.gradient, .weights: weights, .sourceGradient: sourceGradient])
    }
}

extension Memory {
    /// The memory itself, or a copy in the layout that the weight gradient needs.
    fileprivate func reordered(
        to wanted: Descriptor, as use: String, layer: Int, by builder: ProgramBuilder
    ) throws(OneDNNError) -> Memory {
        guard wanted != descriptor else { return self }
        let copy = try builder.temporaryMemory(use, wanted, byteCount: wanted.byteCount)
        try builder.append(layer, .backwardWeights, reorder: self, to: copy)
        return copy
    }
}
