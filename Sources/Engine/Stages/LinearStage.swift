// A fully connected layer on the whole batch, with ReLU and dropout if they follow, so that its large weights are read
// once per pass.

internal import Experiments
internal import Model
internal import OneDNN

/// The factors of a fully connected layer's weight gradient: the layer's input and its output gradient.
struct GradientFactors {
    let source: Memory
    let gradient: Memory
}

/// A fully connected layer for a fixed number of images.
struct LinearStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = true
    let endsWithReLU: Bool
    /// The probability of the dropout after ReLU.
    private let dropout: Double?
    /// Layouts and types of the operations' source and output gradient: in bfloat16, of copies.
    private let computedSource: Descriptor
    private let computedGradient: Descriptor
    private let forward: Primitive
    /// `nil` in evaluations.
    private let backwardData: Primitive?
    /// `nil` in evaluations.
    private let backwardWeights: Primitive?

    var readsDestination: Bool { endsWithReLU }
    /// The operations' copy of the source, if there is one.
    var workspace: Descriptor? { computedSource == source ? nil : computedSource }
    var primitives: [Primitive] { [forward, backwardData, backwardWeights].compactMap { $0 } }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        var computed = step.source
        if let workspace {
            if let kept = step.workspace {
                computed = kept
            } else {
                computed = try builder.temporaryMemory("layer \(layer) workspace", workspace)
            }
            try builder.append(layer, .forward, reorder: step.source, to: computed)
        }
        let output = step.destination
        try builder.appendForward(layer: layer, forward, source: computed, destination: output)
        if endsWithReLU {
            // Not as a post-op of the library, whose ReLU turns NaN into 0.
            builder.append(layer, .forward) {
                guard let live = step.live else { return relu(output.floats) }
                relu(output.floats, live: live.words(layer, lane: 0))
            }
        }
        if let stream = step.dropout, let dropout {
            builder.append(layer, .forward) {
                Engine.dropout(output.floats, probability: dropout, random: stream.random(layer: layer))
            }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let backwardWeights, let backwardData else {
            preconditionFailure("a plan for training has backward operations")
        }
        if endsWithReLU {
            builder.append(layer, .backwardData) {
                dropoutReluBackward(
                    gradient: step.gradient.floats, output: step.destination.floats, probability: dropout ?? 0)
            }
        }
        builder.factors[layer] = GradientFactors(source: step.source, gradient: step.gradient)
        var gradient = step.gradient
        if computedGradient != destination {
            gradient = try builder.temporaryMemory("layer \(layer) computed gradient", computedGradient)
            try builder.append(layer, .backwardWeights, reorder: step.gradient, to: gradient)
        }
        try builder.appendWeightGradient(
            layer, backwardWeights, source: step.workspace ?? step.source, destinationGradient: gradient, addsUp: false)
        guard let sourceGradient = step.sourceGradient else { return }
        let weights = try builder.weights(of: layer, for: backwardData, pass: .backwardData)
        try builder.append(
            layer, .backwardData, backwardData,
            [.destinationGradient: gradient, .weights: weights, .sourceGradient: sourceGradient])
    }
}

extension LinearStage {
    /// - Parameters:
    ///   - type: the type of the factors of multiplications.
    ///   - layouts: layouts that parameters already have; layouts chosen here are added and bind later plans.
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

        // In bfloat16, operations multiply copies of the weights; the weights themselves have the layout of their
        // gradients.
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
            layer: layer, source: source, destination: destination, endsWithReLU: relu, dropout: dropout,
            computedSource: taken, computedGradient: computedGradient, forward: forward, backwardData: backwardData,
            backwardWeights: backwardWeights)
    }
}

/// Returns the operation for the layout chosen before; otherwise for the weights as they are stored, if the library
/// runs the same code for them as for its preferred layout, which saves a copy of all weights.
private func inLayout(
    _ chosen: Descriptor?, orIfEqual stored: Descriptor, orElse any: Descriptor,
    _ make: (Descriptor) throws(OneDNNError) -> Primitive
) throws(OneDNNError) -> Primitive {
    if let chosen { return try make(chosen) }
    let free = try make(any)
    guard let same = try? make(stored), same.implementation == free.implementation else { return free }
    return same
}
