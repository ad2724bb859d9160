// Training in bfloat16: matches the reference within 8 significant bits, and falls back to float32 if unsupported.

import Engine
import Experiments
import Model
import OneDNN
import ReferenceNetwork
import Testing

@Suite struct PrecisionTests {
    private func network() throws -> Network {
        try Network(
            inputSide: 16, blocks: [Block(numConvs: 1, outChannels: 16), Block(numConvs: 1, outChannels: 32)],
            classifier: [64, 48], dropout: 0, numClasses: 10)
    }

    @Test(arguments: [1, 2], [[8], [8, 3]])
    func `gradients in bfloat16 match the reference up to rounding`(threads: Int, batches: [Int]) throws {
        let network = try network()
        let recipe = TrainingRecipe(learningRate: 0, precision: .bfloat16)
        let model = try NetworkModel(network, recipe: recipe, batchSize: batches[0], threads: threads)
        // Keep every ReLU of the classifier open: near its kink, rounding would decide the branch.
        for bias in model.parameters where bias.name.hasPrefix("classifier") && bias.name.hasSuffix("bias") {
            try model.set(bias, to: [Float](repeating: 3, count: bias.count))
        }
        for (step, count) in batches.enumerated() {
            let batch = Batch(count, for: network, seed: UInt64(step))
            let reference = try ReferenceModel(twinOf: model)
            let expected = reference.gradients(batch.pixels, labels: batch.labels)
            let found = try model.train(batch, step: step)
            #expect(abs(found.lossSum - expected.loss.sum) <= 1e-2 * expected.loss.sum)
            // Each product is off by up to 2⁻⁸, and each layer adds its own error. In the convolutional part, rounding
            // also decides the branch of ReLU and max pooling for close values; WinogradTests bounds the error of
            // convolutions themselves by 2 %.
            for (name, gradient) in try model.gradients() {
                let tolerance = name.hasPrefix("features") ? 0.2 : 3e-2
                expectClose(gradient, try #require(expected.gradients[name]), tolerance, what: name)
            }
        }
    }

    @Test(.enabled(if: Device.hasBFloat16)) func `bfloat16 is used if requested`() throws {
        let network = try network()
        let batch = Batch(8, for: network, seed: 0)
        func loss(_ precision: TrainingRecipe.Precision) throws -> Double {
            let recipe = TrainingRecipe(precision: precision)
            return try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2).train(batch, step: 0).lossSum
        }
        #expect(try loss(.bfloat16) != loss(.float32))
        #expect(try loss(.bfloat16) == loss(.bfloat16))
    }

    @Test func `weights accumulate updates smaller than bfloat16's precision`() throws {
        let network = try network()
        let recipe = TrainingRecipe(learningRate: 1e-6, precision: .bfloat16)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        let before = try model.values()
        let batch = Batch(8, for: network, seed: 0)
        for step in 0..<3 { try model.train(batch, step: step) }
        let name = "classifier.0.weight"
        let (old, new) = (try #require(before[name]), try #require(try model.values()[name]))
        #expect(old != new)
        #expect(new.relativeError(to: old) < 1e-5)
    }

    @Test func `evaluation in bfloat16 matches the reference's forward pass`() throws {
        let network = try network()
        let recipe = TrainingRecipe(precision: .bfloat16)
        let model = try NetworkModel(network, recipe: recipe, batchSize: 8, threads: 2)
        for count in [8, 1, 11] {
            let batch = Batch(count, for: network, seed: 1)
            let expected = try ReferenceModel(twinOf: model).evaluate(batch.pixels, labels: batch.labels)
            #expect(abs(try model.evaluate(batch).lossSum - expected.sum) <= 1e-2 * expected.sum)
        }
    }

    @Test func `the summary says if the processor lacks bfloat16`() throws {
        let model = try NetworkModel(
            network(), recipe: TrainingRecipe(precision: .bfloat16), batchSize: 8, threads: 1)
        #expect(model.precision == (Device.hasBFloat16 ? .bfloat16 : .float32))
        #expect(model.summary.contains("this processor has no bfloat16") == !Device.hasBFloat16)
    }
}
