// Memory of the named networks, measured and predicted.

import Engine
import Experiments
import MemoryUse
import Model
import Testing

@Suite struct MemberMemoryTests {
    @Test(arguments: Variant.allCases, [Block.Norm.none, .batch])
    func `buffers have the predicted size`(_ variant: Variant, _ norm: Block.Norm) throws {
        guard norm == .none || variant.layers == nil else { return }
        var experiment = Experiment(name: "")
        experiment.network.layers = variant.layers
        if variant.layers == nil { experiment.network.blocks = variant.blocks }
        experiment.network.ratio = 8
        experiment.network.norm = norm
        experiment.data.resize = variant == .alexNet ? 224 : variant.layers == nil ? 64 : 28
        let network = try experiment.network(numClasses: 10)
        let (recipe, batch) = (TrainingRecipe(learningRate: 0.01), 32)
        let model = try NetworkModel(network, recipe: recipe, batchSize: batch, threads: 2)
        let images = Batch(batch, for: network, seed: 1)
        try model.train(images, step: 0)
        _ = try model.evaluate(images)
        let estimate = EngineCosts(ProcessorTraits.current).memory(
            of: network, training: recipe, options: EngineOptions(), batchSize: batch, storedBytes: 0, threads: 2)
        let outside = ["batches, one ahead", "data set", "program and libraries"]
        let predicted = estimate.parts.filter { !outside.contains($0.label) }.reduce(0) { $0 + $1.bytes }
        // Exclude the program's image buffer: it is never touched, because the images are read from the loader's
        // buffer.
        let measured = try #require(model.memory).bytes - batch * network.inputShape.reduce(4, *)
        #expect(abs(predicted - measured) <= measured / 10 + 1 << 20)
    }
}
