// Training steps compared with the reference, and properties of any run.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Synchronization
import Testing

@Suite struct NetworkModelTests {
    @Test(arguments: try Trial.all, Trial.Setting.all)
    func `ten steps follow the reference`(_ trial: Trial, _ setting: Trial.Setting) throws {
        let model = try NetworkModel(
            trial.network, recipe: setting.recipe, batchSize: setting.batches[0],
            options: EngineOptions(convolution: setting.convolution, chunk: setting.chunk), threads: setting.threads)
        var reference = try ReferenceModel(twinOf: model)
        var updates = Updates(of: try model.values())
        for step in 0..<10 {
            let count = setting.batches[step % setting.batches.count]
            let batch = Batch(count, for: trial.network, seed: UInt64(step % 3))
            let found = try model.train(batch, step: step)
            let expected = reference.train(batch.pixels, labels: batch.labels, recipe: setting.recipe)
            #expect(abs(found.lossSum - expected.loss.sum) <= 1e-4 * expected.loss.sum, "step \(step)")
            #expect(found.correct == expected.loss.correct && found.examples == count)
            let gradients = try model.gradients()
            if step < setting.batches.count { expectClose(gradients, expected.gradients, 1e-4) }
            updates.follow(gradients, setting.recipe)
            expectClose(try model.values(), updates.parameters, 1e-6)
        }
        // A looser bound: occasionally a value is so close to a kink of ReLU or max pooling that rounding decides the
        // branch, and the trajectories diverge.
        expectClose(try model.values(), reference.parameters, 2e-2)
    }

    @Test(arguments: [1, 2], [nil, 2])
    func `ten steps with dropout follow a reference with the same dropout`(threads: Int, chunk: Int?) throws {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 16)], classifier: [64, 48], dropout: 0.3,
            numClasses: 4)
        let recipe = TrainingRecipe(momentum: 0.9, seed: 11)
        let model = try NetworkModel(
            network, recipe: recipe, batchSize: 6, options: EngineOptions(chunk: chunk), threads: threads)
        var reference = try ReferenceModel(twinOf: model)
        for step in 0..<10 {
            let batch = Batch(6, for: network, seed: 1)
            let found = try model.train(batch, step: step)
            let expected = reference.train(batch.pixels, labels: batch.labels, recipe: recipe) { layer, count in
                let random = CounterRandom(seed: 11, stream: UInt64(step) << 16 | UInt64(layer - 1))
                return (0..<UInt64(count)).map { Double(random.bits(at: $0)) * 0x1p-64 < 0.3 ? 0 : 1 / 0.7 }
            }
            #expect(abs(found.lossSum - expected.loss.sum) <= 1e-4 * expected.loss.sum, "step \(step)")
            if step == 0 { expectClose(try model.gradients(), expected.gradients, 1e-4) }
        }
        expectClose(try model.values(), reference.parameters, 2e-2)
    }

    @Test(arguments: [1, 2], [nil, 3])
    func `the same seed gives bit-identical runs`(threads: Int, chunk: Int?) throws {
        func losses(seed: UInt64) throws -> [Double] {
            let network = try Network.small()
            let model = try NetworkModel(
                network, recipe: TrainingRecipe(momentum: 0.9, seed: seed), batchSize: 8,
                options: EngineOptions(chunk: chunk), threads: threads)
            return try (0..<10).map { step in
                try model.train(Batch(8, for: network, seed: UInt64(step)), step: step).lossSum
            }
        }
        let first = try losses(seed: 1)
        #expect(try losses(seed: 1) == first)
        #expect(Set(try losses(seed: 2)).isDisjoint(with: first))
    }

    @Test(arguments: [1, 2], [false, true])
    func `a cancelled step has no effect, profiled or not`(threads: Int, isProfiled: Bool) throws {
        let network = try Network.small()
        let recipe = TrainingRecipe(momentum: 0.9)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: threads)
        let other = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: threads)
        let batch = Batch(8, for: network, seed: 0)
        var cutSteps = 0
        // Cancel at the n-th check; with the last limit, the step completes.
        for limit in [0, 1, 2, 5, 10, 20, 40, 80, 1_000_000] {
            let count = Atomic(0)
            let result = try batch.withPointers { pixels, labels in
                try model.train(
                    pixels: pixels, labels: labels, step: 3, learningRate: recipe.learningRate, isProfiled: isProfiled
                ) {
                    count.add(1, ordering: .relaxed).newValue > limit
                }
            }
            if result == nil {
                cutSteps += 1
            } else {
                try other.train(batch, step: 3)
            }
            #expect(try model.values() == other.values())
        }
        #expect((1...8).contains(cutSteps))
    }

    @Test(arguments: [1, 2]) func `profiling does not change a step and measures each layer's time`(threads: Int) throws
    {
        let network = try Network.small()
        let recipe = TrainingRecipe(momentum: 0.9)
        let models = try (0..<2).map { _ in
            try NetworkModel(network, recipe: recipe, batchSize: 8, threads: threads)
        }
        let batch = Batch(8, for: network, seed: 0)
        let results = try zip(models, [false, true]).map { model, isProfiled in
            try batch.withPointers { pixels, labels in
                try #require(
                    try model.train(
                        pixels: pixels, labels: labels, step: 0, learningRate: 0.1, isProfiled: isProfiled))
            }
        }
        #expect(results[0].lossSum == results[1].lossSum && results[0].layers == results[1].layers)
        #expect(try models[0].values() == models[1].values())
        #expect(results[0].profile.isEmpty)
        let profile = results[1].profile
        #expect(profile.allSatisfy { $0.seconds >= 0 } && Set(profile.map(\.pass)) == Set(Pass.allCases))
        let weighted = network.layers.indices.filter { network.layers[$0].parameters > 0 }
        #expect(Set(weighted).isSubset(of: profile.map(\.layer)))
    }

    @Test func `dropout depends on the step`() throws {
        let network = try Network.small()
        let batch = Batch(8, for: network, seed: 0)
        let model = try NetworkModel(network, recipe: TrainingRecipe(learningRate: 0), batchSize: 8, threads: 2)
        let losses = try [0, 1, 0, 65536].map { try model.train(batch, step: $0).lossSum }
        #expect(losses[0] == losses[2])
        #expect(Set(losses).count == 3)
    }

    @Test func `the model overfits a single batch`() throws {
        let network = try Network.small(dropout: 0)
        let batch = Batch(8, for: network, seed: 0)
        let model = try NetworkModel(network, recipe: TrainingRecipe(momentum: 0.9), batchSize: 8, threads: 2)
        for step in 0..<200 { try model.train(batch, step: step) }
        let result = try model.evaluate(batch)
        #expect(result.lossSum / 8 < 0.01)
        #expect(result.correct == 8)
    }

    @Test func `twenty losses with Winograd match direct convolution`() throws {
        let network = try Network(
            inputSide: 24, blocks: [Block(numConvs: 1, outChannels: 16), Block(numConvs: 2, outChannels: 32)],
            classifier: [64], dropout: 0.5, numClasses: 10)
        func losses(_ convolution: EngineOptions.Convolution, seed: UInt64) throws -> [Double] {
            let model = try NetworkModel(
                network, recipe: TrainingRecipe(learningRate: 0.01, seed: seed), batchSize: 16,
                options: EngineOptions(convolution: convolution), threads: 2)
            return try (0..<20).map { step in
                try model.train(Batch(16, for: network, seed: 20 * seed + UInt64(step)), step: step).lossSum
            }
        }
        let differences = try (0..<10 as Range<UInt64>).map { seed in
            let (direct, winograd) = (try losses(.direct, seed: seed), try losses(.winograd, seed: seed))
            #expect(direct != winograd)
            #expect(try losses(.winograd, seed: seed) == winograd)
            return zip(direct, winograd).map { abs($0 - $1) / $0 }.max() ?? .infinity
        }.sorted()
        // If two values of a window differ only by rounding, pooling may select either, and the trajectories diverge:
        // with 10 of 40 seeds, by up to 8e-4. With the other seeds they differ by less than 1e-7.
        #expect(differences[4] <= 1e-6, "\(differences)")
        #expect(differences[9] <= 1e-2, "\(differences)")
    }

    @Test(arguments: [1, 2]) func `a step reports the gradient norm without weight decay`(threads: Int) throws {
        let network = try Network.small()
        let recipe = TrainingRecipe(momentum: 0.9, weightDecay: 0.1)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: threads)
        for step in 0..<3 {
            let norm = try #require(
                try model.train(Batch(8, for: network, seed: UInt64(step)), step: step).gradientNorm)
            let squares = try model.gradients().values.map { $0.floats.map { Double($0) * Double($0) }.reduce(0, +) }
            let expected = squares.reduce(0, +).squareRoot()
            #expect(norm > 0)
            #expect(abs(norm - expected) < 1e-6 * expected)
        }
        #expect(try model.evaluate(Batch(8, for: network, seed: 0)).gradientNorm == nil)
    }

    /// Units before a dead layer are still live: only activations count, not gradients.
    @Test(arguments: try Trial.all, Trial.Setting.all)
    func `units are dead if their activations are 0 for the whole batch`(
        _ trial: Trial, _ setting: Trial.Setting
    ) throws {
        let model = try NetworkModel(
            trial.network, recipe: setting.recipe, batchSize: setting.batches[0],
            options: EngineOptions(convolution: setting.convolution, chunk: setting.chunk), threads: setting.threads)
        // Close every third unit, including the last one, so that a layer with a single unit is dead.
        for bias in model.parameters where bias.shape.count == 1 && bias != model.parameters.last {
            var values = try model.value(of: bias)
            for index in values.indices where index % 3 == 1 || index == values.count - 1 { values[index] = -1000 }
            try model.set(bias, to: values)
        }
        let batch = Batch(setting.batches[0], for: trial.network, seed: 0)
        let expected = try ReferenceModel(twinOf: model).deadUnits(batch.pixels)
        let result = try model.train(batch, step: 0)
        #expect(result.layers.map(\.name) == trial.network.layers.compactMap(\.name))
        for (layer, expected) in zip(result.layers, expected) {
            #expect(layer.deadShare == expected.map { Double($0.dead) / Double($0.units) }, "\(layer.name)")
        }
        let all = expected.compactMap(\.self)
        let share = Double(all.map(\.dead).reduce(0, +)) / Double(all.map(\.units).reduce(0, +))
        #expect(result.deadShare == share)
        #expect(try model.evaluate(batch).deadShare == nil)
        #expect(try model.evaluate(batch).layers.isEmpty)
    }

    @Test func `a live unit can be dead in the next step`() throws {
        let network = try Network.small(dropout: 0)
        let model = try NetworkModel(network, recipe: TrainingRecipe(learningRate: 0), batchSize: 8, threads: 2)
        let batch = Batch(8, for: network, seed: 0)
        let hidden = try #require(model.parameters.first { $0.shape == [24] })
        func dead() throws -> Double? {
            try model.train(batch, step: 0).layers.first { $0.name == "classifier.0" }?.deadShare
        }
        try model.set(hidden, to: [Float](repeating: 1000, count: 24))
        #expect(try dead() == 0)
        try model.set(hidden, to: [Float](repeating: -1000, count: 24))
        #expect(try dead() == 1)
    }

    @Test(arguments: [1, 2]) func `a step reports each layer's update ratio`(threads: Int) throws {
        let network = try Network.small()
        let recipe = TrainingRecipe(momentum: 0.9, weightDecay: 0.1)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: threads)
        for step in 0..<3 {
            let before = try model.values()
            let layers = try model.train(Batch(8, for: network, seed: UInt64(step)), step: step).layers
            let after = try model.values()
            for layer in layers {
                let old = try #require(before["\(layer.name).weight"]),
                    new = try #require(after["\(layer.name).weight"])
                let expected = Tensor(old.shape, zip(new.values, old.values).map(-)).norm / old.norm
                let found = try #require(layer.updateRatio)
                #expect(abs(found - expected) < 1e-4 * expected, "\(layer.name)")
            }
        }
    }

    @Test func `a NaN weight makes the loss NaN`() throws {
        let network = try Network.small()
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 8, threads: 2)
        let bias = try #require(model.parameters.last)
        try model.set(bias, to: [0, .nan, 0, 0])
        #expect(try model.train(Batch(8, for: network, seed: 0), step: 0).lossSum.isNaN)
    }

    @Test(arguments: [(nil, 8, 8), (3, 8, 3), (100, 8, 8)] as [(Int?, Int, Int)])
    func `a chunk is never larger than a batch`(asked: Int?, batchSize: Int, expected: Int) throws {
        let model = try NetworkModel(
            Network.small(), recipe: TrainingRecipe(), batchSize: batchSize, options: EngineOptions(chunk: asked),
            threads: 1)
        #expect(model.chunk == expected)
        #expect(model.summary.contains("chunks of \(expected)"))
    }
}

/// Expected parameters, computed from the engine's own gradients: tests the update alone, unaffected by kinks.
private struct Updates {
    var parameters: [String: Tensor]
    private var velocities: [String: Tensor]

    init(of parameters: [String: Tensor]) {
        self.parameters = parameters
        velocities = parameters.mapValues { Tensor(zeros: $0.shape) }
    }

    mutating func follow(_ gradients: [String: Tensor], _ recipe: TrainingRecipe) {
        for (name, gradient) in gradients {
            let zeros = Tensor(zeros: gradient.shape)
            sgd(
                &parameters[name, default: zeros], gradient: gradient, velocity: &velocities[name, default: zeros],
                learningRate: recipe.learningRate, momentum: recipe.momentum, weightDecay: recipe.weightDecay)
        }
    }
}
