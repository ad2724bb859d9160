// A network that starts with the layers of another one.

import Engine
import Experiments
import Files
import Model
import Safetensors
import TestSupport
import Testing
import Training

@Suite struct InitialLayersTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func model(_ blocks: [(Int, Int)], classifier: [Int] = [12], seed: UInt64) throws -> NetworkModel {
        let network = try Network(
            inputSide: 8, blocks: blocks.map { Block(numConvs: $0.0, outChannels: $0.1) }, norm: .batch,
            classifier: classifier, numClasses: 3)
        return try NetworkModel(network, recipe: TrainingRecipe(seed: seed), batchSize: 4, threads: 1)
    }

    private func values(_ model: NetworkModel, _ layer: String) throws -> [[Float]] {
        try model.weights.filter { $0.name.hasPrefix(layer + ".") }.map { tensor in
            try model.withValues(of: tensor) { Array($0) }
        }
    }

    @Test func `each layer starts the next one of its shape, as VGG's deeper networks did`() throws {
        let shallow = try model([(1, 4), (1, 8)], seed: 1)
        let path = folder.file("a.safetensors")
        try shallow.saveWeights(to: path)
        let deep = try model([(2, 4), (2, 8)], seed: 2)
        let before = try values(deep, "features.3") + values(deep, "features.10")
        let (loaded, all) = try deep.loadFittingLayers(path)
        // Convolutions and their norms, and both fully connected layers.
        #expect((loaded, all) == (6, 10))
        // Conv, norm, ReLU, conv, norm, ReLU, pool, conv, …
        for (new, old) in [("features.0", "features.0"), ("features.1", "features.1"), ("features.7", "features.4")] {
            #expect(try values(deep, new) == values(shallow, old), "\(new)")
        }
        #expect(try values(deep, "features.3") + values(deep, "features.10") == before)
        #expect(try values(deep, "classifier.0") == values(shallow, "classifier.0"))
        #expect(try values(deep, "classifier.3") == values(shallow, "classifier.3"))
    }

    @Test func `layers that fit nowhere are left out, but the first must fit`() throws {
        let wide = try model([(1, 4), (1, 8)], classifier: [20], seed: 1)
        let path = folder.file("a.safetensors")
        try wide.saveWeights(to: path)
        let narrow = try model([(1, 4), (1, 8)], seed: 2)
        #expect(try narrow.loadFittingLayers(path) == (4, 6))
        let other = try model([(1, 5), (1, 8)], seed: 2)
        let before = try other.weights.map { tensor in try other.withValues(of: tensor) { Array($0) } }
        let error = #expect(throws: FileError.self) { try other.loadFittingLayers(path) }
        #expect(
            error?.description == "\(path): no layer of this experiment's network has the shape of its first one")
        #expect(try other.weights.map { tensor in try other.withValues(of: tensor) { Array($0) } } == before)
    }
}
