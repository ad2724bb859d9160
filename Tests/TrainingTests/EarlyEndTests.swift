// Runs that end early: by request, by a loss that is not finite, by an engine error.

import Experiments
import Model
import Testing
import Training

@Suite struct EarlyEndTests {
    @Test(arguments: 1...3) func `a stop request ends training after the current step`(call: Int) throws {
        let rehearsal = Rehearsal()
        let (events, summary, model) = try rehearsal.run(
            FakeModel {
                if $0 == call { rehearsal.stop.request() }
                return FakeModel.Reply()
            })
        #expect(summary.outcome == .stopped)
        #expect(summary.step == call)
        #expect(summary.lastEpoch == nil)
        #expect(model.calls.count == call)
        #expect(events.letters == "s" + String(repeating: "p", count: call) + "f")
        #expect(events.last == .runFinished(summary))
    }

    @Test(arguments: [4, 5]) func `a stop request ends an evaluation after the current step`(call: Int) throws {
        let rehearsal = Rehearsal()
        let (events, summary, model) = try rehearsal.run(
            FakeModel {
                if $0 == call { rehearsal.stop.request() }
                return FakeModel.Reply()
            })
        #expect(summary.outcome == .stopped)
        #expect(summary.step == 3)
        #expect(model.calls.count == call)
        #expect(events.letters == "spppf")
    }

    @Test func `a stopped run keeps its completed epochs`() throws {
        let rehearsal = Rehearsal()
        let (events, summary, _) = try rehearsal.run(
            FakeModel {
                if $0 == 7 { rehearsal.stop.request() }
                return FakeModel.Reply()
            })
        #expect(events.letters == "spppeppf")
        #expect(summary.step == 5)
        #expect(summary.lastEpoch == events.epochs.first)
        #expect(summary.bestEpoch == events.epochs.first)
    }

    @Test func `an earlier stop request costs at most one step`() throws {
        let rehearsal = Rehearsal()
        rehearsal.stop.request()
        let (_, summary, model) = try rehearsal.run()
        #expect(summary.outcome == .stopped)
        #expect(model.calls.count <= 1)
    }

    @Test func `a run stops when its minutes are over, and goes on for as many when it is resumed`() throws {
        var rehearsal = Rehearsal()
        rehearsal.experiment.training.maxMinutes = 0.15
        var kept: [(position: RunPosition, isLast: Bool)] = []
        func run(from position: RunPosition = RunPosition()) throws -> RunSummary {
            try rehearsal.run(
                from: position,
                keep: {
                    kept.append(($0, $1))
                    return []
                }
            ).summary
        }
        let first = try run()
        #expect(first.outcome == .stopped && (1...4).contains(first.step))
        let position = try #require(kept.last)
        #expect(position.isLast && position.position.step == first.step)
        let second = try run(from: position.position)
        #expect(second.step > first.step)
    }

    /// Test accuracies of epochs, and the epoch after which a run that waits for two of them ends.
    @Test(arguments: [
        ([3, 4, 4, 4, 5, 5], 4), ([1, 2, 3, 4, 5, 5], 6), ([5, 4, 3, 2, 1, 0], 3), ([1, 1, 2, 2, 3, 2], 6),
    ])
    func `a run that no longer improves ends early`(hits: [Int], expected: Int) throws {
        for watched in TrainingRecipe.Watched.allCases {
            var rehearsal = Rehearsal(epochs: 6)
            (rehearsal.experiment.training.earlyStopping, rehearsal.experiment.training.patience) = (watched, 2)
            var cut: RunPosition?
            // Five calls an epoch; the fourth and the fifth evaluate.
            func model(from epoch: Int = 1) -> FakeModel {
                FakeModel { call in
                    let right = hits[epoch - 1 + (call - 1) / 5]
                    var reply = FakeModel.Reply()
                    if call % 5 == 4 { (reply.correct, reply.lossSum) = (min(right, 4), Double(5 - right)) }
                    if call % 5 == 0 { (reply.correct, reply.lossSum) = (right == 5 ? 1 : 0, 0) }
                    return reply
                }
            }
            rehearsal.experiment.checkpoint = CheckpointRecipe(everyEpochs: 1, everyMinutes: nil)
            let (events, summary, _) = try rehearsal.run(
                model(),
                keep: { position, _ in
                    if position.epoch == 3 { cut = position }
                    return []
                })
            #expect(summary.outcome == .completed)
            #expect(events.epochs.count == expected, "\(watched)")
            let hasWarned = events.contains { if case .warning = $0 { true } else { false } }
            #expect(hasWarned == (expected < 6))
            guard let cut else { continue }
            #expect(try rehearsal.run(model(from: 3), from: cut).summary.lastEpoch?.epoch == expected)
        }
    }

    @Test func `less than the least improvement is none`() throws {
        var rehearsal = Rehearsal(epochs: 4)
        (rehearsal.experiment.training.earlyStopping, rehearsal.experiment.training.patience) = (.loss, 1)
        rehearsal.experiment.training.minDelta = 1
        // Losses of 102, 101.5, 101 and 100.5: each is better by half.
        var epoch = 0.0
        let (events, _, _) = try rehearsal.run(
            FakeModel { call in
                if call % 5 == 4 { epoch += 1 }
                return FakeModel.Reply(lossSum: call % 5 == 4 ? 510 - 2.5 * epoch : call % 5 == 0 ? 0 : nil)
            })
        #expect(events.epochs.count == 2)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity], 1...3)
    func `a loss that is not finite ends the run at its step`(loss: Double, call: Int) throws {
        let (events, summary, model) = try Rehearsal().run(
            FakeModel { FakeModel.Reply(lossSum: $0 == call ? loss : nil) })
        #expect(summary.outcome == .diverged(step: call))
        #expect(summary.step == call)
        #expect(model.calls.count == call)
        #expect(events.letters == "s" + String(repeating: "p", count: call) + "f")
        #expect(events.progress.last?.loss.isFinite == false)
    }

    @Test(arguments: [Double.nan, .infinity], 1...3)
    func `a gradient or weights that are not finite end the run at their step`(number: Double, call: Int) throws {
        let replies = [
            FakeModel.Reply(gradientNorm: number),
            FakeModel.Reply(layers: [LayerHealth(name: "features.0", deadShare: 0, updateRatio: number)]),
        ]
        for reply in replies {
            var kept: [Int] = []
            let (events, summary, _) = try Rehearsal().run(FakeModel { $0 == call ? reply : FakeModel.Reply() }) {
                position, _ in
                kept.append(position.step)
                return []
            }
            #expect(summary.outcome == .diverged(step: call))
            #expect(events.letters == "s" + String(repeating: "p", count: call) + "f")
            #expect(kept.isEmpty)
        }
    }

    @Test(arguments: [Double.nan, .infinity], [4, 5])
    func `a test loss that is not finite ends the run with its epoch`(loss: Double, call: Int) throws {
        let (events, summary, _) = try Rehearsal().run(
            FakeModel { FakeModel.Reply(lossSum: $0 == call ? loss : nil) })
        #expect(summary.outcome == .diverged(step: 3))
        #expect(events.letters == "spppef")
        #expect(events.epochs.first?.testLoss.isFinite == false)
    }

    @Test(arguments: [(1, 0, "sf"), (3, 2, "sppf"), (4, 3, "spppf"), (9, 6, "spppepppf")])
    func `an engine error ends the run with its reason`(call: Int, steps: Int, letters: String) throws {
        let (events, summary, model) = try Rehearsal().run(
            FakeModel { (number) throws(ModelError) in
                if number == call { throw .backend("no memory for a tile") }
                return FakeModel.Reply()
            })
        #expect(summary.outcome == .failed(reason: "no memory for a tile"))
        #expect(summary.step == steps)
        #expect(model.calls.count == call)
        #expect(events.letters == letters)
    }
}
