// Evaluation: matches the reference, applies no dropout, and has no side effects on training.

import Engine
import Experiments
import Model
import Foundation
import ReferenceNetwork
import Testing

@Suite struct EvaluationTests {
    @Test(arguments: try Trial.all, [nil, 2])
    func `evaluation matches the reference's forward pass`(_ trial: Trial, chunk: Int?) throws {
        let model = try NetworkModel(
            trial.network, recipe: TrainingRecipe(), batchSize: 5, options: EngineOptions(chunk: chunk), threads: 2)
        let reference = try ReferenceModel(twinOf: model)
        for count in [5, 1, 7] {
            let batch = Batch(count, for: trial.network, seed: 0)
            let found = try model.evaluate(batch)
            let expected = reference.evaluate(batch.pixels, labels: batch.labels)
            #expect(abs(found.lossSum - expected.sum) <= 1e-5 * expected.sum)
            #expect(found.correct == expected.correct && found.examples == count)
        }
        expectClose(try model.values(), reference.parameters, 0)
    }

    @Test func `evaluation applies no dropout and is deterministic`() throws {
        let network = try Network.small(dropout: 0.9)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 8, threads: 2)
        let batch = Batch(8, for: network, seed: 0)
        let expected = try ReferenceModel(twinOf: model).evaluate(batch.pixels, labels: batch.labels)
        let found = try model.evaluate(batch)
        #expect(abs(found.lossSum - expected.sum) <= 1e-5 * expected.sum)
        #expect(try model.evaluate(batch) == found)
    }

    @Test func `predictions are the probabilities behind the loss`() throws {
        let network = try Network.small(dropout: 0.9)
        let model = try NetworkModel(network, recipe: TrainingRecipe(), batchSize: 8, threads: 2)
        let batch = Batch(6, for: network, seed: 3)
        let probabilities = try batch.pixels.floats.withUnsafeBufferPointer { try model.predict(pixels: $0) }
        #expect(probabilities.count == 6 * network.numClasses)
        let loss = zip(0..., batch.labels).reduce(0.0) { sum, item in
            sum - log(Double(probabilities[item.0 * network.numClasses + Int(item.1)]))
        }
        #expect(abs(loss - (try model.evaluate(batch).lossSum)) < 1e-4)
        for image in 0..<6 {
            let sum = probabilities[image * network.numClasses..<(image + 1) * network.numClasses].reduce(0, +)
            #expect(abs(sum - 1) < 1e-5)
        }
    }

    @Test(arguments: [nil, 3])
    func `an evaluation does not affect training`(chunk: Int?) throws {
        let network = try Network.small()
        func run(evaluatesBetween sizes: [Int]) throws -> [BatchResult] {
            let model = try NetworkModel(
                network, recipe: TrainingRecipe(momentum: 0.9, weightDecay: 1e-3), batchSize: 8,
                options: EngineOptions(chunk: chunk), threads: 2)
            return try (0..<6).map { step in
                let result = try model.train(Batch(8, for: network, seed: UInt64(step)), step: step)
                for size in sizes { _ = try model.evaluate(Batch(size, for: network, seed: 9)) }
                return result
            }
        }
        #expect(try run(evaluatesBetween: [8, 11, 2]) == run(evaluatesBetween: []))
    }
}
