// Weights and biases, their gradients and the optimizer's state. They stay in the library's layouts during a run and
// are converted from and to row-major order only at checkpoints.

internal import Experiments
internal import Model
internal import OneDNN

/// The layouts of each layer's weights that the library has chosen, by the layer's index.
struct ParameterLayouts {
    var forward: [Int: Descriptor] = [:]
    var backward: [Int: Descriptor] = [:]
    var gradient: [Int: Descriptor] = [:]
    /// Layouts of copies of the weights in another type.
    var copied: [Int: Descriptor] = [:]

    /// Records a layout; the first choice for a layer is kept.
    mutating func choose(
        _ pass: WritableKeyPath<ParameterLayouts, [Int: Descriptor]>, _ descriptor: Descriptor?, for layer: Int
    ) {
        if self[keyPath: pass][layer] == nil { self[keyPath: pass][layer] = descriptor }
    }
}

/// One weight or bias tensor.
final class Parameter {
    let info: ModelTensor
    /// The values in the library's layout.
    let value: Memory
    /// The gradient in the same layout.
    let gradient: Memory
    /// The running mean of the values in the same layout, if the recipe averages weights.
    let average: Memory?
    /// The optimizer's state in the same layout.
    let states: [(info: ModelTensor, memory: Memory)]

    /// - Parameter states: the optimizer's arenas, each with the suffix of its tensors' names.
    init(
        info: ModelTensor, descriptor: Descriptor, values: Buffer, gradients: Buffer,
        states: [(suffix: String, buffer: Buffer)], averages: Buffer?, offset: Int, on device: Device
    ) throws(OneDNNError) {
        self.info = info
        value = try Memory(descriptor, in: values, at: offset, on: device)
        gradient = try Memory(descriptor, in: gradients, at: offset, on: device)
        average = if let averages { try Memory(descriptor, in: averages, at: offset, on: device) } else { nil }
        var ofParameter: [(info: ModelTensor, memory: Memory)] = []
        for (suffix, buffer) in states {
            let state = ModelTensor(role: .optimizerState, name: info.name + suffix, shape: info.shape)
            ofParameter.append((state, try Memory(descriptor, in: buffer, at: offset, on: device)))
        }
        if average != nil {
            let name = info.name + TrainingRecipe.unaveraged
            ofParameter.append((ModelTensor(role: .optimizerState, name: name, shape: info.shape), value))
        }
        self.states = ofParameter
    }
}

/// The two tensors of a layer.
struct LayerParameters {
    let weight: Parameter
    let bias: Parameter
    /// Running statistics, if the layer is a batch normalization.
    let statistics: RunningStatistics?
}

extension Descriptor {
    /// Row-major, as in PyTorch.
    convenience init(rowMajor shape: [Int]) throws(OneDNNError) {
        try self.init(shape, layout: shape.count == 1 ? .a : shape.count == 2 ? .ab : .abcd)
    }
}

/// All parameters of a network: values, gradients and optimizer state, in arenas with the same order.
final class Parameters {
    /// In the order of the layers, weight before bias.
    let all: [Parameter]
    /// By the layer's index.
    let byLayer: [Int: LayerParameters]
    private let values: Buffer
    private let gradients: Buffer
    private let states: [(suffix: String, buffer: Buffer)]
    /// The running means of the values; `nil` if weights are not averaged.
    private let averages: Buffer?
    /// Whether values and means are swapped, for an evaluation.
    private var holdsAverages = false
    /// Weight and bias of each layer alternate.
    private let blocks: [UpdateBlock]
    /// Number of updates, for Adam's bias correction.
    var updates = 0

    /// - Parameter layouts: the layouts of the forward pass, complete for `layers`.
    init(_ layers: [Layer], layouts: ParameterLayouts, recipe: TrainingRecipe, on device: Device)
        throws(OneDNNError)
    {
        func room(for descriptor: Descriptor) -> Int { (descriptor.byteCount + 63) / 64 * 64 }
        var slots: [(layer: Int, name: String, shape: [Int], weight: Descriptor, bias: Descriptor)] = []
        var byteCount = 0
        for (index, layer) in layers.enumerated() {
            guard let name = layer.name, let weight = layouts.forward[index], let shape = layer.weightsShape else {
                continue
            }
            let bias = try Descriptor([shape[0]], layout: .a)
            slots.append((index, name, shape, weight, bias))
            byteCount += room(for: weight) + room(for: bias)
        }

        values = try Buffer(byteCount: byteCount, on: device)
        gradients = try Buffer(byteCount: byteCount, on: device)
        var states: [(suffix: String, buffer: Buffer)] = []
        averages = recipe.ema == nil ? nil : try Buffer(byteCount: byteCount, on: device)
        for suffix in recipe.optimizerState where suffix != TrainingRecipe.unaveraged {
            states.append((suffix, try Buffer(byteCount: byteCount, on: device)))
        }
        self.states = states
        var all: [Parameter] = []
        var byLayer: [Int: LayerParameters] = [:]
        var offset = 0
        for slot in slots {
            let weight = try Parameter(
                info: ModelTensor(role: .parameter, name: "\(slot.name).weight", shape: slot.shape),
                descriptor: slot.weight,
                values: values, gradients: gradients, states: states, averages: averages, offset: offset, on: device)
            offset += room(for: slot.weight)
            let bias = try Parameter(
                info: ModelTensor(role: .parameter, name: "\(slot.name).bias", shape: [slot.shape[0]]),
                descriptor: slot.bias,
                values: values, gradients: gradients, states: states, averages: averages, offset: offset, on: device)
            offset += room(for: slot.bias)
            all += [weight, bias]
            let statistics =
                layers[slot.layer].batchNorm == nil
                ? nil : try RunningStatistics(layer: slot.name, channels: slot.shape[0], on: device)
            byLayer[slot.layer] = LayerParameters(weight: weight, bias: bias, statistics: statistics)
        }
        self.all = all
        self.byLayer = byLayer
        layerNames = slots.map(\.name)
        let sizes = slots.flatMap { [room(for: $0.weight), room(for: $0.bias)] }
        var segments: [Range<Int>] = []
        for size in sizes {
            let start = segments.last?.upperBound ?? 0
            segments.append(start..<start + size / MemoryLayout<Float>.stride)
        }
        blocks = UpdateBlock.cut(segments, decaying: all.map { recipe.decay == .all || $0.info.shape.count > 1 })
    }

    /// Swaps values and running means, if there are any: an evaluation uses the means, training the values.
    func hold(averages wanted: Bool) {
        guard let averages, wanted != holdsAverages else { return }
        holdsAverages = wanted
        swapAll(values.floats, averages.floats)
    }

    /// Returns the parameter that a tensor belongs to, and the tensor's memory; that of a parameter is its running mean
    /// if there is one.
    subscript(tensor: ModelTensor) -> (parameter: Parameter, memory: Memory) {
        for parameter in all {
            if parameter.info == tensor { return (parameter, parameter.average ?? parameter.value) }
            if let state = parameter.states.first(where: { $0.info == tensor }) { return (parameter, state.memory) }
        }
        preconditionFailure("\(tensor.name) is not a tensor of this model")
    }

    /// The statistics of all batch normalizations, in the order of the layers.
    var statistics: [RunningStatistics] { layers.compactMap { byLayer[$0]?.statistics } }

    /// Indices of the layers that have parameters, in order, and their names.
    var layers: [Int] { byLayer.keys.sorted() }
    let layerNames: [String]

    /// Performs one update with the recipe's optimizer, with gradients clipped as by `torch.nn.utils.clip_grad_norm_`.
    ///
    /// - Returns: the norm of all gradients together before clipping, and ‖Δw‖ / ‖w‖ of each layer's weights without
    ///   biases, `nil` if they are all 0.
    func update(_ recipe: TrainingRecipe, learningRate: Double) -> (gradientNorm: Double, ratios: [Double?]) {
        updates += 1
        var normBefore: Double?
        if let limit = recipe.clipNorm {
            let norm = gradientNorm
            normBefore = norm
            if norm + 1e-6 > limit { multiply(gradients.floats, by: Float(limit / (norm + 1e-6))) }
        }
        // The first update copies the values, as PyTorch's AveragedModel does.
        let averaging = averages.flatMap { averages in
            recipe.ema.map { Averaging(averages: averages.floats, share: updates == 1 ? 1 : Float(1 - $0)) }
        }
        let sums =
            switch recipe.optimizer {
            case .sgd:
                sgd(
                    parameters: values.floats, gradients: gradients.floats, velocities: states.first?.buffer.floats,
                    blocks: blocks, learningRate: Float(learningRate), momentum: Float(recipe.momentum),
                    isNesterov: recipe.nesterov, weightDecay: Float(recipe.weightDecay), averaging)
            case .adam, .adamw:
                adam(
                    parameters: values.floats, gradients: gradients.floats, means: states[0].buffer.floats,
                    squares: states[1].buffer.floats, blocks: blocks,
                    AdamFactors(recipe, learningRate: learningRate, update: updates), averaging)
            }
        let ratios = stride(from: 0, to: sums.count, by: 2).map { weights in
            sums[weights].parameter != 0 ? (sums[weights].change / sums[weights].parameter).squareRoot() : nil
        }
        return (normBefore ?? sums.reduce(0) { $0 + $1.gradient }.squareRoot(), ratios)
    }

    /// The norm of all gradients together.
    var gradientNorm: Double { sumOfSquares(gradients.floats).squareRoot() }

    /// Whether the norm of all gradients together is finite. The gradients of the classifier's weights, by far the
    /// largest, are not read: ‖XᵀG‖ ≤ ‖X‖ ‖G‖ bounds them.
    func isGradientNormFinite(_ factors: [Int: GradientFactors]) -> Bool {
        byLayer.allSatisfy { layer, parameters in
            let isBounded = factors[layer].map {
                sumOfSquares($0.source.floats) * sumOfSquares($0.gradient.floats) < 0x1p100
            }
            return sumOfSquares(parameters.bias.gradient.floats).isFinite
                && (isBounded == true || sumOfSquares(parameters.weight.gradient.floats).isFinite)
        }
    }
}
