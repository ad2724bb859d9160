// A network's shapes and costs for the log's header and `vgglab shapes`, as text and as JSON.

package import Experiments

/// A network layer by layer with its costs, and the memory of a training step.
package struct NetworkTable: Sendable, Hashable {
    /// A part of a training step's memory.
    package struct MemoryPart: Sendable, Hashable {
        /// Its purpose, as text.
        package var label: String
        package var bytes: Int
    }

    package let network: Network
    /// Images per step, to which the memory refers.
    package let batchSize: Int
    /// The memory of a training step by purpose; may be empty.
    package let memory: [MemoryPart]

    /// - Parameters:
    ///   - network: the network.
    ///   - batchSize: images per step.
    ///   - memory: the memory of a training step by purpose; not shown if empty.
    package init(_ network: Network, batchSize: Int, memory: [(label: String, bytes: Int)] = []) {
        self.network = network
        self.batchSize = batchSize
        self.memory = memory.map { MemoryPart(label: $0.label, bytes: $0.bytes) }
    }

    /// Total memory of a training step in bytes.
    package var memoryBytes: Int { memory.reduce(0) { $0 + $1.bytes } }

    /// Formats lines of text, at most 80 columns for the networks of the VGG paper, including the last line end.
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

    /// The table as JSON: `blocks` and `layers` with `output_shape`, `parameters`, `macs`, then `totals`.
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
