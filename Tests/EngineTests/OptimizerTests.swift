// Optimizer updates, compared elementwise with torch.optim's formulas in double precision.

import Engine
import Experiments
import Model
import OneDNN
import ReferenceNetwork
import Testing

@Suite struct OptimizerTests {
    /// A recipe with a description.
    struct Case: CustomTestStringConvertible, Sendable {
        var recipe = TrainingRecipe(learningRate: 0.01)
        let testDescription: String

        init(_ description: String, _ change: (inout TrainingRecipe) -> Void) {
            testDescription = description
            change(&recipe)
        }

        static let all = [
            Case("SGD") { $0.weightDecay = 0.01 },
            Case("momentum") { ($0.momentum, $0.weightDecay) = (0.9, 0.01) },
            Case("Nesterov") { ($0.momentum, $0.nesterov, $0.weightDecay) = (0.9, true, 0.01) },
            Case("Adam") { ($0.optimizer, $0.weightDecay) = (.adam, 0.01) },
            Case("Adam with other betas") {
                ($0.optimizer, $0.beta1, $0.beta2, $0.epsilon) = (.adam, 0.8, 0.95, 1e-3)
            },
            Case("AdamW") { ($0.optimizer, $0.weightDecay) = (.adamw, 0.1) },
        ]
    }

    /// A parameter and its optimizer state, updated as in PyTorch's documentation.
    private struct Reference {
        var value: Double
        var first = 0.0
        var second = 0.0
        var step = 0

        mutating func update(_ gradient: Double, _ recipe: TrainingRecipe, weightDecay: Double) {
            step += 1
            if recipe.optimizer == .adamw { value -= recipe.learningRate * weightDecay * value }
            var slope = gradient + (recipe.optimizer == .adamw ? 0 : weightDecay * value)
            guard recipe.optimizer != .sgd else {
                first = recipe.momentum * first + slope
                slope = recipe.nesterov ? slope + recipe.momentum * first : first
                value -= recipe.learningRate * slope
                return
            }
            first = recipe.beta1 * first + (1 - recipe.beta1) * slope
            second = recipe.beta2 * second + (1 - recipe.beta2) * slope * slope
            let mean = first / (1 - power(recipe.beta1)), square = second / (1 - power(recipe.beta2))
            value -= recipe.learningRate * mean / (square.squareRoot() + recipe.epsilon)
        }

        private func power(_ base: Double) -> Double { (0..<step).reduce(1) { power, _ in power * base } }
    }

    /// Ten updates of parameters in two segments, the second without weight decay.
    private func values(_ recipe: TrainingRecipe, count: Int, threads: Int) throws -> (values: [Float], [UpdateSums]) {
        _ = try Device(threads: threads)
        var values = Tensor(random: [count], seed: 1).floats
        let states = (0..<2).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: count) }
        for state in states { state.initialize(repeating: 0) }
        defer { for state in states { state.deallocate() } }
        var sums: [UpdateSums] = []
        let blocks = UpdateBlock.cut([0..<count / 3, count / 3..<count], decaying: [true, false])
        for step in 1...10 {
            var gradients = Tensor(random: [count], seed: UInt64(1 + step)).floats
            sums = values.withUnsafeMutableBufferPointer { values in
                gradients.withUnsafeMutableBufferPointer { gradients in
                    recipe.optimizer == .sgd
                        ? sgd(
                            parameters: values, gradients: gradients,
                            velocities: recipe.momentum == 0 ? nil : states[0],
                            blocks: blocks, learningRate: Float(recipe.learningRate), momentum: Float(recipe.momentum),
                            isNesterov: recipe.nesterov, weightDecay: Float(recipe.weightDecay))
                        : adam(
                            parameters: values, gradients: gradients, means: states[0], squares: states[1],
                            blocks: blocks,
                            AdamFactors(recipe, learningRate: recipe.learningRate, update: step))
                }
            }
        }
        return (values, sums)
    }

    @Test(arguments: Case.all, [1, 17, 1000, 20_003])
    func `ten updates match torch.optim on any number of threads`(_ trial: Case, count: Int) throws {
        let (values, sums) = try values(trial.recipe, count: count, threads: 1)
        var expected = Tensor(random: [count], seed: 1).floats.map { Reference(value: Double($0)) }
        var before = expected
        for step in 1...10 {
            let gradients = Tensor(random: [count], seed: UInt64(1 + step)).floats
            before = expected
            for index in expected.indices {
                let decay = index < count / 3 ? trial.recipe.weightDecay : 0
                expected[index].update(Double(gradients[index]), trial.recipe, weightDecay: decay)
            }
        }
        let exact = Tensor([count], expected.map { $0.value })
        expectClose(Tensor([count], floats: values), exact, 1e-5, what: "parameters")
        let differences = zip(before, expected).map { old, new in old.value - new.value }
        let change = differences.reduce(0) { sum, difference in sum + difference * difference }
        #expect(abs(sums.reduce(0) { $0 + $1.change } - change) <= 1e-4 * change)
        for threads in [2, 3] {
            #expect(try self.values(trial.recipe, count: count, threads: threads).values == values)
        }
    }

    @Test(arguments: Case.all, TrainingRecipe.Decay.allCases)
    func `a model applies the optimizer to its gradients`(_ trial: Case, decay: TrainingRecipe.Decay) throws {
        var recipe = trial.recipe
        recipe.decay = decay
        let network = try Network.small()
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        var expected = try model.values().mapValues { $0.values.map { Reference(value: $0) } }
        for step in 0..<5 {
            try model.train(Batch(8, for: network, seed: UInt64(step)), step: step)
            for (name, gradient) in try model.gradients() {
                let decays = decay == .all || name.hasSuffix("weight")
                for (index, slope) in gradient.values.enumerated() {
                    expected[name]?[index].update(slope, recipe, weightDecay: decays ? recipe.weightDecay : 0)
                }
            }
        }
        for parameter in model.parameters {
            let exact = Tensor(parameter.shape, (expected[parameter.name] ?? []).map { $0.value })
            expectClose(
                Tensor(parameter.shape, floats: try model.value(of: parameter)), exact, 1e-5, what: parameter.name)
        }
    }

    /// The reported gradient norm is the one before clipping.
    @Test(arguments: [TrainingRecipe.Optimizer.sgd, .adam], [0.01, 1e6])
    func `clipping scales all gradients to the maximum norm`(optimizer: TrainingRecipe.Optimizer, norm: Double) throws {
        var recipe = TrainingRecipe(learningRate: 1)
        (recipe.optimizer, recipe.clipNorm, recipe.epsilon) = (optimizer, norm, 1e-3)
        let network = try Network.small()
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        let before = try model.values()
        let told = try #require(try model.train(Batch(8, for: network, seed: 0), step: 0).gradientNorm)
        recipe.clipNorm = nil
        let twin = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        try twin.train(Batch(8, for: network, seed: 0), step: 0)
        let gradients = try twin.gradients()
        let exact = gradients.values.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
        #expect(abs(told - exact) <= 1e-6 * told)
        let scale = min(norm / (exact + 1e-6), 1)
        #expect((scale < 1) == (norm < 1))
        for parameter in model.parameters {
            let (old, gradient) = (try #require(before[parameter.name]), try #require(gradients[parameter.name]))
            let exact = zip(old.values, gradient.values).map { value, slope in
                var reference = Reference(value: value)
                reference.update(scale * slope, recipe, weightDecay: 0)
                return reference.value - value
            }
            let change = zip(try model.value(of: parameter), old.values).map { Double($0) - $1 }
            expectClose(Tensor(parameter.shape, change), Tensor(parameter.shape, exact), 1e-3, what: parameter.name)
        }
    }

    @Test func `Adam's state has PyTorch's names and the update count`() throws {
        var recipe = TrainingRecipe()
        recipe.optimizer = .adam
        let network = try Network.small()
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        let names = model.parameters.flatMap { ["\($0.name).exp_avg", "\($0.name).exp_avg_sq"] } + ["step"]
        #expect(model.optimizerState.map(\.name) == names)
        for step in 0..<3 { try model.train(Batch(8, for: network, seed: 0), step: 40 + step) }
        let counter = try #require(model.optimizerState.last)
        #expect(try model.value(of: counter) == [3])
        try model.set(counter, to: [7])
        #expect(try model.value(of: counter) == [7])
    }

    @Test func `the memory estimate includes the optimizer's state`() throws {
        let network = try Network.small()
        func bytes(_ change: (inout TrainingRecipe) -> Void) -> Int {
            var recipe = TrainingRecipe()
            change(&recipe)
            return EngineCosts(ProcessorTraits()).memory(
                of: network, training: recipe, options: EngineOptions(), batchSize: 8, storedBytes: 0, threads: 1
            ).totalBytes
        }
        let parameters = bytes { $0.momentum = 0.9 } - bytes { _ in }
        #expect(parameters >= 4 * network.parameters)
        for optimizer in [TrainingRecipe.Optimizer.adam, .adamw] {
            #expect(bytes { $0.optimizer = optimizer } - bytes { _ in } == 2 * parameters)
        }
    }

    @Test(arguments: [Case.all[0], Case.all[3]])
    func `the running mean of the weights is evaluated and saved, and the weights are state`(_ trial: Case) throws {
        var recipe = trial.recipe
        recipe.ema = 0.8
        let network = try Network.small(dropout: 0)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        let plain = try NetworkModel(network, recipe: trial.recipe, batchSize: 8, threads: 2)
        #expect(try model.values() == plain.values(), "the mean begins as the weights")
        var means: [String: [Double]] = [:]
        for step in 0..<5 {
            let batch = Batch(8, for: network, seed: UInt64(step))
            try model.train(batch, step: step)
            try plain.train(batch, step: step)
            for (name, values) in try plain.values() {
                means[name] = zip(means[name] ?? values.values, values.values).map { 0.8 * $0 + 0.2 * $1 }
            }
            // PyTorch's AveragedModel copies the first update.
            if step == 0 { means = try plain.values().mapValues(\.values) }
            let evaluation = try model.evaluate(batch)
            for (name, values) in try model.values() {
                expectClose(values, Tensor(values.shape, means[name] ?? []), 1e-5, what: name)
            }
            for tensor in plain.parameters {
                let state = try #require(model.optimizerState.first { $0.name == tensor.name + ".unaveraged" })
                #expect(try model.value(of: state) == plain.value(of: tensor))
            }
            let other = try NetworkModel(network, recipe: trial.recipe, batchSize: 8, threads: 2)
            for tensor in other.parameters { try other.set(tensor, to: model.value(of: tensor)) }
            #expect(try other.evaluate(batch).lossSum == evaluation.lossSum)
        }
    }
}
