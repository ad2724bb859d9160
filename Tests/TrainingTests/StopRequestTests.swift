// The flag by which someone else ends a run.

import Experiments
import Foundation
import Testing
import Training

@Suite struct StopRequestTests {
    @Test func `a wish is made once and for all`() {
        let stop = StopRequest()
        #expect(!stop.isMade)
        stop.make()
        #expect(stop.isMade)
        stop.make()
        #expect(stop.isMade)
    }

    @Test func `any thread may make a wish`() async {
        let stop = StopRequest()
        await Task.detached { stop.make() }.value
        #expect(stop.isMade)
    }

    @Test func `a wish of another thread reaches the loop`() throws {
        // A million epochs would never end by themselves.
        let rehearsal = Rehearsal(epochs: 1_000_000)
        let stop = rehearsal.stop
        let model = FakeModel {
            if $0 == 3 { Thread.detachNewThread { stop.make() } }
            return FakeModel.Reply()
        }
        #expect(try rehearsal.run(model).summary.outcome == .stopped)
    }
}
