// A network as an ONNX model, all but the numbers of its weights: they follow when the file is written.
//
// Source: onnx.proto of ONNX 1.8 (IR version 7) for the fields, Operators.md (opset 13) for the nodes.

internal import Experiments

/// The bytes of an ONNX model in the order of the file: `head`, then each initializer's head and raw numbers.
struct ONNXModel {
    /// A tensor of weights.
    struct Initializer {
        /// torchvision's name, such as `features.0.weight`.
        let name: String
        /// `[O, I, R, R]`, `[out, in]` or `[out]`.
        let shape: [Int]
        /// All that comes before its numbers, little-endian and row-major.
        let head: [UInt8]

        /// Bytes of its numbers.
        var rawByteCount: Int { shape.reduce(MemoryLayout<Float>.size, *) }
    }

    /// The longest message of Protocol Buffers.
    static let maxBytes = Int(Int32.max)

    /// The model, and its graph up to the initializers.
    let head: [UInt8]
    /// The graph's last field, one for each tensor of weights.
    let initializers: [Initializer]

    /// Bytes of the whole file.
    var byteCount: Int { initializers.reduce(head.count) { $0 + $1.head.count + $1.rawByteCount } }

    init(_ network: Network, _ description: WeightsDescription) {
        let layers = network.layers
        initializers = layers.flatMap(\.initializers)
        let byteCount = initializers.reduce(0) { $0 + $1.head.count + $1.rawByteCount }

        let graph = ProtobufMessage { graph in
            for node in Self.nodes(of: layers) { graph.add(1, node) }
            graph.add(2, "vgg")
            graph.add(11, .value("input", network.inputShape, description.input))
            graph.add(12, .value("logits", [network.numClasses], description.output))
        }
        let model = ProtobufMessage { model in
            model.add(1, 7)
            model.add(2, "vgglab")
            model.add(6, "input: \(description.input)\nlogits: \(description.output)")
            model.add(8, ProtobufMessage { $0.add(2, 13) })
            for (key, value) in description.metadata.sorted(by: { $0.key < $1.key }) {
                model.add(14, .property(key, value))
            }
            model.addHead(7, byteCount: graph.bytes.count + byteCount)
        }
        head = model.bytes + graph.bytes
    }

    /// The graph's nodes, each fed by the one before it, from `input` to `logits`.
    private static func nodes(of layers: [Layer]) -> [ProtobufMessage] {
        var operations: [(type: String, layer: Layer, attributes: [ProtobufMessage])] = []
        for layer in layers {
            switch layer.kind {
            case .convolution(let convolution):
                let (kernel, padding) = (convolution.kernel, convolution.padding)
                let attributes: [ProtobufMessage] = [
                    .attribute("kernel_shape", [kernel, kernel]),
                    .attribute("pads", [padding, padding, padding, padding]), .attribute("strides", [1, 1]),
                ]
                operations += [("Conv", layer, attributes), ("Relu", layer, [])]
            case .maxPool:
                operations.append(
                    ("MaxPool", layer, [.attribute("kernel_shape", [2, 2]), .attribute("strides", [2, 2])]))
            case .flatten: operations.append(("Flatten", layer, [.attribute("axis", 1)]))
            case .linear(let linear):
                operations.append(("Gemm", layer, [.attribute("transB", 1)]))
                if linear.hasReLU { operations.append(("Relu", layer, [])) }
            case .dropout: break  // a trained network passes everything on
            }
        }

        var input = "input"
        return operations.enumerated().map { index, operation in
            let output = index == operations.count - 1 ? "logits" : "\(operation.type)_\(index)"
            defer { input = output }
            return ProtobufMessage { node in
                let parameters = operation.type == "Relu" ? [] : operation.layer.initializers.map(\.name)
                for name in [input] + parameters { node.add(1, name) }
                node.add(2, output)
                node.add(3, "\(operation.type)_\(index)")
                node.add(4, operation.type)
                for attribute in operation.attributes { node.add(5, attribute) }
            }
        }
    }
}

extension Layer {
    /// Its weights and biases; none without parameters.
    fileprivate var initializers: [ONNXModel.Initializer] {
        guard let name, let shape = weightsShape else { return [] }
        return [
            ONNXModel.Initializer("\(name).weight", shape: shape),
            ONNXModel.Initializer("\(name).bias", shape: [shape[0]]),
        ]
    }
}

extension ONNXModel.Initializer {
    fileprivate init(_ name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
        let rawByteCount = shape.reduce(MemoryLayout<Float>.size, *)
        // The tensor up to its numbers, then what comes before such a tensor.
        let tensor = ProtobufMessage { tensor in
            for side in shape { tensor.add(1, side) }
            tensor.add(2, 1)  // FLOAT
            tensor.add(8, name)
            tensor.addHead(9, byteCount: rawByteCount)
        }
        let field = ProtobufMessage { $0.addHead(5, byteCount: tensor.bytes.count + rawByteCount) }
        head = field.bytes + tensor.bytes
    }
}

extension ProtobufMessage {
    /// An attribute that is a whole number.
    fileprivate static func attribute(_ name: String, _ value: Int) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            $0.add(3, value)
            $0.add(20, 2)  // INT
        }
    }

    /// An attribute that is a list of whole numbers.
    fileprivate static func attribute(_ name: String, _ values: [Int]) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            for value in values { $0.add(8, value) }
            $0.add(20, 7)  // INTS
        }
    }

    /// What goes in or comes out: floats of this shape for each image of a batch.
    fileprivate static func value(_ name: String, _ shape: [Int], _ description: String) -> ProtobufMessage {
        let sides = ProtobufMessage { sides in
            sides.add(1, ProtobufMessage { $0.add(2, "batch") })
            for side in shape { sides.add(1, ProtobufMessage { $0.add(1, side) }) }
        }
        let tensor = ProtobufMessage {
            $0.add(1, 1)  // FLOAT
            $0.add(2, sides)
        }
        let type = ProtobufMessage { $0.add(1, tensor) }
        return ProtobufMessage {
            $0.add(1, name)
            $0.add(2, type)
            $0.add(3, description)
        }
    }

    /// A text about the model.
    fileprivate static func property(_ key: String, _ value: String) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, key)
            $0.add(2, value)
        }
    }
}
