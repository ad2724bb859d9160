// A network's shapes and costs as rows, for the log's header and for `vgglab shapes`: as aligned text and as JSON.

package import Experiments

/// A network layer by layer, with what each costs and what a training step holds in memory.
package struct NetworkTable: Sendable, Hashable {
    /// A share of a training step's memory.
    package struct MemoryPart: Sendable, Hashable {
        /// What it holds, as text.
        package var label: String
        /// Its size.
        package var bytes: Int
    }

    package let network: Network
    /// Images in a step, which the memory is for.
    package let batchSize: Int
    /// What a training step holds in memory; may be empty.
    package let memory: [MemoryPart]

    /// - Parameters:
    ///   - network: the network.
    ///   - batchSize: images in a step.
    ///   - memory: what a training step at that batch size holds in memory; left out where empty.
    package init(_ network: Network, batchSize: Int, memory: [(label: String, bytes: Int)] = []) {
        self.network = network
        self.batchSize = batchSize
        self.memory = memory.map { MemoryPart(label: $0.label, bytes: $0.bytes) }
    }

    /// Everything that a training step holds in memory.
    package var memoryBytes: Int { memory.reduce(0) { $0 + $1.bytes } }

    /// Lines of text, at most 80 columns for the networks of the VGG paper, the last with its line end.
    ///
    /// **Shapes** are one image's: `C × H × W` after a block, a width after the layers of the classifier.
    /// **Units**: MACs are multiply-accumulates.
    package var text: String {
        var lines = Self.aligned([Row.heading] + rows + [Row.total(of: network)])
        lines.append("training: \(Readable.magnitude(network.trainingMACs)) MACs an image (forward and gradients)")
        lines.append("activations kept: \(Readable.magnitude(network.activationsKept)) values an image")
        if !memory.isEmpty {
            lines.append("")
            lines.append("memory of a training step of \(batchSize) image\(batchSize == 1 ? "" : "s")")
            let parts = memory.map { [Readable.visible($0.label), Readable.bytes($0.bytes)] }
            lines += Self.aligned(
                (parts + [["total", Readable.bytes(memoryBytes)]]).map { Row(cells: ["  \($0[0])", $0[1]]) },
                rightFrom: 1)
        }
        return lines.map { "\($0)\n" }.joined()
    }

    /// The table for programs: `blocks` and `layers` with `output_shape`, `parameters`, `macs`, then `totals`.
    package var json: JSON {
        [
            "input_shape": .integers(network.inputShape),
            "blocks": .array(network.blocks.enumerated().map { Self.json(ofBlock: $0 + 1, layers: $1) }),
            "layers": .array(network.layers.map(Self.json(of:))),
            "totals": [
                "parameters": .integer(network.parameters),
                "forward_macs": .integer(network.forwardMACs),
                "training_macs": .integer(network.trainingMACs),
                "activations_kept": .integer(network.activationsKept),
                "batch_size": .integer(batchSize),
                "memory_bytes": memory.isEmpty ? .null : .integer(memoryBytes),
            ],
            "memory": .array(memory.map { ["label": .string($0.label), "bytes": .integer($0.bytes)] }),
        ]
    }

    private static func json(ofBlock number: Int, layers: [Layer]) -> JSON {
        [
            "block": .integer(number),
            "output_shape": .integers(layers.last?.outputShape ?? []),
            "parameters": .integer(layers.reduce(0) { $0 + $1.parameters }),
            "macs": .integer(layers.reduce(0) { $0 + $1.forwardMACs }),
        ]
    }

    private static func json(of layer: Layer) -> JSON {
        [
            "kind": .string(layer.kindName),
            "name": layer.name.map(JSON.string) ?? .null,
            "block": .optional(layer.block),
            "output_shape": .integers(layer.outputShape),
            "parameters": .integer(layer.parameters),
            "macs": .integer(layer.forwardMACs),
            "activations_kept": .integer(layer.activationsKept),
        ]
    }
}
