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
