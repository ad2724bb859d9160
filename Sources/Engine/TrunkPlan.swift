// The convolutional part for a fixed number of pictures: compiled operations and the kinds of memory between them.
// Nothing is allocated or run here; TrainingProgram and EvaluationProgram do that.

internal import Experiments
internal import OneDNN

/// One convolution with its ReLU.
struct ConvolutionPlan {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let padding: Int
    let forward: Primitive
    /// `nil` for the first layer, whose input needs no gradient, and where only evaluation is wanted.
    let backwardData: Primitive?
    /// `nil` where only evaluation is wanted.
    let backwardWeights: Primitive?
    /// What the gradient of the weights wants its source and the gradient of the destination to be.
    let weightGradientSource: Descriptor
    let weightGradientDestination: Descriptor
    /// Gradient of the ReLU that made the source, where a convolution of the same block did.
    let sourceMask: Primitive?
}

/// One max pooling.
struct PoolPlan {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let forward: Primitive
    /// `nil` where only evaluation is wanted.
    let backward: Primitive?
    /// Which value was largest; `nil` where only evaluation is wanted.
    let workspace: Descriptor?
    /// Gradient of the ReLU before the pooling, taken on the pooled values: the largest of a window is above 0 exactly
    /// where ReLU lets its gradient through, so a quarter of the values decides.
    let mask: Primitive?
}

/// A block: its convolutions, then its pooling.
struct BlockPlan {
    var convolutions: [ConvolutionPlan]
    var pool: PoolPlan
}

/// All blocks for `count` pictures at a time.
struct TrunkPlan {
    let count: Int
    /// What goes in: row-major pictures.
    let source: Descriptor
    /// The first block, where it can be computed in one pass; the blocks are those behind it.
    let firstBlock: FirstBlockPlan?
    let blocks: [BlockPlan]

    /// What comes out for the classifier.
    var destination: Descriptor { blocks[blocks.count - 1].pool.destination }
    /// Index of the last pooling.
    var lastLayer: Int { blocks[blocks.count - 1].pool.layer }
    /// The most room for intermediate results that any operation wants.
    var scratchpadBytes: Int { primitives.map(\.scratchpadBytes).max() ?? 0 }

    private var primitives: [Primitive] {
        blocks.flatMap { block in
            block.convolutions.flatMap {
                [$0.forward, $0.backwardData, $0.backwardWeights, $0.sourceMask].compactMap { $0 }
            }
                + [block.pool.forward, block.pool.backward, block.pool.mask].compactMap { $0 }
        }
    }

    /// Compiles the blocks of `layers` with the library's layouts for what goes from layer to layer. Where these leave
    /// it nothing but plain loops (channels that are no multiple of a vector, without Winograd), channels-last or
    /// row-major ones let it multiply matrices.
    ///
    /// - Parameter layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
    init(
        _ layers: [Layer], count: Int, purpose: Purpose, convolution: EngineOptions.Convolution,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        func plan(_ activations: Layout) throws(OneDNNError) -> (TrunkPlan, ParameterLayouts) {
            var chosen = layouts
            let plan = try TrunkPlan(
                layers, count: count, purpose: purpose, convolution: convolution, activations: activations,
                layouts: &chosen, on: device)
            return (plan, chosen)
        }
        var choice = try plan(.any)
        for activations in [Layout.acdb, .abcd] where choice.0.primitives.contains(where: \.isReference) {
            choice = try plan(activations)
        }
        (self, layouts) = choice
    }

    private init(
        _ layers: [Layer], count: Int, purpose: Purpose, convolution: EngineOptions.Convolution, activations: Layout,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        self.count = count
        var blocks: [BlockPlan] = []
        var convolutions: [ConvolutionPlan] = []
        var source = try Descriptor([count] + (layers.first?.inputShape ?? []), layout: .abcd)
        self.source = source
        let firstBlock = activations == .any ? try FirstBlockPlan(layers, count: count, layouts: &layouts) : nil
        self.firstBlock = firstBlock
        if let firstBlock { source = firstBlock.destination }
        for (index, layer) in layers.enumerated().dropFirst(firstBlock == nil ? 0 : 2) {
            let shape = [count] + layer.outputShape
            switch layer.kind {
            case .convolution(let inChannels, let outChannels, let kernel, let padding):
                let plan = try ConvolutionPlan(
                    layer: index, isFirstOfBlock: convolutions.isEmpty, source: source, outputShape: shape,
                    weightsShape: [outChannels, inChannels, kernel, kernel], padding: padding, purpose: purpose,
                    convolution: convolution, activations: activations, layouts: &layouts, on: device)
                convolutions.append(plan)
                source = plan.destination
            case .maxPool:
                let plan = try PoolPlan(layer: index, source: source, outputShape: shape, purpose: purpose, on: device)
                blocks.append(BlockPlan(convolutions: convolutions, pool: plan))
                convolutions = []
                source = plan.destination
            case .flatten, .linear, .dropout:
                break
            }
        }
        self.blocks = blocks
    }
}

extension ConvolutionPlan {
    init(
        layer: Int, isFirstOfBlock: Bool, source: Descriptor, outputShape: [Int], weightsShape: [Int], padding: Int,
        purpose: Purpose, convolution: EngineOptions.Convolution, activations: Layout,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        let bias = try Descriptor([outputShape[1]], layout: .a)
        let anyWeights = try Descriptor(weightsShape, layout: .any)
        let wantedDestination = try Descriptor(outputShape, layout: activations)

        // Winograd for inference alone would want weights of a kind of its own; for training it gives the same result.
        let forward = try firstImplemented(algorithms(convolution, for: .forward)) {
            algorithm throws(OneDNNError) in
            try Primitive.convolution(
                algorithm, source: source, weights: layouts.forward[layer] ?? anyWeights, bias: bias,
                destination: wantedDestination, padding: padding, purpose: .training, on: device)
        }
        guard let destination = forward.wants(.destination, shape: outputShape) else {
            preconditionFailure("a convolution has a destination")
        }
        layouts.choose(\.forward, forward.wants(.weights, shape: weightsShape), for: layer)

        var backwardData: Primitive?
        var backwardWeights: Primitive?
        var (weightGradientSource, weightGradientDestination) = (source, destination)
        if purpose == .training {
            if layer > 0 {
                let primitive = try firstImplemented(algorithms(convolution, for: .backwardData)) {
                    algorithm throws(OneDNNError) in
                    try Primitive.convolutionBackwardData(
                        algorithm, sourceGradient: source, weights: layouts.backward[layer] ?? anyWeights,
                        destinationGradient: destination, padding: padding, forward: forward, on: device)
                }
                layouts.choose(\.backward, primitive.wants(.weights, shape: weightsShape), for: layer)
                backwardData = primitive
            }
            func weightGradient(
                _ source: Descriptor, _ destination: Descriptor
            ) throws(OneDNNError) -> Primitive {
                try firstImplemented(algorithms(convolution, for: .backwardWeights)) { algorithm throws(OneDNNError) in
                    try Primitive.convolutionBackwardWeights(
                        algorithm, source: source, weightsGradient: layouts.gradient[layer] ?? anyWeights,
                        biasGradient: bias, destinationGradient: destination, padding: padding, forward: forward,
                        on: device)
                }
            }
            var primitive = try weightGradient(source, destination)
            if primitive.isReference {
                // With AVX2 there are plain loops only for pictures of one channel and for very small ones; the first
                // have better code when channels are padded to a vector, the second as row-major matrices.
                let (anySource, rowMajor, rowMajorSource) = (
                    try Descriptor(source.shape, layout: .any), try Descriptor(outputShape, layout: .abcd),
                    try Descriptor(source.shape, layout: .abcd)
                )
                for (source, destination) in [(anySource, destination), (rowMajorSource, rowMajor)] {
                    let other = try weightGradient(source, destination)
                    guard !other.isReference, let wanted = other.wants(.source, shape: source.shape) else { continue }
                    (primitive, weightGradientSource, weightGradientDestination) = (other, wanted, destination)
                    break
                }
            }
            layouts.choose(\.gradient, primitive.wants(.weightsGradient, shape: weightsShape), for: layer)
            backwardWeights = primitive
        }
        self.init(
            layer: layer, source: source, destination: destination, padding: padding, forward: forward,
            backwardData: backwardData, backwardWeights: backwardWeights, weightGradientSource: weightGradientSource,
            weightGradientDestination: weightGradientDestination,
            sourceMask: purpose == .training && !isFirstOfBlock
                ? try Primitive.reluBackward(gradient: source, destination: source, on: device) : nil)
    }
}

extension PoolPlan {
    init(layer: Int, source: Descriptor, outputShape: [Int], purpose: Purpose, on device: Device) throws(OneDNNError) {
        let forward = try Primitive.maxPool(
            source: source, destination: Descriptor(outputShape, layout: .any), purpose: purpose, on: device)
        guard let destination = forward.wants(.destination, shape: outputShape) else {
            preconditionFailure("a pooling has a destination")
        }
        let backward =
            purpose == .training
            ? try Primitive.maxPoolBackward(
                sourceGradient: source, destinationGradient: destination, forward: forward, on: device) : nil
        self.init(
            layer: layer, source: source, destination: destination, forward: forward, backward: backward,
            workspace: forward.wants(.workspace, shape: outputShape),
            mask: purpose == .training
                ? try Primitive.reluBackward(gradient: destination, destination: destination, on: device) : nil)
    }
}

/// The algorithms to ask the library for, best first.
///
/// The library never picks Winograd by itself, and has it only for 3 × 3 windows on some processors; it refuses the
/// rest, and direct follows.
private func algorithms(_ convolution: EngineOptions.Convolution, for pass: Pass) -> [ConvolutionAlgorithm] {
    convolution == .direct ? [.direct] : [.winograd, .direct]
}

private func firstImplemented(
    _ algorithms: [ConvolutionAlgorithm], _ make: (ConvolutionAlgorithm) throws(OneDNNError) -> Primitive
) throws(OneDNNError) -> Primitive {
    for algorithm in algorithms.dropLast() {
        do throws(OneDNNError) {
            return try make(algorithm)
        } catch  where error.isUnimplemented {
            continue
        }
    }
    return try make(algorithms[algorithms.count - 1])
}
