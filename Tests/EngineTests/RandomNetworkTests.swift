// A hundred random networks, compared with the reference.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Testing

@Suite struct RandomNetworkTests {
    @Test(arguments: try (0..<100).map { try RandomNetwork(seed: $0) })
    func `a step and an evaluation match the reference`(_ random: RandomNetwork) throws {
        let recipe = TrainingRecipe(learningRate: 0.01)
        let model = try NetworkModel(
            random.network, recipe: recipe, batchSize: random.batch, options: random.options, threads: random.threads)
        var reference = try ReferenceModel(twinOf: model)
        let before = reference.parameters
        let batch = Batch(random.batch, for: random.network, seed: random.seed)
        let found = try model.train(batch, step: 0)
        let expected = reference.train(batch.pixels, labels: batch.labels, recipe: recipe)
        #expect(abs(found.lossSum - expected.loss.sum) <= 1e-4 * expected.loss.sum)
        // The gradient of a bias before batch normalization is pure rounding error, so errors are also compared with
        // the norm of the whole gradient. Where the values of a channel are nearly equal, normalization amplifies their
        // rounding errors.
        let gradients = try model.gradients()
        let norm = expected.gradients.values.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
        let isRounding = reference.parameters.contains { name, statistic in
            name.hasSuffix("running_var") && statistic.values.contains { $0 < 0.9 + 1e-7 }
        }
        #expect(gradients.keys == expected.gradients.keys)
        for (name, gradient) in expected.gradients {
            let difference = gradients[name].map { $0.distance(to: gradient) } ?? .infinity
            #expect(difference <= 2e-5 * gradient.norm + 5e-5 * norm || isRounding, "\(name)")
        }
        // Parameters and metrics after the step.
        let after = try model.values()
        for (name, gradient) in gradients {
            let expected = zip(before[name]?.values ?? [], gradient.values).map { $0 - recipe.learningRate * $1 }
            expectClose(after[name], Tensor(gradient.shape, expected), 1e-6, what: name)
        }
        for (name, statistic) in reference.parameters where gradients[name] == nil {
            expectClose(after[name], statistic, 1e-5, what: name)
        }
        reference.parameters = after
        let evaluation = try model.evaluate(batch)
        let loss = reference.evaluate(batch.pixels, labels: batch.labels)
        #expect(abs(evaluation.lossSum - loss.sum) <= 1e-4 * loss.sum)
    }

    @Test(arguments: try (0..<100).map { try RandomNetwork(seed: $0, largestBatch: 130) })
    func `a model goes on from its tensors bit for bit`(_ random: RandomNetwork) throws {
        var recipe = TrainingRecipe(learningRate: 0.001, momentum: 0.9, seed: random.seed)
        if random.seed % 2 == 1 { (recipe.optimizer, recipe.momentum) = (.adamw, 0) }
        if random.seed % 3 == 0 { recipe.ema = 0.9 }
        func model() throws -> NetworkModel {
            try NetworkModel(
                random.network, recipe: recipe, batchSize: random.batch, options: random.options,
                threads: random.threads)
        }
        let (whole, batch) = (try model(), Batch(random.batch, for: random.network, seed: random.seed))
        for step in 0..<2 { try whole.train(batch, step: step) }
        let rest = try model()
        for (tensor, other) in zip(rest.weights + rest.optimizerState, whole.weights + whole.optimizerState) {
            try rest.set(tensor, to: whole.value(of: other))
        }
        for step in 2..<4 {
            #expect(
                try rest.train(batch, step: step).lossSum.bitPattern
                    == whole.train(batch, step: step).lossSum.bitPattern)
        }
        for (tensor, other) in zip(rest.weights + rest.optimizerState, whole.weights + whole.optimizerState) {
            let (found, expected) = (try rest.value(of: tensor), try whole.value(of: other))
            #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(tensor.name)")
        }
        #expect(try rest.evaluate(batch).lossSum.bitPattern == whole.evaluate(batch).lossSum.bitPattern)
    }
}
