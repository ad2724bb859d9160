// Suggestions of the learning-rate range test on curves whose answers are known, and a sweep of a real network.

import Datasets
import Engine
import Experiments
import Foundation
import Testing
import Training

@Suite struct RateSweepTests {
    /// A sweep of 100 steps; losses are undone from their smoothing, so that the smoothed ones are these.
    private func sweep(_ loss: (_ rate: Double) -> Double) -> RateSweep {
        var sweep = RateSweep()
        var (mean, power) = (0.0, 1.0)
        for step in 0..<100 {
            let rate = RateSweep.rate(ofStep: step, of: 100)
            power *= 0.98
            let wanted = loss(rate) * (1 - power)
            sweep.add(rate: rate, loss: (wanted - 0.98 * mean) / 0.02)
            mean = wanted
        }
        return sweep
    }

    @Test func `rates grow from 1e-7 to 10 by the same factor`() {
        #expect(RateSweep.rate(ofStep: 0, of: 101) == 1e-7)
        #expect(abs(RateSweep.rate(ofStep: 100, of: 101) - 10) < 1e-12)
        #expect(abs(RateSweep.rate(ofStep: 50, of: 101) - 1e-3) < 1e-12)
    }

    @Test func `losses are smoothed without a bias`() {
        let sweep = sweep { 2 + $0 }
        for (rate, loss) in zip(sweep.rates, sweep.losses) { #expect(abs(loss - 2 - rate) < 1e-9) }
    }

    /// The formulas of fastai 2.7's `valley`, `slide`, `steep` and `minimum`, computed with NumPy on the same losses.
    @Test func `the suggestions are those of fastai`() throws {
        let sweep = sweep { rate in
            let x = log10(rate / 1e-7)
            return 0.5 + 1.8 / (1 + exp(3 * (x - 4))) + 0.4 * max(0, x - 6) * max(0, x - 6)
        }
        let suggestions = try #require(sweep.suggestions)
        let expected = [0.00017073526474706903, 0.000298364724028334, 0.0009111627561154895, 0.009545484566618346]
        #expect(suggestions.all.count == 4)
        for (found, expected) in zip(suggestions.all, expected) {
            #expect(abs(found.rate - expected) <= 1e-6 * expected, "\(found.name)")
        }
    }

    @Test func `a flat curve suggests nothing`() {
        #expect(sweep { _ in 2.3 }.suggestions == nil)
        #expect(sweep { 2.3 + $0 }.suggestions == nil)
        #expect(sweep { $0 > 1 ? 2.2 : 2.3 }.suggestions == nil, "a fall of less than 5 % is noise")
        #expect(RateReport([sweep { _ in 2.3 }]).suggestions.isEmpty)
    }

    @Test func `the median over seeds is shown with the lowest and the highest`() throws {
        func falling(to last: Double) -> RateSweep { sweep { rate in rate < last ? 2 - rate / last : 2 } }
        let report = RateReport([falling(to: 1e-2), falling(to: 1e-1), falling(to: 1)])
        let minimum = try #require(report.suggestions.last)
        #expect(minimum.name == "minimum / 10")
        #expect(minimum.range.contains(minimum.median) && minimum.median < 0.1 / 10 && minimum.median > 0.05 / 10)
        #expect(minimum.range.lowerBound < 1e-3 && minimum.range.upperBound > 0.05)
        // One flat curve of three does not matter, two do.
        let flat = sweep { _ in 2 }
        #expect(RateReport([flat, falling(to: 1), falling(to: 1)]).suggestions.count == 4)
        #expect(RateReport([flat, flat, falling(to: 1)]).suggestions.isEmpty)
    }

    @Test func `a loss of 4 times the minimum, or one that is not finite, is a divergence`() {
        var sweep = RateSweep()
        for loss in [2.0, 1, 3, 5] { sweep.add(rate: 1, loss: loss) }
        #expect(!sweep.hasDiverged)
        sweep.add(rate: 1, loss: 500)
        #expect(sweep.hasDiverged)
        var other = RateSweep()
        other.add(rate: 1, loss: .nan)
        #expect(other.hasDiverged)
    }

    @Test func `a real network's sweep suggests a rate that trains it`() throws {
        let labels = (0..<96).map { UInt8($0 % 3) }
        let pixels = labels.enumerated().flatMap { number, label in
            (0..<144).map { pixel -> UInt8 in
                let noise = UInt8((number * 53 + pixel * 29) % 97)
                return pixel / 48 == Int(label) ? 150 + noise : noise
            }
        }
        let images = LabelledImages(height: 12, width: 12, pixels: pixels, labels: labels)
        let recipe = DataRecipe(resize: 12, batchSize: 16)
        let data = TrainingData(train: images, test: images, numClasses: 3, summary: "bands", recipe: recipe)
        let network = try Network(
            inputSide: 12, blocks: [Block(numConvs: 1, outChannels: 8)], classifier: [16], dropout: 0, numClasses: 3)
        let sweeps = try (0..<3).map { seed in
            let model = try NetworkModel(network, recipe: TrainingRecipe(seed: UInt64(seed)), batchSize: 16, threads: 1)
            return try #require(try RateSweep.run(model, on: data, steps: 200, seed: UInt64(seed), stop: StopRequest()))
        }
        for sweep in sweeps { #expect(sweep.rates.count == 200 || sweep.hasDiverged) }
        let valley = try #require(RateReport(sweeps).suggestions.first)
        #expect(valley.range.lowerBound > 1e-4 && valley.range.upperBound < 2)
        let stop = StopRequest()
        stop.request()
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 16, threads: 1)
        #expect(try RateSweep.run(model, on: data, steps: 20, seed: 0, stop: stop) == nil)
    }
}
