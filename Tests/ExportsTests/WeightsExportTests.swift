// Exported weights, parsed field by field.

import Experiments
import Exports
import Files
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite struct WeightsExportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func description(of network: Network, name: String = "tiny") -> WeightsDescription {
        var experiment = tinyExperiment
        experiment.name = name
        let names = (0..<network.numClasses).map { "class \"\($0)\"" }
        return WeightsDescription(experiment, network: network, classNames: names, dataChecksum: "ab", step: 5)
    }

    func model(_ network: Network, _ weights: SafetensorsFile, name: String = "tiny") throws -> WireMessage {
        try WeightsExport.writeONNX(
            network, weights: weights, description(of: network, name: name), to: folder.file("a.onnx"), overwrite: true)
        return try WireMessage(try folder.bytes(of: "a.onnx"))
    }

    func sentence(_ network: Network, _ weights: SafetensorsFile) -> String {
        do {
            try WeightsExport.writeONNX(
                network, weights: weights, description(of: network), to: folder.file("a.onnx"))
        } catch { return error.description }
        return ""
    }

    /// Formats `op(inputs) -> output name=value…`, with integers or lists in brackets.
    func describe(_ node: WireMessage) throws -> String {
        let attributes = try node.messages(5).map { attribute in
            let name = try #require(attribute.text(1))
            switch attribute.integers(20) {
            case [2]: return " \(name)=\(try #require(attribute.integers(3).first))"
            case [7]: return " \(name)=\(attribute.integers(8))"
            default: throw Unsound()
            }
        }
        let (type, output) = (try #require(node.text(4)), try #require(node.text(2)))
        return "\(type)(\(node.texts(1).joined(separator: ", "))) -> \(output)" + attributes.joined()
    }

    @Test func `the graph is the network without its dropout`() throws {
        let graph = try model(try tinyNetwork(), try writeWeights(tinyShapes, to: folder.file("w"))).message(7)
        #expect(
            try graph.messages(1).map(describe) == [
                "Conv(input, features.0.weight, features.0.bias) -> Conv_0 kernel_shape=[3, 3] pads=[1, 1, 1, 1] "
                    + "strides=[1, 1]",
                "Relu(Conv_0) -> Relu_1",
                "Conv(Relu_1, features.2.weight, features.2.bias) -> Conv_2 kernel_shape=[3, 3] pads=[1, 1, 1, 1] "
                    + "strides=[1, 1]",
                "Relu(Conv_2) -> Relu_3", "MaxPool(Relu_3) -> MaxPool_4 kernel_shape=[2, 2] strides=[2, 2]",
                "Flatten(MaxPool_4) -> Flatten_5 axis=1",
                "Gemm(Flatten_5, classifier.0.weight, classifier.0.bias) -> Gemm_6 transB=1", "Relu(Gemm_6) -> Relu_7",
                "Gemm(Relu_7, classifier.3.weight, classifier.3.bias) -> logits transB=1",
            ])
        let names = try graph.messages(1).map { try #require($0.text(3)) }
        #expect(Set(names).count == names.count)
    }

    @Test func `a larger window is padded to preserve the image size`() throws {
        let network = try Network(
            inputSide: 4, blocks: [Block(numConvs: 1, outChannels: 1)], kernel: 5, classifier: [], numClasses: 2)
        let shapes = [
            "features.0.weight": [1, 1, 5, 5], "features.0.bias": [1], "classifier.0.weight": [2, 4],
            "classifier.0.bias": [2],
        ]
        let graph = try model(network, try writeWeights(shapes, to: folder.file("w"))).message(7)
        #expect(
            try graph.messages(1).map(describe)[0].hasSuffix("kernel_shape=[5, 5] pads=[2, 2, 2, 2] strides=[1, 1]"))
    }

    @Test func `the model describes itself, its input and its output`() throws {
        let weights = try writeWeights(tinyShapes, to: folder.file("w"))
        let model = try model(try tinyNetwork(), weights, name: "é \"図\"")
        #expect(model.integers(1) == [7])
        #expect(model.text(2) == "vgglab")
        #expect(try model.message(8).integers(2) == [13])
        let properties = try model.messages(14).map { (try #require($0.text(1)), try #require($0.text(2))) }
        let metadata = Dictionary(uniqueKeysWithValues: properties)
        let (input, output) = (try #require(metadata["input"]), try #require(metadata["output"]))
        #expect(input.hasPrefix("float32 [batch, 1, 8, 8]: grey images, resized "))
        #expect(output.hasPrefix("float32 [batch, 3]: a logit for each class of fashion-mnist"))
        #expect(
            metadata.filter { !["input", "output"].contains($0.key) } == [
                "experiment": "é \"図\"", "step": "5", "range": "[0, 1]", "channels": "1", "side": "8",
                "resize": "torchvision.transforms.Resize((8, 8))", "classes": "3",
                "class_names": #"["class \"0\"","class \"1\"","class \"2\""]"#, "dataset": "fashion-mnist",
                "data_sha256": "ab", "blocks": "[[2,4]]", "kernel": "3", "classifier": "[5]",
            ])
        #expect(model.text(6) == "input: \(input)\nlogits: \(output)")

        func value(_ value: WireMessage) throws -> String {
            let tensor = try value.message(2).message(1)
            let sides = try tensor.message(2).messages(1).map { $0.text(2) ?? "\($0.integers(1))" }
            return "\(try #require(value.text(1))) \(tensor.integers(1)) \(sides.joined(separator: " "))"
        }
        let graph = try model.message(7)
        #expect(try graph.messages(11).map { $0.text(3) } == [input])
        #expect(try graph.messages(12).map { $0.text(3) } == [output])
        #expect(try graph.messages(11).map(value) == ["input [1] batch [1] [8] [8]"])
        #expect(try graph.messages(12).map(value) == ["logits [1] batch [3]"])
    }

    @Test func `weights keep their names, shapes and values`() throws {
        let graph = try model(try tinyNetwork(), try writeWeights(tinyShapes, to: folder.file("w"))).message(7)
        let tensors = try graph.messages(5)
        #expect(tensors.count == tinyShapes.count)
        for tensor in tensors {
            let name = try #require(tensor.text(8))
            let shape = try #require(tinyShapes[name])
            #expect(tensor.integers(1) == shape && tensor.integers(2) == [1])
            let floats = try #require(tensor.bytes(9).first)
            let expected = (0..<shape.reduce(1, *)).flatMap { withUnsafeBytes(of: Float($0).bitPattern, Array.init) }
            #expect(floats == expected)
        }
    }

    @Test func `tensors larger than one part of the file are complete`() throws {
        // 700 × 784 floats are 2.1 MiB, read in parts of 1 MiB.
        let network = try Network(
            inputSide: 56, blocks: [Block(numConvs: 1, outChannels: 1)], classifier: [700], numClasses: 2)
        let shapes = [
            "features.0.weight": [1, 1, 3, 3], "features.0.bias": [1], "classifier.0.weight": [700, 784],
            "classifier.0.bias": [700], "classifier.3.weight": [2, 700], "classifier.3.bias": [2],
        ]
        let graph = try model(network, try writeWeights(shapes, to: folder.file("w"))).message(7)
        let tensor = try #require(try graph.messages(5).first { $0.text(8) == "classifier.0.weight" })
        let floats = (0..<700 * 784).flatMap { withUnsafeBytes(of: Float($0).bitPattern, Array.init) }
        #expect(tensor.bytes(9) == [floats])
    }

    @Test func `weights of another network are refused, and the existing file stays`() throws {
        let network = try tinyNetwork()
        let path = folder.file("w")
        try Data([1]).write(to: URL(filePath: folder.file("a.onnx")))
        func sentence(_ shapes: [String: [Int]]) throws -> String {
            self.sentence(network, try writeWeights(shapes, to: path))
        }
        #expect(
            try sentence(tinyShapes.filter { $0.key != "features.2.bias" })
                == "\(path): has no tensor features.2.bias, which the run's network needs")
        #expect(
            try sentence(tinyShapes.merging(["features.2.bias": [5]]) { $1 })
                == "\(path): features.2.bias is F32 of shape [5], but the run's network has F32 of shape [4]")
        #expect(
            try sentence(tinyShapes.merging(["features.3.running_mean": [4]]) { $1 })
                == "\(path): has a tensor that the run's network does not have: features.3.running_mean")
        #expect(
            try sentence(tinyShapes)
                == "\(folder.file("a.onnx")): is there already; give another name")
        #expect(try folder.bytes(of: "a.onnx") == [1])
        #expect(try folder.names == ["a.onnx", "w"])
    }

    @Test func `a file that is truncated while it is read leaves the existing file`() throws {
        let weights = try writeWeights(tinyShapes, to: folder.file("w"))
        try Data([1]).write(to: URL(filePath: folder.file("a.onnx")))
        #expect(truncate(folder.file("w"), 1000) == 0)
        let error = #expect(throws: FileError.self) {
            try WeightsExport.writeONNX(
                try tinyNetwork(), weights: weights, description(of: try tinyNetwork()), to: folder.file("a.onnx"),
                overwrite: true)
        }
        #expect(error?.description.contains("it was truncated while it was read") == true)
        #expect(try folder.bytes(of: "a.onnx") == [1])
        #expect(try folder.names == ["a.onnx", "w"])
    }

    @Test func `a model beyond 2 GiB is refused before anything is written`() throws {
        // A sparse file of 2 GiB.
        let (inputs, outputs) = (1 << 14, 1 << 15)
        let network = try Network(
            inputSide: 256, blocks: [Block(numConvs: 1, outChannels: 1)], classifier: [outputs], numClasses: 2)
        let shapes: [(String, [Int])] = [
            ("classifier.0.bias", [outputs]), ("classifier.0.weight", [outputs, inputs]), ("classifier.3.bias", [2]),
            ("classifier.3.weight", [2, outputs]), ("features.0.bias", [1]), ("features.0.weight", [1, 1, 3, 3]),
        ]
        var (end, members) = (0, [String]())
        for (name, shape) in shapes {
            let start = end
            end += 4 * shape.reduce(1, *)
            members.append(#""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#)
        }
        let header = Array("{\(members.joined(separator: ","))}".utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
        try Data(length + header).write(to: URL(filePath: folder.file("w")))
        #expect(truncate(folder.file("w"), 8 + header.count + end) == 0)

        let said = sentence(network, try SafetensorsFile(contentsOf: folder.file("w")))
        #expect(
            said.hasPrefix("\(folder.file("a.onnx")): an ONNX model holds at most 2 GiB, and this one would have 2147"))
        #expect(said.hasSuffix(" bytes; export it as safetensors"))
        #expect(try folder.names == ["w"])
    }

    @Test func `a copy of the weights has the same values and a description`() throws {
        let weights = try writeWeights(tinyShapes, to: folder.file("w"))
        let description = description(of: try tinyNetwork())
        try WeightsExport.writeSafetensors(weights, description, to: folder.file("copy"))
        let copy = try SafetensorsFile(contentsOf: folder.file("copy"))
        #expect(Set(copy.tensors.keys) == Set(tinyShapes.keys))
        for name in tinyShapes.keys { #expect(try copy.bytes(named: name) == weights.bytes(named: name)) }
        #expect(copy.metadata == description.metadata.merging(["format": "pt"]) { $1 })

        let error = #expect(throws: FileError.self) {
            try WeightsExport.writeSafetensors(weights, description, to: folder.file("copy"))
        }
        #expect(
            error?.description
                == "\(folder.file("copy")): is there already; give another name")
        try WeightsExport.writeSafetensors(weights, description, to: folder.file("w"), overwrite: true)
        #expect(try folder.bytes(of: "copy") == folder.bytes(of: "w"))
        #expect(try folder.names == ["copy", "w"])
    }
}
