// Batches, and helpers to compare the engine with the reference: same network, parameters and batch.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Testing

/// Random images with labels, determined by the seed.
struct Batch {
    var pixels: Tensor
    let labels: [Int]

    init(_ count: Int, for network: Network, seed: UInt64) {
        pixels = Tensor(
            random: [count, network.inputChannels, network.inputSide, network.inputSide], seed: 1000 + seed)
        labels = (0..<count).map { ($0 * 7 + Int(seed)) % network.numClasses }
    }

    func withPointers<Result>(
        _ body: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Int32>) throws -> Result
    ) throws -> Result {
        try pixels.floats.withUnsafeBufferPointer { pixels in
            try labels.map(Int32.init).withUnsafeBufferPointer { try body(pixels, $0) }
        }
    }
}

extension NetworkModel {
    @discardableResult
    func train(_ batch: Batch, step: Int) throws -> BatchResult {
        try #require(
            try batch.withPointers { try train(pixels: $0, labels: $1, step: step, learningRate: recipe.learningRate) })
    }

    func evaluate(_ batch: Batch) throws -> BatchResult {
        try batch.withPointers { try evaluate(pixels: $0, labels: $1) }
    }

    /// Every parameter and statistic by name.
    func values() throws -> [String: Tensor] { try byName(weights) { try value(of: $0) } }

    /// The last step's gradients by parameter name.
    func gradients() throws -> [String: Tensor] { try byName(parameters) { try gradient(of: $0) } }

    private func byName(
        _ tensors: [ModelTensor], _ numbers: (ModelTensor) throws -> [Float]
    ) throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, Tensor($0.shape, floats: try numbers($0))) })
    }

    func set(_ parameter: ModelTensor, to values: [Float]) throws {
        try values.withUnsafeBufferPointer { try setValues(of: parameter, to: $0) }
    }
}

extension ReferenceModel {
    /// A reference model with the model's current parameters.
    init(twinOf model: NetworkModel) throws {
        self.init(model.network, parameters: try model.values())
    }
}

extension Network {
    /// A small network with one block and one hidden layer, for tests that do not depend on shapes.
    static func small(dropout: Double = 0.5) throws -> Network {
        try Network(
            inputSide: 10, blocks: [Block(numConvs: 2, outChannels: 16)], classifier: [24], dropout: dropout,
            numClasses: 4)
    }
}

/// Compares all tensors by relative error.
func expectClose(
    _ found: [String: Tensor], _ expected: [String: Tensor], _ tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.keys == expected.keys, sourceLocation: sourceLocation)
    for (name, tensor) in expected {
        expectClose(found[name], tensor, tolerance, what: name, sourceLocation: sourceLocation)
    }
}
