// NaN and infinity in whole networks, for every code path of the engine: they must reach loss and gradients as in the
// reference, but never the weights.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Testing

@Suite struct NonFiniteTests {
    /// Combinations of convolution algorithm, lanes, chunks and precision.
    private static let settings = [
        Trial.Setting(convolution: .direct, threads: 1, batches: [3]),
        Trial.Setting(convolution: .winograd, chunk: 2, batches: [5]),
        Trial.Setting(threads: 3, batches: [2]),
        Trial.Setting(batches: [4], recipe: TrainingRecipe(learningRate: 0.05, momentum: 0.9, precision: .bfloat16)),
    ]

    @Test(arguments: try Trial.all, settings)
    func `a single non-finite value reaches the loss but not the weights`(
        _ trial: Trial, _ setting: Trial.Setting
    ) throws {
        let model = try NetworkModel(
            trial.network, recipe: setting.recipe, batchSize: setting.batches[0],
            options: EngineOptions(convolution: setting.convolution, chunk: setting.chunk), threads: setting.threads)
        let sound = try model.values()
        let batch = Batch(setting.batches[0], for: trial.network, seed: 0)
        for parameter in model.parameters {
            let values = try #require(sound[parameter.name]).floats
            for number in [Float.nan, .infinity, -.infinity] {
                var changed = values
                changed[changed.count / 2] = number
                try model.set(parameter, to: changed)
                let what = "\(parameter.name), \(number)"
                let expected = try ReferenceModel(twinOf: model).gradients(batch.pixels, labels: batch.labels)
                let evaluated = try model.evaluate(batch)
                let found = try model.train(batch, step: 0)
                #expect(found.lossSum.isFinite == evaluated.lossSum.isFinite, "\(what)")
                // Winograd may turn infinities into NaN that direct convolution and ReLU would clip.
                if !expected.loss.sum.isFinite {
                    #expect(!found.lossSum.isFinite && !found.isFinite, "\(what)")
                }
                let gradients = try model.gradients()
                for (name, gradient) in expected.gradients {
                    let lost = zip(try #require(gradients[name]).values, gradient.values).count {
                        $0.isFinite && !$1.isFinite
                    }
                    // Rounding to bfloat16 may flip the sign of a unit near 0.
                    let closed = setting.recipe.precision == .bfloat16 ? gradient.values.count / 10 : 0
                    #expect(lost <= closed, "\(what): \(name)")
                }
                if !found.isFinite { #expect(try same(model.value(of: parameter), changed), "\(what)") }
                // Restore the parameters in case there was an update.
                for other in model.parameters { try model.set(other, to: try #require(sound[other.name]).floats) }
            }
        }
    }

    @Test(arguments: try Trial.all) func `a single non-finite pixel reaches the loss`(_ trial: Trial) throws {
        for setting in Self.settings {
            let model = try NetworkModel(
                trial.network, recipe: setting.recipe, batchSize: setting.batches[0],
                options: EngineOptions(convolution: setting.convolution, chunk: setting.chunk),
                threads: setting.threads)
            var batch = Batch(setting.batches[0], for: trial.network, seed: 0)
            // In the middle of the first image, so that no pooling skips it.
            batch.pixels.values[trial.network.inputSide * trial.network.inputSide / 4] = .nan
            let sound = try model.values()
            let expected = try ReferenceModel(twinOf: model).evaluate(batch.pixels, labels: batch.labels)
            let found = try model.train(batch, step: 0)
            #expect(found.lossSum.isFinite == expected.sum.isFinite, "\(setting)")
            #expect(try model.evaluate(batch).lossSum.isFinite == expected.sum.isFinite, "\(setting)")
            if !found.isFinite { #expect(try model.values() == sound) }
        }
    }

    @Test func `an overflowing gradient is not applied even if the loss is finite`() throws {
        let network = try Network.small(dropout: 0)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 8, threads: 2)
        let last = try #require(model.parameters.first { $0.name == "classifier.3.weight" })
        try model.set(last, to: (0..<last.count).map { $0.isMultiple(of: 2) ? 1e30 : -1e30 })
        let before = try model.values()
        let result = try model.train(Batch(8, for: network, seed: 0), step: 0)
        #expect(result.lossSum.isFinite)
        #expect(result.gradientNorm?.isFinite == false && !result.isFinite)
        #expect(try model.values() == before)
    }

    @Test func `weights that overflow in an update are reported in the same step`() throws {
        let network = try Network.small(dropout: 0)
        let model = try NetworkModel(network, recipe: TrainingRecipe(learningRate: 1e38), batchSize: 8, threads: 2)
        let result = try model.train(Batch(8, for: network, seed: 0), step: 0)
        #expect(result.gradientNorm?.isFinite == true)
        #expect(!result.isFinite)
    }

    private func same(_ found: [Float], _ expected: [Float]) -> Bool {
        zip(found, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
}
