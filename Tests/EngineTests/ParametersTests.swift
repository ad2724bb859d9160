// Access to parameters: names, shapes, initial values, reading and writing.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Testing

@Suite struct ParametersTests {
    @Test func `names and shapes match torchvision's`() throws {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 5), Block(numConvs: 2, outChannels: 16)],
            classifier: [7, 6], numClasses: 3)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 2, threads: 1)
        let expected: [(String, [Int])] = [
            ("features.0", [5, 1, 3, 3]), ("features.3", [16, 5, 3, 3]), ("features.5", [16, 16, 3, 3]),
            ("classifier.0", [7, 64]), ("classifier.3", [6, 7]), ("classifier.6", [3, 6]),
        ]
        #expect(model.parameters.map(\.name) == expected.flatMap { ["\($0.0).weight", "\($0.0).bias"] })
        #expect(model.parameters.map(\.shape) == expected.flatMap { [$0.1, [$0.1[0]]] })
    }

    @Test(arguments: try Trial.all)
    func `parameters can be written and read back`(_ trial: Trial) throws {
        let model = try NetworkModel(trial.network, recipe: TrainingRecipe(), batchSize: 3, threads: 2)
        #expect(model.parameters.reduce(0) { $0 + $1.count } == trial.network.parameters)
        var expected = try model.values()
        for (seed, parameter) in model.parameters.enumerated() {
            let values = Tensor(random: parameter.shape, seed: UInt64(seed))
            try model.set(parameter, to: values.floats)
            expected[parameter.name] = values
            expectClose(try model.values(), expected, 0)
        }
        // The step uses the values that were set.
        let batch = Batch(3, for: trial.network, seed: 0)
        let reference = ReferenceModel(trial.network, parameters: expected).evaluate(batch.pixels, labels: batch.labels)
        #expect(abs(try model.evaluate(batch).lossSum - reference.sum) <= 1e-5 * reference.sum)
    }

    @Test func `initial weights are Xavier-uniform and biases PyTorch's default`() throws {
        let network = try Network(
            inputSide: 16, blocks: [Block(numConvs: 1, outChannels: 48), Block(numConvs: 2, outChannels: 32)],
            classifier: [128, 64], numClasses: 10)
        let model = try NetworkModel(network, recipe: TrainingRecipe(seed: 5), batchSize: 4, threads: 2)
        let values = try model.values()
        for layer in network.layers {
            guard let name = layer.name else { continue }
            let (fanIn, fanOut): (Double, Double)
            if let convolution = layer.convolution {
                let window = convolution.kernel * convolution.kernel
                (fanIn, fanOut) = (Double(convolution.inChannels * window), Double(convolution.outChannels * window))
            } else {
                let linear = try #require(layer.linear)
                (fanIn, fanOut) = (Double(linear.inFeatures), Double(linear.outFeatures))
            }
            expectUniform(try #require(values["\(name).weight"]), bound: (6 / (fanIn + fanOut)).squareRoot())
            expectUniform(try #require(values["\(name).bias"]), bound: 1 / fanIn.squareRoot())
        }
    }

    /// Mean and variance within five standard errors; biases 0 for normal distributions.
    @Test(arguments: TrainingRecipe.Initialization.allCases)
    func `initial weights have the recipe's distribution`(initialization: TrainingRecipe.Initialization) throws {
        let network = try Network(
            inputSide: 16, blocks: [Block(numConvs: 1, outChannels: 48), Block(numConvs: 2, outChannels: 32)],
            classifier: [128, 64], numClasses: 10)
        var recipe = TrainingRecipe(seed: 5)
        (recipe.initialization, recipe.initialDeviation) = (initialization, 0.3)
        let values = try NetworkModel(network, recipe: recipe, batchSize: 4, threads: 2).values()
        for (name, tensor) in values {
            let isBias = name.hasSuffix("bias")
            let shape = try #require(values[name.replacing("bias", with: "weight")]).shape
            let window = Double(shape.dropFirst(2).reduce(1, *))
            let (fanIn, fanOut) = (window * Double(shape[1]), window * Double(shape[0]))
            switch initialization {
            case .xavierUniform:
                expectUniform(tensor, bound: isBias ? 1 / fanIn.squareRoot() : (6 / (fanIn + fanOut)).squareRoot())
            case .pytorch: expectUniform(tensor, bound: 1 / fanIn.squareRoot())
            case .kaimingNormal, .normal:
                guard !isBias else {
                    #expect(tensor.values.allSatisfy { $0 == 0 })
                    continue
                }
                let deviation = initialization == .normal ? 0.3 : (2 / fanIn).squareRoot()
                let scaled = tensor.values.map { $0 / deviation }
                let count = Double(scaled.count)
                let mean = scaled.reduce(0, +) / count
                let variance = scaled.reduce(0) { $0 + $1 * $1 } / count
                let fourth = scaled.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
                #expect(abs(mean) < 5 / count.squareRoot(), "\(name)")
                #expect(abs(variance - 1) < 5 * (2 / count).squareRoot(), "\(name)")
                #expect(abs(fourth - 3) < 5 * (96 / count).squareRoot(), "\(name)")
            }
        }
    }

    @Test func `no two parameters have the same initial values`() throws {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 3, outChannels: 16)], classifier: [32, 32], numClasses: 10)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 4, threads: 2)
        // Relative to the largest value, so that different bounds do not hide equal random numbers.
        let starts = try model.values().values.map { values in
            values.values.prefix(5).map { ($0 / values.values[0] * 1e4).rounded() }
        }
        #expect(Set(starts).count == starts.count)
    }

    @Test(arguments: [EngineOptions.Convolution.direct, .winograd, .auto], [nil, 1, 3])
    func `initial values depend only on the seed`(convolution: EngineOptions.Convolution, chunk: Int?) throws {
        let network = try Network.small()
        func values(seed: UInt64, _ options: EngineOptions, batchSize: Int, threads: Int) throws -> [String: Tensor] {
            try NetworkModel(
                network, recipe: TrainingRecipe(seed: seed), batchSize: batchSize, options: options, threads: threads
            ).values()
        }
        let first = try values(seed: 3, EngineOptions(convolution: .direct), batchSize: 8, threads: 1)
        let options = EngineOptions(convolution: convolution, chunk: chunk)
        for (batchSize, threads) in [(8, 1), (5, 2)] {
            expectClose(try values(seed: 3, options, batchSize: batchSize, threads: threads), first, 0)
        }
        let other = try values(seed: 4, options, batchSize: 8, threads: 1)
        #expect(other.allSatisfy { $1 != first[$0] })
    }

    /// U(±bound): all values inside; mean 0 and variance bound² / 3, both within five standard errors.
    private func expectUniform(
        _ tensor: Tensor, bound: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let count = Double(tensor.values.count)
        let values = tensor.values.map { $0 / bound }
        #expect(values.allSatisfy { abs($0) <= 1 + 1e-6 }, sourceLocation: sourceLocation)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + $1 * $1 } / count
        #expect(abs(mean) < 5 * (1 / 3 / count).squareRoot(), sourceLocation: sourceLocation)
        #expect(abs(variance - 1.0 / 3) < 5 * (4.0 / 45 / count).squareRoot(), sourceLocation: sourceLocation)
    }
}
