// The loop with the real engine on small synthetic images: results depend only on the seed, and the network learns.

import Datasets
import Engine
import Experiments
import Testing
import Training

@Suite struct RealEngineTests {
    /// 50 training and 20 test images of 12 × 12 in three classes: a bright band at the top, middle or bottom.
    private static let data: (train: LabelledImages, test: LabelledImages) = (images(50), images(20))

    private static func images(_ count: Int) -> LabelledImages {
        let labels = (0..<count).map { UInt8($0 % 3) }
        let pixels = labels.enumerated().flatMap { number, label in
            (0..<144).map { pixel -> UInt8 in
                let noise = UInt8((number * 53 + pixel * 29) % 97)
                return pixel / 48 == Int(label) ? 150 + noise : noise
            }
        }
        return LabelledImages(height: 12, width: 12, pixels: pixels, labels: labels)
    }

    /// All losses of a run, batch by batch, followed by the test losses.
    private func losses(
        seed: UInt64 = 1, threads: Int, epochs: Int = 3, learningRate: Double = 0.05
    ) throws -> (losses: [Double], summary: RunSummary) {
        let experiment = Experiment(
            name: "bands",
            network: NetworkRecipe(
                blocks: [Block(numConvs: 1, outChannels: 8), Block(numConvs: 2, outChannels: 16)], ratio: 1,
                classifier: [24]),
            data: DataRecipe(resize: 12, batchSize: 16),
            training: TrainingRecipe(learningRate: learningRate, momentum: 0.9, epochs: epochs, seed: seed))
        let data = TrainingData(
            train: Self.data.train, test: Self.data.test, numClasses: 3, summary: "bands", recipe: experiment.data)
        let network = try experiment.network(numClasses: 3)
        let model = try NetworkModel(network, recipe: experiment.training, batchSize: 16, threads: threads)
        let started = RunStarted(
            experiment: experiment, network: network, dataset: data.summary, trainExamples: data.train.count,
            testExamples: data.test.count, stepsPerEpoch: data.stepsPerEpoch, threads: threads, machine: "",
            engine: model.summary, predictedMemoryBytes: 0)
        var events: [RunEvent] = []
        var run = TrainingRun(started, data: data, stop: StopRequest()) { events.append($0) }
        let summary = run.run(model)
        return (events.progress.map(\.loss) + events.epochs.map(\.testLoss), summary)
    }

    @Test(arguments: [1, 2]) func `the same seed and threads give bit-identical runs`(threads: Int) throws {
        let first = try losses(threads: threads).losses
        #expect(first.count == 3 * 4 + 3)
        #expect(try losses(threads: threads).losses == first)
        #expect(try losses(seed: 2, threads: threads).losses != first)
    }

    @Test func `one thread and two agree`() throws {
        let one = try losses(threads: 1).losses
        let two = try losses(threads: 2).losses
        #expect(one.count == two.count)
        for (one, two) in zip(one, two) { #expect(abs(one - two) <= 1e-4 * one) }
    }

    @Test func `simple classes are learned`() throws {
        let summary = try losses(threads: 2, epochs: 15).summary
        #expect(summary.outcome == .completed)
        #expect(summary.step == 15 * 4)
        #expect((summary.bestEpoch?.testAccuracy ?? 0) > 0.9)
    }

    @Test func `a far too large learning rate diverges`() throws {
        let summary = try losses(threads: 2, epochs: 50, learningRate: 1e6).summary
        #expect(summary.outcome == .diverged(step: summary.step))
        #expect(summary.step < 200)
    }
}
