// Speeds and times by a clock that moves by hand: a second for each look at it, 2 s for a training step and 5 s for a
// step of an evaluation.

import Experiments
import Testing
import Training

@Suite struct PaceTests {
    /// Three steps an epoch. A step is timed from a look at the clock to the next: 2 + 1 s; the look before it is
    /// where data would be waited for, so that the loop takes 4 s a step. An evaluation of two steps takes 10 + 1 s.
    private let run: (events: [RunEvent], summary: RunSummary, model: FakeModel)

    init() throws {
        run = try Rehearsal(epochs: 3).run()
    }

    @Test func `the whole loop counts what lies between steps`() {
        // 4 pictures in 4 s, 8 in 8 s and 10 in 12 s; all epochs alike.
        let speed = 10.0 / 12
        #expect(run.events.progress.prefix(3).map(\.examplesPerSecond) == [1, 1, speed])
        #expect(run.events.epochs.map(\.examplesPerSecond) == [speed, speed, speed])
        #expect(run.summary.examplesPerSecond == speed)
    }

    @Test func `the notebook counts only the time in steps`() {
        let speed = 10.0 / 9
        #expect(run.events.epochs.map(\.stepExamplesPerSecond) == [speed, speed, speed])
        #expect(run.summary.stepExamplesPerSecond == speed)
    }

    @Test func `time goes on through evaluations`() {
        // The run begins at 1 and its first epoch at 2; each look counts.
        #expect(run.events.progress.map(\.elapsedSeconds) == [5, 9, 13, 30, 34, 38, 55, 59, 63])
        #expect(run.events.epochs.map(\.elapsedSeconds) == [25, 50, 75])
        #expect(run.summary.elapsedSeconds == 76)
    }

    @Test func `what remains is steps and evaluations`() throws {
        // Until one is timed, an evaluation is its share of the multiply-accumulates: 5 of 4 pictures forward only.
        let network = try Rehearsal().started().network
        let share = Double(network.forwardMACs) / Double(network.trainingMACs)
        let guess = share * 5 / 4 * 4
        let remaining = run.events.progress.map(\.remainingSeconds)
        for (found, inSteps) in zip(remaining.prefix(3), [32.0, 28, 24]) {
            let found = try #require(found)
            #expect(abs(found - (inSteps + 3 * guess)) < 1e-9)
        }
        // From then on it is 11 s: five steps and two evaluations, and so on.
        #expect(Array(remaining.dropFirst(3)) == [42, 38, 34, 19, 15, 11])
        #expect(run.events.epochs.map(\.remainingSeconds) == [46, 23, 0])
    }

    @Test func `what remains goes at this session's pace, in this run's steps`() throws {
        // From a parent with 40 steps in its only epoch, of 25 s each.
        var position = RunPosition()
        (position.step, position.epoch) = (40, 2)
        (position.time.elapsedSeconds, position.time.finishedEpochSeconds, position.time.examples) = (1011, 1000, 160)
        (position.time.evaluations, position.time.evaluationSeconds) = (1, 11)
        let progress = try Rehearsal(epochs: 3).run(from: position).events.progress
        #expect(progress.map(\.remainingSeconds) == [42, 38, 34, 19, 15, 11])
        #expect(progress.map(\.examplesSeen) == [164, 168, 170, 174, 178, 180])
    }

    @Test func `a clock that stands still gives no speed`() throws {
        let rehearsal = Rehearsal(epochs: 1)
        var events: [RunEvent] = []
        var run = TrainingRun(try rehearsal.started(), data: rehearsal.data, stop: rehearsal.stop, seconds: { 7 }) {
            events.append($0)
        }
        let summary = run.run(FakeModel())
        #expect(summary.examplesPerSecond == 0)
        #expect(summary.stepExamplesPerSecond == 0)
        #expect(summary.elapsedSeconds == 0)
        #expect(events.progress.allSatisfy { $0.remainingSeconds == 0 })
    }

    @Test func `the system's clock never goes back`() {
        let times = (0..<1000).map { _ in monotonicSeconds() }
        #expect(times == times.sorted())
        #expect(Set(times).count > 1)
    }
}
