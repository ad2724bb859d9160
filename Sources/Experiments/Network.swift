// A network as a value: a list of matching layers, validated once when it is created.

/// A network: layers from images to a logit for each class.
package struct Network: Sendable, Hashable {
    /// Channels (1 for grey), height and width of an image.
    package let inputShape: [Int]
    /// All layers, starting at the input.
    package let layers: [Layer]

    /// A checked network. An activation directly after a layer that can apply it becomes part of that layer.
    ///
    /// - Parameter kinds: the layers' kinds, each with the index of its block.
    /// - Throws: `NetworkError` that says what cannot be built.
    package init(inputShape: [Int], _ kinds: [(kind: Layer.Kind, block: Int?)]) throws(NetworkError) {
        var layers: [Layer] = []
        var shape = inputShape
        var macs = 0
        var (part, module) = ("features", 0)
        for (kind, block) in Self.fused(kinds) {
            let facts = kind.facts
            guard let outputShape = facts.outputShape(of: shape), outputShape.allSatisfy({ $0 > 0 }) else {
                throw .layerDoesNotFit(layer: facts.label, inputShape: shape)
            }
            // In floating point, as these products may be beyond an Int.
            let places = outputShape.reduce(1.0) { $0 * Double($1) }
            let products = (facts.weightsShape ?? []).dropFirst().reduce(places) { $0 * Double($1) }
            if products > Double(Self.maxMACs) { throw .tooLarge }
            if kind == .flatten { (part, module) = ("classifier", 0) }
            let layer = Layer(
                kind: kind, block: block, inputShape: shape, outputShape: outputShape,
                name: facts.weightsShape.map { _ in "\(part).\(module)" })
            module += facts.moduleCount
            macs += layer.forwardMACs
            if macs > Self.maxMACs { throw .tooLarge }
            layers.append(layer)
            shape = outputShape
        }
        guard shape.count == 1, !layers.isEmpty else { throw .layerDoesNotFit(layer: "loss", inputShape: shape) }
        self.inputShape = inputShape
        self.layers = layers
    }

    private static func fused(_ kinds: [(kind: Layer.Kind, block: Int?)]) -> [(kind: Layer.Kind, block: Int?)] {
        kinds.reduce(into: []) { fused, next in
            if case .activation(let layer) = next.kind, let activation = layer.activation,
                let both = fused.last?.kind.facts.fusing(activation)
            {
                fused[fused.count - 1].kind = both
            } else {
                fused.append(next)
            }
        }
    }

    /// The most multiply-accumulates that one image may take: 500 times VGG-19's at side 224. With the largest batch
    /// and four bytes for each, every count and size of a step still fits into an Int.
    private static let maxMACs = 10_000_000_000_000

    /// Channels of an image.
    package var inputChannels: Int { inputShape[0] }
    /// Height and width of an image in pixels.
    package var inputSide: Int { inputShape[1] }
    /// Number of classes: the width of the last layer.
    package var numClasses: Int { layers[layers.count - 1].outputShape[0] }

    /// The layers of each block, in order.
    package var blocks: [[Layer]] {
        let count = layers.compactMap(\.block).max() ?? 0
        return (0..<count).map { index in layers.filter { $0.block == index + 1 } }
    }

    /// Number of weights and biases of the whole network.
    package var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }

    /// Values of one image that a training step keeps for the backward pass.
    package var activationsKept: Int { layers.reduce(0) { $0 + $1.activationsKept } }

    /// Multiply-accumulates of one image's forward pass.
    package var forwardMACs: Int { layers.reduce(0) { $0 + $1.forwardMACs } }

    /// Multiply-accumulates of one image's training step: forward, gradient of the weights, and gradient of the
    /// data in all but the first layer with weights, whose input needs none.
    package var trainingMACs: Int { 3 * forwardMACs - (layers.first { $0.forwardMACs > 0 }?.forwardMACs ?? 0) }
}
