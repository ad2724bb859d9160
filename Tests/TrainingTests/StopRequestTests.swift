// The flag that requests a run to stop.

import Experiments
import Foundation
import Testing
import Training

@Suite struct StopRequestTests {
    @Test func `a request cannot be cleared`() {
        let stop = StopRequest()
        #expect(!stop.isRequested)
        stop.request()
        #expect(stop.isRequested)
        stop.request()
        #expect(stop.isRequested)
    }

    @Test func `any thread can request a stop`() async {
        let stop = StopRequest()
        await Task.detached { stop.request() }.value
        #expect(stop.isRequested)
    }

    @Test func `a request from another thread reaches the loop`() throws {
        // A million epochs would never end by themselves.
        let rehearsal = Rehearsal(epochs: 1_000_000)
        let stop = rehearsal.stop
        let model = FakeModel {
            if $0 == 3 { Thread.detachNewThread { stop.request() } }
            return FakeModel.Reply()
        }
        #expect(try rehearsal.run(model).summary.outcome == .stopped)
    }
}
