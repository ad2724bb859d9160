// Weights and biases, their gradients and, with momentum, their velocities. They live in the library's layouts for
// the whole run; row-major numbers go in and out only at checkpoints.

internal import Experiments
internal import OneDNN

/// The layouts that the library wants of each layer's weights, by the layer's index.
struct ParameterLayouts {
    var forward: [Int: Descriptor] = [:]
    var backward: [Int: Descriptor] = [:]
    var gradient: [Int: Descriptor] = [:]
    /// Those of copies of the weights in another type.
    var copied: [Int: Descriptor] = [:]

    /// Keeps the first choice for a layer.
    mutating func choose(
        _ pass: WritableKeyPath<ParameterLayouts, [Int: Descriptor]>, _ descriptor: Descriptor?, for layer: Int
    ) {
        if self[keyPath: pass][layer] == nil { self[keyPath: pass][layer] = descriptor }
    }
}

/// A named tensor of the network, row-major for whoever reads it.
public struct ParameterInfo: Sendable, Hashable {
    /// torchvision's name, such as `features.0.weight`.
    public let name: String
    /// `[O, I, R, R]` for convolutions, `[out, in]` for fully connected layers, `[out]` for biases.
    public let shape: [Int]

    /// Numbers in it.
    public var count: Int { shape.reduce(1, *) }
}

/// One weight or bias tensor.
final class Parameter {
    let info: ParameterInfo
    /// The numbers in the library's layout.
    let value: Memory
    /// The gradient in the same layout.
    let gradient: Memory
    /// With momentum, what the last update has left for the next, in the same layout.
    let velocity: Memory?

    init(
        info: ParameterInfo, descriptor: Descriptor, values: Buffer, gradients: Buffer, velocities: Buffer?,
        offset: Int, on device: Device
    ) throws(OneDNNError) {
        self.info = info
        if let velocities {
            velocity = try Memory(descriptor, in: velocities, at: offset, on: device)
        } else {
            velocity = nil
        }
        self.value = try Memory(descriptor, in: values, at: offset, on: device)
        self.gradient = try Memory(descriptor, in: gradients, at: offset, on: device)
    }
}

/// The two tensors of a convolution or a fully connected layer.
struct LayerParameters {
    let weight: Parameter
    let bias: Parameter
}

extension Descriptor {
    /// Row-major, as PyTorch has it.
    convenience init(rowMajor shape: [Int]) throws(OneDNNError) {
        try self.init(shape, layout: shape.count == 1 ? .a : shape.count == 2 ? .ab : .abcd)
    }
}

/// All parameters of a network in arenas of one order: values, gradients and, with momentum, velocities.
final class Parameters {
    /// In the order of the layers, weight before bias.
    let all: [Parameter]
    /// By the layer's index.
    let byLayer: [Int: LayerParameters]
    private let values: Buffer
    private let gradients: Buffer
    private let velocities: Buffer?

    /// - Parameter layouts: the layouts of the forward pass, complete for `layers`.
    init(_ layers: [Layer], layouts: ParameterLayouts, momentum: Bool, on device: Device) throws(OneDNNError) {
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

        values = try Buffer(byteCount: byteCount)
        gradients = try Buffer(byteCount: byteCount)
        velocities = momentum ? try Buffer(byteCount: byteCount) : nil
        var all: [Parameter] = []
        var byLayer: [Int: LayerParameters] = [:]
        var offset = 0
        for slot in slots {
            let weight = try Parameter(
                info: ParameterInfo(name: "\(slot.name).weight", shape: slot.shape), descriptor: slot.weight,
                values: values, gradients: gradients, velocities: velocities, offset: offset, on: device)
            offset += room(for: slot.weight)
            let bias = try Parameter(
                info: ParameterInfo(name: "\(slot.name).bias", shape: [slot.shape[0]]), descriptor: slot.bias,
                values: values, gradients: gradients, velocities: velocities, offset: offset, on: device)
            offset += room(for: slot.bias)
            all += [weight, bias]
            byLayer[slot.layer] = LayerParameters(weight: weight, bias: bias)
        }
        self.all = all
        self.byLayer = byLayer
    }

    /// w ← w − η(g + λw), with momentum as `TrainingRecipe` has it.
    ///
    /// - Returns: the norm of all gradients together.
    func update(_ recipe: TrainingRecipe) -> Double {
        let squares = sgd(
            parameters: values.floats, gradients: gradients.floats, velocities: velocities?.floats,
            learningRate: Float(recipe.learningRate), momentum: Float(recipe.momentum),
            weightDecay: Float(recipe.weightDecay))
        return squares.squareRoot()
    }

    /// Share of units behind which the ReLU was closed for the whole batch: channels of convolutions and hidden
    /// features whose bias has a gradient of exactly 0, so that the step teaches them nothing.
    var deadShare: Double {
        // The last layer has no ReLU.
        let hidden = byLayer.sorted { $0.key < $1.key }.dropLast().map(\.value.bias)
        let units = hidden.map(\.info.count).reduce(0, +)
        let dead = hidden.map { bias in
            bias.gradient.floats.prefix(bias.info.count).count { $0 == 0 }
        }
        return units > 0 ? Double(dead.reduce(0, +)) / Double(units) : 0
    }
}

extension Layer {
    /// `[O, I, R, R]` or `[out, in]`; `nil` without parameters.
    var weightsShape: [Int]? {
        switch kind {
        case .convolution(let inChannels, let outChannels, let kernel, _): [outChannels, inChannels, kernel, kernel]
        case .linear(let inFeatures, let outFeatures, _): [outFeatures, inFeatures]
        case .maxPool, .flatten, .dropout: nil
        }
    }
}
