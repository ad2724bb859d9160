// Runs that pause between two steps: saved meanwhile, and not slower afterwards.

import Experiments
import Foundation
import Testing
import Training

@Suite(.timeLimit(.minutes(10))) struct PauseTests {
    /// A run that pauses in its second step and is resumed by `during` while it waits.
    private func pausedRun(
        during: @escaping @Sendable (StopRequest, PauseRequest) -> Void
    ) throws -> (events: [RunEvent], kept: [(step: Int, isLast: Bool)], summary: RunSummary) {
        let rehearsal = Rehearsal()
        let (stop, pause) = (rehearsal.stop, PauseRequest())
        var events: [RunEvent] = []
        var kept: [(step: Int, isLast: Bool)] = []
        let model = FakeModel(clock: rehearsal.clock) { call in
            if call == 2 { pause.request() }
            return FakeModel.Reply()
        }
        var run = TrainingRun(
            try rehearsal.started(), data: rehearsal.data, stop: stop, pause: pause, seconds: rehearsal.clock.read,
            keep: { position, isLast in
                kept.append((position.step, isLast))
                // The run waits from here on.
                if position.step == 2 {
                    rehearsal.clock.advance(1000)
                    during(stop, pause)
                }
                return [.warning("kept")]
            }, emit: { events.append($0) })
        let summary = run.run(model)
        return (events, kept, summary)
    }

    @Test func `a paused run saves its state and continues unaffected`() throws {
        let (events, kept, summary) = try pausedRun { _, pause in pause.clear() }
        #expect(summary.outcome == .completed)
        #expect(kept.map(\.step) == [2, 3, 6])
        #expect(kept.map(\.isLast) == [true, false, true])
        let (plain, _, _) = try Rehearsal().run()
        #expect(events.progress.map(\.loss) == plain.progress.map(\.loss))
    }

    @Test func `a paused run can be stopped`() throws {
        let (_, kept, summary) = try pausedRun { stop, _ in stop.request() }
        #expect(summary.outcome == .stopped)
        #expect(summary.step == 2)
        #expect(kept.map(\.step) == [2, 2])
    }

    @Test func `the time of the pause does not count`() throws {
        let pause = PauseRequest()
        let rehearsal = Rehearsal()
        let clock = rehearsal.clock
        var reads = 0
        var summary: RunSummary?
        var isWaiting = false
        let model = FakeModel(clock: clock) { call in
            if call == 2 { pause.request() }
            return FakeModel.Reply()
        }
        var run = TrainingRun(
            try rehearsal.started(), data: rehearsal.data, stop: rehearsal.stop, pause: pause,
            seconds: {
                // The first read of the clock after saving starts the pause; the next one ends it.
                if isWaiting {
                    reads += 1
                    if reads == 1 { pause.clear() } else { clock.advance(1000) }
                    if reads == 2 { isWaiting = false }
                }
                return clock.read()
            },
            keep: { position, _ in
                if position.step == 2 { isWaiting = true }
                return []
            },
            emit: { if case .runFinished(let end) = $0 { summary = end } })
        _ = run.run(model)
        let (_, plain, _) = try Rehearsal().run()
        let held = try #require(summary)
        // The clock advances whenever it is read.
        #expect(abs(held.elapsedSeconds - plain.elapsedSeconds) < 20)
        #expect(abs(held.examplesPerSecond - plain.examplesPerSecond) < 0.2)
    }

    @Test func `the time in which the process is stopped does not count`() throws {
        /// - Parameter stop: seconds for which the process is stopped in its second step, and in its first evaluation.
        func summary(stoppedFor stop: Double) throws -> RunSummary {
            let rehearsal = Rehearsal()
            let clock = rehearsal.clock
            var work = 0.0
            let model = FakeModel(clock: clock) { call in
                work += [4, 5, 9, 10].contains(call) ? 5 : 2
                if call == 2 || call == 4 { clock.advance(stop) }
                return FakeModel.Reply()
            }
            var run = TrainingRun(
                try rehearsal.started(), data: rehearsal.data, stop: rehearsal.stop, seconds: clock.read,
                processorSeconds: { work }, emit: { _ in })
            return run.run(model)
        }
        let (plain, stopped) = (try summary(stoppedFor: 0), try summary(stoppedFor: 10_000))
        #expect(abs(plain.elapsedSeconds - stopped.elapsedSeconds) < 5)
        #expect(stopped.examplesPerSecond > plain.examplesPerSecond * 0.9)
        #expect(stopped.stepExamplesPerSecond > plain.stepExamplesPerSecond * 0.9)
    }
}
