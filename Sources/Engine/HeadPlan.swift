// The classifier for a fixed number of images: fully connected layers on the whole batch, so that their large
// weights are read once a pass.

internal import Experiments
internal import OneDNN

/// One fully connected layer, with the ReLU and dropout after it where it has them.
struct LinearPlan {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    /// What the operations take the source and the gradient of the destination as: in bfloat16, copies of them.
    let computedSource: Descriptor
    let computedGradient: Descriptor
    let hasReLU: Bool
    let dropout: Double?
    let forward: Primitive
    /// `nil` where only evaluation is wanted.
    let backwardData: Primitive?
    /// `nil` where only evaluation is wanted.
    let backwardWeights: Primitive?
}

/// All fully connected layers for `count` images at a time.
struct HeadPlan {
    let count: Int
    let layers: [LinearPlan]

    /// What comes in from the trunk.
    var source: Descriptor { layers[0].source }
    /// The logits, row-major.
    var destination: Descriptor { layers[layers.count - 1].destination }
    /// The most room for intermediate results that any operation wants.
    var scratchpadBytes: Int {
        layers.flatMap { [$0.forward, $0.backwardData, $0.backwardWeights].compactMap { $0?.scratchpadBytes } }.max()
            ?? 0
    }

    /// Compiles the fully connected layers of `layers` behind a trunk that puts out `source`. In bfloat16, that is all
    /// but the last, whose few sums decide on the loss.
    init(
        _ layers: [Layer], source: Descriptor, count: Int, precision: TrainingRecipe.Precision, purpose: Purpose,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        self.count = count
        var plans: [LinearPlan] = []
        var source = source
        for (index, layer) in layers.enumerated() {
            guard let linear = layer.linear else { continue }
            var dropout: Double?
            if index + 1 < layers.count, let probability = layers[index + 1].dropout?.probability, probability > 0 {
                dropout = probability
            }
            let isLast = index == layers.count - 1
            let plan = try LinearPlan(
                layer: index, source: source, outFeatures: linear.outFeatures, relu: linear.hasReLU, dropout: dropout,
                type: precision == .bfloat16 && !isLast ? .bfloat16 : .float32, purpose: purpose, layouts: &layouts,
                on: device)
            plans.append(plan)
            source = plan.destination
        }
        self.layers = plans
    }
}

extension LinearPlan {
    init(
        layer: Int, source: Descriptor, outFeatures: Int, relu: Bool, dropout: Double?, type: DataType,
        purpose: Purpose, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        let weightsShape = [outFeatures] + source.shape.dropFirst()
        let bias = try Descriptor([outFeatures], layout: .a)
        let destination = try Descriptor([source.shape[0], outFeatures], layout: .ab)
        let isExact = type == .float32
        let computedSource = isExact ? source : try Descriptor(source.shape, type: type, layout: .any)
        let computedGradient = isExact ? destination : try Descriptor(destination.shape, type: type, layout: .ab)
        let anyWeights = try Descriptor(weightsShape, type: type, layout: .any)
        let anyGradient = try Descriptor(weightsShape, layout: .any)

        // In bfloat16 the operations multiply copies of the weights; these themselves lie as their gradients come.
        let chosen = isExact ? layouts.forward[layer] : layouts.copied[layer]
        let forward = try Primitive.linear(
            source: computedSource, weights: chosen ?? anyWeights, bias: bias, destination: destination,
            purpose: purpose,
            on: device)
        guard let taken = forward.wants(.source, shape: source.shape) else {
            preconditionFailure("a fully connected layer has a source")
        }
        let choice = isExact ? \ParameterLayouts.forward : \.copied
        layouts.choose(choice, forward.wants(.weights, shape: weightsShape), for: layer)
        var backwardData: Primitive?
        var backwardWeights: Primitive?
        if purpose == .training {
            let stored = layouts[keyPath: choice][layer] ?? anyWeights
            let data = try inLayout(layouts.backward[layer], orIfEqual: stored, orElse: anyWeights) {
                weights throws(OneDNNError) in
                try Primitive.linearBackwardData(
                    sourceGradient: source, weights: weights, destinationGradient: computedGradient, forward: forward,
                    on: device)
            }
            layouts.choose(\.backward, data.wants(.weights, shape: weightsShape), for: layer)
            let weights = try inLayout(
                layouts.gradient[layer], orIfEqual: isExact ? stored : anyGradient, orElse: anyGradient
            ) { weights throws(OneDNNError) in
                try Primitive.linearBackwardWeights(
                    source: taken, weightsGradient: weights, biasGradient: bias,
                    destinationGradient: computedGradient, forward: forward, on: device)
            }
            let gradient = weights.wants(.weightsGradient, shape: weightsShape)
            layouts.choose(\.gradient, gradient, for: layer)
            layouts.choose(\.forward, gradient, for: layer)
            backwardData = data
            backwardWeights = weights
        }
        self.init(
            layer: layer, source: source, destination: destination, computedSource: taken,
            computedGradient: computedGradient, hasReLU: relu, dropout: dropout, forward: forward,
            backwardData: backwardData, backwardWeights: backwardWeights)
    }
}

/// The operation for the layout that has been chosen before; else for the weights as they are stored, if the library
/// runs the same code for them as for the layout that it would choose itself: that saves a copy of all weights.
private func inLayout(
    _ chosen: Descriptor?, orIfEqual stored: Descriptor, orElse any: Descriptor,
    _ make: (Descriptor) throws(OneDNNError) -> Primitive
) throws(OneDNNError) -> Primitive {
    if let chosen { return try make(chosen) }
    let free = try make(any)
    guard let same = try? make(stored), same.implementation == free.implementation else { return free }
    return same
}
