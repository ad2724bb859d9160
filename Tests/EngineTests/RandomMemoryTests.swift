// Memory that random networks take against what is predicted of it.

import Engine
import Experiments
import MemoryUse
import Model
import Testing

@Suite struct RandomMemoryTests {
    @Test(arguments: try (0..<100).map { try RandomNetwork(seed: $0, largestBatch: 130, sides: 20...64) })
    func `a run takes what was predicted, within 10 %`(_ random: RandomNetwork) throws {
        let recipe = TrainingRecipe(learningRate: 0.01)
        let model = try NetworkModel(
            random.network, recipe: recipe, batchSize: random.batch, options: random.options, threads: random.threads)
        let batch = Batch(random.batch, for: random.network, seed: 1)
        try model.train(batch, step: 0)
        _ = try model.evaluate(batch)
        let estimate = EngineCosts(ProcessorTraits.current).memory(
            of: random.network, training: recipe, options: random.options, batchSize: random.batch, storedBytes: 0,
            threads: random.threads)
        // What is not the model's is as predicted: the batches and the program itself.
        let others = estimate.parts.filter { ["batches, one ahead", "program and libraries"].contains($0.label) }
            .reduce(0) { $0 + $1.bytes }
        // A program has room for its images that it never touches, as it reads the loader's.
        let taken = try #require(model.memory).bytes - random.batch * random.network.inputShape.reduce(4, *) + others
        #expect(abs(estimate.totalBytes - taken) <= taken / 10)
    }
}
