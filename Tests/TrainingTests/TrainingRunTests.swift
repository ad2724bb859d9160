// The training loop without interruptions: the calls of the model, and the events.

import Datasets
import Experiments
import Foundation
import Model
import Testing
import Training

@Suite struct TrainingRunTests {
    @Test func `two epochs are reported step by step`() throws {
        let rehearsal = Rehearsal()
        let (events, summary, model) = try rehearsal.run()
        let begin = RunEvent.runStarted(try rehearsal.started())
        #expect(events.first == begin)
        #expect(events.letters == "s" + "pppe" + "pppe" + "f")
        #expect(events.progress.map(\.epoch) == [1, 1, 1, 2, 2, 2])
        #expect(events.progress.map(\.step) == [1, 2, 3, 4, 5, 6])
        #expect(events.progress.map(\.stepInEpoch) == [1, 2, 3, 1, 2, 3])
        #expect(events.progress.allSatisfy { $0.stepsPerEpoch == 3 })
        #expect(events.epochs.map(\.epoch) == [1, 2])
        #expect(events.epochs.map(\.step) == [3, 6])
        #expect(summary.outcome == .completed)
        #expect(summary.step == 6)
        #expect(summary.lastEpoch == events.epochs.last)
        #expect(summary.peakMemoryBytes > 0)

        let epoch = { (first: Int) -> [FakeModel.Call] in
            [
                .train(step: first, labels: [0, 1, 2, 3]), .train(step: first + 1, labels: [4, 5, 6, 7]),
                .train(step: first + 2, labels: [8, 9]), .evaluate(labels: [100, 101, 102, 103]),
                .evaluate(labels: [104]),
            ]
        }
        #expect(model.calls == epoch(0) + epoch(3))
    }

    /// Test accuracies fall while validation accuracies rise.
    @Test func `validation images choose the best epoch and never train`() throws {
        var rehearsal = Rehearsal(epochs: 3)
        rehearsal.validation = .numbered(4, from: 50)
        (rehearsal.experiment.training.earlyStopping, rehearsal.experiment.training.patience) = (.accuracy, 1)
        var kept: [RunPosition] = []
        let (events, summary, model) = try rehearsal.run(
            FakeModel { call in
                let epoch = (call - 1) / 6
                return switch call % 6 {
                case 4: FakeModel.Reply(correct: 3 - epoch)
                case 5: FakeModel.Reply(correct: 0)
                case 0: FakeModel.Reply(lossSum: 8, correct: epoch + 1)
                default: FakeModel.Reply()
                }
            },
            keep: {
                kept.append($0)
                _ = $1
                return []
            })
        #expect(model.trained.joined().allSatisfy { $0 < 10 })
        #expect(model.evaluated.filter { $0 == [50, 51, 52, 53] }.count == 3)
        #expect(events.epochs.map(\.validationAccuracy) == [0.25, 0.5, 0.75])
        #expect(events.epochs.map(\.validationLoss) == [2, 2, 2])
        #expect(events.epochs.map(\.testAccuracy) == [0.6, 0.4, 0.2])
        #expect(summary.bestEpoch?.epoch == 3 && summary.outcome == .completed)
        #expect(events.evaluations.map(\.allExamples).allSatisfy { $0 == 9 })
        #expect(events.evaluations.last?.examples == 9)
        var status = RunStatus(.running)
        for event in events { status.follow(event) }
        #expect(status.bestEpoch == 3 && status.bestAccuracy == 0.2 && status.bestValidation == 0.75)
    }

    /// PyTorch's ReduceLROnPlateau with factor 0.5, patience 1 and a minimum of 0.02 gives these rates.
    @Test func `plateau reduces the rate where the loss no longer falls, also after a resume`() throws {
        let losses = [5.0, 4, 4.1, 3.9999, 3, 3, 3.1, 3.2, 2, 2, 2, 2]
        let rates = [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.02]
        var rehearsal = Rehearsal(epochs: losses.count)
        (rehearsal.experiment.training.schedule, rehearsal.experiment.training.learningRate) = (.plateau, 0.1)
        (rehearsal.experiment.training.rateFactor, rehearsal.experiment.training.ratePatience) = (0.5, 1)
        rehearsal.experiment.training.lastRate = 0.02
        // Three steps and two evaluations an epoch; five test images have the losses in total.
        func model(from epoch: Int) -> FakeModel {
            FakeModel { call in
                let loss = losses[epoch + (call - 1) / 5]
                return FakeModel.Reply(lossSum: call % 5 == 4 ? 5 * loss : call % 5 == 0 ? 0 : nil)
            }
        }
        func firstRates(_ events: [RunEvent]) -> [Double] {
            events.progress.filter { $0.stepInEpoch == 1 }.compactMap(\.learningRate)
        }
        var positions: [RunPosition] = []
        let (events, _, _) = try rehearsal.run(model(from: 0)) { position, _ in
            positions.append(position)
            return []
        }
        #expect(firstRates(events) == rates)
        for cut in [1, 4, 7] {
            let stored = try JSONEncoder().encode(positions[cut - 1])
            let position = try JSONDecoder().decode(RunPosition.self, from: stored)
            #expect(
                firstRates(try rehearsal.run(model(from: cut), from: position).events) == Array(rates.dropFirst(cut)))
        }
    }

    @Test func `images come with their labels`() throws {
        let (_, _, model) = try Rehearsal(epochs: 3, shuffle: true).run()
        let labels = model.calls.flatMap(\.labels)
        #expect(labels.count == 3 * (10 + 5))
        // An image's pixels equal its label, and 255 becomes 1.
        #expect(zip(model.firstPixels, labels).allSatisfy { abs($0 * 255 - Float($1)) < 1e-3 })
    }

    @Test func `a smaller last batch is weighted by its images`() throws {
        let (events, _, _) = try Rehearsal(epochs: 1).run()
        // Losses are 0 to 9: 6 in the first batch, 22 in the second, 17 in the last, which has two images.
        #expect(events.progress.map(\.loss) == [1.5, 5.5, 8.5])
        #expect(events.progress.map(\.meanLoss) == [1.5, 3.5, 4.5])
        #expect(events.progress.map(\.meanAccuracy) == [0.5, 0.5, 0.5])
        let epoch = try #require(events.epochs.first)
        #expect(epoch.trainLoss == 4.5)
        #expect(epoch.trainAccuracy == 0.5)
        #expect(epoch.testLoss == 102)
        #expect(epoch.testAccuracy == 0.6)
    }

    @Test func `an epoch's sums start at zero`() throws {
        let (events, _, _) = try Rehearsal(epochs: 2).run()
        #expect(events.progress[3].meanLoss == 1.5)
        #expect(events.epochs.map(\.trainLoss) == [4.5, 4.5])
    }

    @Test func `each epoch has its own order, which depends only on the seed`() throws {
        func orders(seed: UInt64) throws -> [[Int]] {
            let trained = try Rehearsal(epochs: 3, seed: seed, shuffle: true).run().model.trained
            return stride(from: 0, to: trained.count, by: 3).map { trained[$0..<$0 + 3].flatMap(\.self) }
        }
        let first = try orders(seed: 1)
        #expect(first.allSatisfy { $0.sorted() == Array(0..<10) })
        #expect(Set(first).count == 3)
        #expect(try orders(seed: 1) == first)
        #expect(Set(try orders(seed: 2)).isDisjoint(with: first))
        let order = EpochOrder(count: 10, seed: 1)
        #expect(first == (1...3).map { epoch in order.indices(epoch: epoch).map { Int($0) } })
    }

    @Test func `test images are always in the files' order`() throws {
        let evaluated = try Rehearsal(epochs: 2, shuffle: true).run().model.evaluated
        #expect(evaluated == [[100, 101, 102, 103], [104], [100, 101, 102, 103], [104]])
    }

    @Test func `the third step of an epoch is profiled on request`() throws {
        var rehearsal = Rehearsal()
        rehearsal.train = .numbered(16)
        var profiles: [Double] = []
        let model = try rehearsal.run(onProfile: { profiles += $0.map(\.seconds) }).model
        #expect(model.profiled == [2, 6] && profiles == [2, 6])
        #expect(try rehearsal.run().model.profiled.isEmpty)
    }

    @Test func `zero epochs make no step`() throws {
        let (events, summary, model) = try Rehearsal(epochs: 0).run()
        #expect(events.letters == "sf")
        #expect(model.calls.isEmpty)
        #expect(summary.outcome == .completed)
        #expect(summary.step == 0)
        #expect(summary.lastEpoch == nil && summary.bestEpoch == nil)
        #expect(summary.examplesPerSecond == 0)
        #expect(summary.stepExamplesPerSecond == 0)
    }

    @Test(arguments: [([3, 3, 3], 1), ([1, 4, 4], 2), ([2, 1, 5], 3), ([0, 0, 0], 1), ([4, 1, 4], 1)])
    func `the best epoch is the first of equals`(correct: [Int], best: Int) throws {
        // The fifth call of an epoch evaluates its second batch, the fourth its first.
        let model = FakeModel { call in
            switch call % 5 {
            case 4: FakeModel.Reply(correct: correct[call / 5])
            case 0: FakeModel.Reply(correct: 0)
            default: FakeModel.Reply()
            }
        }
        let (events, summary, _) = try Rehearsal(epochs: 3).run(model)
        #expect(events.epochs.map(\.testAccuracy) == correct.map { Double($0) / 5 })
        #expect(summary.bestEpoch == events.epochs[best - 1])
        #expect(summary.lastEpoch == events.epochs[2])
    }

    @Test func `layer health is that of the last full-size batch, in the first step, each tenth and an epoch's last`()
        throws
    {
        let model = FakeModel { call in
            FakeModel.Reply(layers: [LayerHealth(name: "features.0", deadShare: Double(call), updateRatio: nil)])
        }
        // Three steps per epoch, the last one smaller, followed by two evaluation steps.
        let (events, _, _) = try Rehearsal(epochs: 4).run(model)
        #expect(
            events.progress.map { $0.layers.first?.deadShare } == [1, nil, 2, nil, nil, 7, nil, nil, 12, 16, nil, 17])
    }
}
