// Errors of the engine.

import Engine
import Experiments
import Model
import Testing

@Suite struct EngineErrorTests {
    @Test(arguments: [0, 1, 4])
    func `setting a parameter requires the right number of values`(count: Int) throws {
        let network = try Network(
            inputSide: 2, blocks: [Block(numConvs: 1, outChannels: 3)], classifier: [], numClasses: 2)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 2, threads: 1)
        let bias = try #require(model.parameters.first { $0.name == "features.0.bias" })
        let before = try model.values()
        let error = #expect(throws: ModelError.self) {
            try model.set(bias, to: [Float](repeating: 1, count: count))
        }
        #expect(error?.description == "features.0.bias has 3 values, but \(count) were given")
        expectClose(try model.values(), before, 0)
    }

    @Test func `a network that does not fit in memory is an error`() throws {
        let network = try Network(
            inputSide: 2, blocks: [Block(numConvs: 1, outChannels: 1)],
            classifier: Array(repeating: 1 << 20, count: 9), numClasses: 2)
        let error = #expect(throws: ModelError.self) {
            try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 2, threads: 1)
        }
        #expect(error?.description.hasPrefix("there is not enough memory left for") == true)
    }
}
