// Weights are written and read with a real model, and files that do not match are refused.

import Engine
import Experiments
import Files
import Foundation
import Model
import Safetensors
import TestSupport
import Testing
import Training

@Suite struct ModelTensorsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func model(
        blocks: [Block] = [Block(numConvs: 1, outChannels: 5), Block(numConvs: 2, outChannels: 16)],
        kernel: Int = 3, classifier: [Int] = [12], seed: UInt64 = 1
    ) throws -> NetworkModel {
        let network = try Network(
            inputSide: 8, blocks: blocks, kernel: kernel, classifier: classifier, numClasses: 3)
        return try NetworkModel(network, recipe: TrainingRecipe(seed: seed), batchSize: 4, threads: 1)
    }

    @Test func `weights are read back bit-identical`() throws {
        let first = try model(seed: 1)
        let second = try model(seed: 2)
        #expect(try first.values() != second.values())
        let path = folder.file("a.safetensors")
        try first.saveWeights(to: path, metadata: ["step": "7"])
        try second.loadWeights(path)
        #expect(try first.values() == second.values())
        #expect(try first.loss() == second.loss())
        #expect(try SafetensorsFile(contentsOf: path).metadata["step"] == "7")
    }

    @Test func `the first element whose bits differ from a checkpoint is reported`() throws {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 5)], classifier: [12], numClasses: 3)
        let model = try NetworkModel(network, recipe: TrainingRecipe(momentum: 0.9), batchSize: 4, threads: 1)
        let (weights, optimizer) = (folder.file("w.safetensors"), folder.file("o.safetensors"))
        try SafetensorsWriter.write(to: weights, tensors: model.weightSources)
        try SafetensorsWriter.write(to: optimizer, tensors: model.optimizerSources)
        #expect(model.difference(fromWeights: weights, optimizer: optimizer) == nil)
        #expect(
            model.difference(fromWeights: weights, optimizer: nil)
                == "\(weights): the optimizer's state is missing beside it")

        let bias = try #require(model.optimizerState.first { $0.name == "classifier.3.bias" })
        try [0, -0.0, 1].withUnsafeBufferPointer { try model.setValues(of: bias, to: $0) }
        #expect(
            model.difference(fromWeights: weights, optimizer: optimizer)
                == "optimizer state classifier.3.bias[1] was 0.0 and is -0.0 now")
        let matrix = try #require(model.parameters.first { $0.name == "classifier.3.weight" })
        var values = try model.withValues(of: matrix) { Array($0) }
        values[12 + 7] = 0.5
        let then = try SafetensorsFile(contentsOf: weights).withFloats(named: matrix.name) { $0[19] }
        try values.withUnsafeBufferPointer { try model.setValues(of: matrix, to: $0) }
        #expect(
            model.difference(fromWeights: weights, optimizer: optimizer)
                == "classifier.3.weight[1, 7] was \(then) and is 0.5 now")
        let missing = folder.file("missing.safetensors")
        #expect(model.difference(fromWeights: missing, optimizer: optimizer)?.hasPrefix(missing) == true)
    }

    @Test func `a file has PyTorch's names and shapes`() throws {
        let path = folder.file("a.safetensors")
        let model = try model()
        try model.saveWeights(to: path)
        let file = try SafetensorsFile(contentsOf: path)
        #expect(
            file.tensors.mapValues(\.shape) == [
                "features.0.weight": [5, 1, 3, 3], "features.0.bias": [5], "features.3.weight": [16, 5, 3, 3],
                "features.3.bias": [16], "features.5.weight": [16, 16, 3, 3], "features.5.bias": [16],
                "classifier.0.weight": [12, 64], "classifier.0.bias": [12], "classifier.3.weight": [3, 12],
                "classifier.3.bias": [3],
            ])
        for (name, values) in try model.values() {
            #expect(try file.withFloats(named: name) { Array($0) } == values)
        }
    }

    @Test func `a missing folder is named`() throws {
        let error = #expect(throws: FileError.self) {
            try model().saveWeights(to: folder.file("no/such/a.safetensors"))
        }
        let missing = folder.file("no/such")
        let problem = "the folder \(missing) does not exist; make it with mkdir -p"
        #expect(error?.description == "\(missing)/a.safetensors: \(problem)")
    }

    /// A network whose weights are in the file, and the error when another network loads them.
    struct Mismatch: CustomTestStringConvertible, Sendable {
        var blocks = [Block(numConvs: 1, outChannels: 5), Block(numConvs: 2, outChannels: 16)]
        var kernel = 3
        var classifier = [12]
        let problem: String

        var testDescription: String { problem }

        static let all = [
            Mismatch(
                classifier: [],
                problem: "classifier.0.weight has shape [3, 64], but this experiment's network has [12, 64]"),
            Mismatch(
                blocks: [Block(numConvs: 1, outChannels: 5), Block(numConvs: 1, outChannels: 16)],
                problem: "has no tensor features.5.weight, which this experiment's network needs"),
            Mismatch(
                blocks: [Block(numConvs: 1, outChannels: 5), Block(numConvs: 3, outChannels: 16)],
                problem: "has a tensor that this experiment's network does not have: features.7.bias"),
            Mismatch(
                kernel: 5,
                problem: "features.0.weight has shape [5, 1, 5, 5], but this experiment's network has [5, 1, 3, 3]"),
        ]
    }

    @Test(arguments: Mismatch.all) func `weights of another network change nothing`(_ mismatch: Mismatch)
        throws
    {
        let path = folder.file("a.safetensors")
        let other = try model(
            blocks: mismatch.blocks, kernel: mismatch.kernel, classifier: mismatch.classifier, seed: 2)
        try other.saveWeights(to: path)
        try expectMismatch(path, mismatch.problem)
    }

    @Test(arguments: ["features.0.weight", "classifier.3.bias"])
    func `tensors of another type change nothing`(name: String) throws {
        let path = folder.file("a.safetensors")
        let tensors = try model(seed: 2).parameters.map { parameter in
            let type: TensorType = parameter.name == name ? .f16 : .f32
            let zeros = [UInt8](repeating: 0, count: parameter.count * (type == .f16 ? 2 : 4))
            return TensorSource(parameter.name, type: type, shape: parameter.shape) { emit throws(FileError) in
                let written = zeros.withUnsafeBytes { bytes in
                    Result { () throws(FileError) in try emit(bytes) }
                }
                try written.get()
            }
        }
        try SafetensorsWriter.write(to: path, tensors: tensors)
        try expectMismatch(
            path, "\(name) is of type F16, but only F32 can be used; convert it with .float() in PyTorch")
    }

    @Test(arguments: ["features.0.weight", "classifier.3.bias"], [Float.nan, -.infinity])
    func `values that are not finite change nothing`(name: String, number: Float) throws {
        let path = folder.file("a.safetensors")
        let other = try model(seed: 2)
        let parameter = try #require(other.parameters.first { $0.name == name })
        var values = try other.value(of: parameter)
        values[values.count - 1] = number
        try values.withUnsafeBufferPointer { try other.setValues(of: parameter, to: $0) }
        try other.saveWeights(to: path)
        try expectMismatch(
            path,
            "tensor \"\(name)\" has NaN or infinity in 1 of its \(values.count) numbers, which makes the weights useless"
        )
    }

    @Test(arguments: [
        ("", "not a valid safetensors file: it has only 0 bytes; the length of the header alone takes 8"),
        ("these are no weights", "not a valid safetensors file: its header has "),
    ]) func `any other file changes nothing`(text: String, problem: String) throws {
        let path = folder.file("a.safetensors")
        try Data(text.utf8).write(to: URL(filePath: path))
        try expectMismatch(path, problem)
    }

    @Test func `a truncated file changes nothing`() throws {
        let path = folder.file("a.safetensors")
        try model(seed: 2).saveWeights(to: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.dropLast(4).write(to: URL(filePath: path))
        try expectMismatch(path, "not a valid safetensors file: ")
    }

    @Test func `a missing file changes nothing`() throws {
        try expectMismatch(folder.file("none"), "there is no such file")
        try expectMismatch(folder.path, "is a folder; give a file in it")
    }

    /// Checks the error, which begins with the path and `problem`, and that weights are unchanged.
    private func expectMismatch(_ path: String, _ problem: String) throws {
        let model = try model(seed: 1)
        let before = try model.values()
        let error = #expect(throws: FileError.self) { try model.loadWeights(path) }
        #expect(error?.description.hasPrefix("\(path): \(problem)") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
        #expect(try model.values() == before)
    }
}

extension NetworkModel {
    /// All parameters by name, row-major.
    fileprivate func values() throws -> [String: [Float]] {
        try Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, try value(of: $0)) })
    }

    /// The loss on four synthetic images.
    fileprivate func loss() throws -> Double {
        let pixels = (0..<4 * 64).map { Float($0 * 37 % 101) / 101 }
        return try pixels.withUnsafeBufferPointer { pixels in
            try [0, 1, 2, 1].withUnsafeBufferPointer { try evaluate(pixels: pixels, labels: $0).lossSum }
        }
    }
}
