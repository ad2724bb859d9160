// A network as an ONNX model, without the values of its weights, which follow when the file is written.
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
        /// All bytes before its values, which are little-endian and row-major.
        let head: [UInt8]

        /// Size of its values in bytes.
        var rawByteCount: Int { shape.reduce(MemoryLayout<Float>.size, *) }
    }

    /// Maximum size of a Protocol Buffers message.
    static let maxBytes = Int(Int32.max)

    /// The model and its graph, up to the initializers.
    let head: [UInt8]
    /// The graph's last field, repeated for each tensor of weights.
    let initializers: [Initializer]

    /// Size of the whole file in bytes.
    var byteCount: Int { initializers.reduce(head.count) { $0 + $1.head.count + $1.rawByteCount } }

    init(_ network: Network, _ description: WeightsDescription) {
        let layers = network.layers
        initializers = layers.flatMap(\.initializers)
        let byteCount = initializers.reduce(0) { $0 + $1.head.count + $1.rawByteCount }

        let graph = ProtobufMessage { graph in
            for node in Self.nodes(of: layers, description.normalization) { graph.add(1, node) }
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

    /// Returns the graph's nodes in order, from `input` to `logits`.
    private static func nodes(of layers: [Layer], _ normalization: Normalization?) -> [ProtobufMessage] {
        var graph = ONNXGraph()
        if let normalization { graph.add(normalization) }
        for layer in layers {
            switch layer.kind {
            case .convolution(let convolution):
                graph.add(
                    "Conv", of: layer,
                    [
                        .attribute("kernel_shape", [convolution.kernel, convolution.kernel]),
                        .pads(convolution.padding), .attribute("strides", [convolution.stride, convolution.stride]),
                    ])
            case .pooling(let pooling):
                var attributes: [ProtobufMessage] = [
                    .attribute("kernel_shape", [pooling.kernel, pooling.kernel]),
                    .attribute("strides", [pooling.stride, pooling.stride]),
                ]
                if pooling.padding > 0 { attributes.append(.pads(pooling.padding)) }
                if pooling.operation == .average { attributes.append(.attribute("count_include_pad", 1)) }
                graph.add(pooling.operation == .max ? "MaxPool" : "AveragePool", of: layer, attributes)
            case .globalAveragePool: graph.add("GlobalAveragePool", of: layer)
            case .batchNorm:
                graph.add("BatchNormalization", of: layer, [.attribute("epsilon", Float(BatchNorm.epsilon))])
            case .localResponseNorm(let norm):
                graph.add(
                    "LRN", of: layer,
                    [
                        .attribute("size", norm.size), .attribute("alpha", Float(norm.alpha)),
                        .attribute("beta", Float(norm.beta)), .attribute("bias", Float(norm.k)),
                    ])
            case .flatten: graph.add("Flatten", of: layer, [.attribute("axis", 1)])
            case .linear: graph.add("Gemm", of: layer, [.attribute("transB", 1)])
            case .activation: break  // part of a layer
            case .dropout: break  // inactive in a trained network
            }
            if let activation = layer.activation { graph.add(activation) }
        }
        return graph.messages
    }
}

/// Consecutive nodes, each named by its operation and index.
private struct ONNXGraph {
    private var nodes: [(type: String, inputs: [String], attributes: [ProtobufMessage])] = []

    private var last: String { nodes.isEmpty ? "input" : name(nodes.count - 1) }

    private func name(_ index: Int) -> String { "\(nodes[index].type)_\(index)" }

    /// Adds a layer's operation on the previous node's output.
    mutating func add(_ type: String, of layer: Layer, _ attributes: [ProtobufMessage] = []) {
        add(type, [last] + layer.initializers.map(\.name), attributes)
    }

    /// Adds (input − mean) / deviation.
    mutating func add(_ normalization: Normalization) {
        let means = perChannel(normalization.means)
        add("Sub", ["input", means])
        let difference = last
        let deviations = perChannel(normalization.deviations)
        add("Div", [difference, deviations])
    }

    /// Adds a constant of shape `[C, 1, 1]`.
    private mutating func perChannel(_ values: [Double]) -> String {
        add("Constant", [], [.attribute("value_floats", values.map(Float.init))])
        let flat = last
        add("Constant", [], [.attribute("value_ints", [values.count, 1, 1])])
        let shape = last
        add("Reshape", [flat, shape])
        return last
    }

    private mutating func add(_ type: String, _ inputs: [String], _ attributes: [ProtobufMessage] = []) {
        nodes.append((type, inputs, attributes))
    }

    private mutating func constant(_ value: Float) -> String {
        add("Constant", [], [.attribute("value_float", value)])
        return last
    }

    /// Adds an activation of the previous node's output.
    mutating func add(_ activation: Activation) {
        let value = last
        switch activation {
        case .relu: add("Relu", [value])
        case .leakyReLU: add("LeakyRelu", [value], [.attribute("alpha", 0.01)])
        case .sigmoid: add("Sigmoid", [value])
        case .tanh: add("Tanh", [value])
        case .silu:
            add("Sigmoid", [value])
            add("Mul", [value, last])
        case .gelu:
            // x (1 + erf(x / √2)) / 2; a separate operation exists only since opset 20.
            add("Mul", [value, constant(Float(0.5).squareRoot())])
            add("Erf", [last])
            let erf = last
            add("Add", [erf, constant(1)])
            let sum = last
            add("Mul", [value, sum])
            let product = last
            add("Mul", [product, constant(0.5)])
        }
    }

    var messages: [ProtobufMessage] {
        nodes.indices.map { index in
            ProtobufMessage { node in
                for input in nodes[index].inputs { node.add(1, input) }
                node.add(2, index == nodes.count - 1 ? "logits" : name(index))
                node.add(3, name(index))
                node.add(4, nodes[index].type)
                for attribute in nodes[index].attributes { node.add(5, attribute) }
            }
        }
    }
}

extension Layer {
    /// The layer's tensors in the order of its operation's inputs; empty if it has no parameters.
    fileprivate var initializers: [ONNXModel.Initializer] {
        guard let name, let shape = weightsShape else { return [] }
        let rest = ["bias"] + (batchNorm == nil ? [] : ["running_mean", "running_var"])
        return [ONNXModel.Initializer("\(name).weight", shape: shape)]
            + rest.map { ONNXModel.Initializer("\(name).\($0)", shape: [shape[0]]) }
    }
}

extension ONNXModel.Initializer {
    fileprivate init(_ name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
        let rawByteCount = shape.reduce(MemoryLayout<Float>.size, *)
        // The tensor up to its values, then the bytes before such a tensor.
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
    /// Creates the padding attribute, equal on all sides.
    fileprivate static func pads(_ padding: Int) -> ProtobufMessage {
        attribute("pads", [padding, padding, padding, padding])
    }

    /// Creates an attribute with a number.
    fileprivate static func attribute(_ name: String, _ value: Float) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            $0.add(2, value)
            $0.add(20, 1)  // FLOAT
        }
    }

    /// Creates an attribute with a whole number.
    fileprivate static func attribute(_ name: String, _ value: Int) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            $0.add(3, value)
            $0.add(20, 2)  // INT
        }
    }

    /// Creates an attribute with a list of numbers.
    fileprivate static func attribute(_ name: String, _ values: [Float]) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            for value in values { $0.add(7, value) }
            $0.add(20, 6)  // FLOATS
        }
    }

    /// Creates an attribute with a list of whole numbers.
    fileprivate static func attribute(_ name: String, _ values: [Int]) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, name)
            for value in values { $0.add(8, value) }
            $0.add(20, 7)  // INTS
        }
    }

    /// Creates an input or output: floats of this shape for each image of a batch.
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

    /// Creates a metadata property.
    fileprivate static func property(_ key: String, _ value: String) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, key)
            $0.add(2, value)
        }
    }
}
