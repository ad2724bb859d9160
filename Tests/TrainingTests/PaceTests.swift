// Speeds and times with a controlled clock: each read takes a second, a training step 2 s, and an evaluation step 5 s.

import Experiments
import Testing
import Training

@Suite struct PaceTests {
    /// Three steps per epoch. A step is timed from one read of the clock to the next: 2 + 1 s; the read before it is
    /// where the loop would wait for data, so a step of the loop takes 4 s. An evaluation of two steps takes 10 + 3 s.
    private let run: (events: [RunEvent], summary: RunSummary, model: FakeModel)

    init() throws {
        run = try Rehearsal(epochs: 3).run()
    }

    @Test func `training time includes the time between steps`() {
        // 4 images in 4 s, 8 in 8 s and 10 in 12 s; all epochs are alike.
        let speed = 10.0 / 12
        #expect(run.events.progress.prefix(3).map(\.meanExamplesPerSecond) == [1, 1, speed])
        #expect(run.events.epochs.map(\.examplesPerSecond) == [speed, speed, speed])
        #expect(run.summary.examplesPerSecond == speed)
    }

    @Test func `a step's speed is that of the last five seconds without evaluations`() {
        // Two steps each: with 4 and 4 images, 4 and 2, and across the end of an epoch 2 and 4.
        #expect(run.events.progress.map(\.examplesPerSecond) == [1, 1, 0.75, 0.75, 1, 0.75, 0.75, 1, 0.75])
    }

    @Test func `a run's wall-clock speed includes evaluations`() {
        #expect(run.summary.overallExamplesPerSecond == 30.0 / run.summary.elapsedSeconds)
    }

    @Test func `an evaluation reports its progress and the time left`() {
        let first = run.events.evaluations.filter { $0.epoch == 2 }
        #expect(first.map(\.examples) == [0, 4, 5])
        #expect(first.allSatisfy { $0.allExamples == 5 && $0.step == 6 })
        // Two evaluations of 13 s, and an epoch of 12 s in between.
        #expect(first.map(\.remainingSeconds) == [38, 27.6, 25])
    }

    @Test func `training and evaluation are timed separately`() {
        #expect(run.events.epochs.map(\.trainSeconds) == [12, 12, 12])
        #expect(run.events.epochs.map(\.evaluationSeconds) == [13, 13, 13])
    }

    @Test func `a run that resumes in an evaluation knows its time left`() throws {
        let rehearsal = Rehearsal(epochs: 2)
        var position = RunPosition(step: 3, stepInEpoch: 3, epochExamples: 10)
        (position.time.examples, position.time.epochSeconds, position.time.elapsedSeconds) = (10, 12.5, 12.5)
        let events = try rehearsal.run(from: position).events
        // Three steps at the parent's pace, 5 s for 4 images, and an evaluation.
        #expect(try #require(events.epochs.first).remainingSeconds == 28)
        let forked = try rehearsal.run(from: RunPosition(step: 3, stepInEpoch: 3, epochExamples: 10)).events
        #expect(try #require(forked.epochs.first).remainingSeconds > 13)
    }

    @Test func `a fork's speeds are its own, and its time continues its parent's`() throws {
        var position = RunPosition(step: 4, epoch: 2, stepInEpoch: 1, epochExamples: 4)
        position.time.elapsedSeconds = 1000
        (position.time.examples, position.time.finishedEpochSeconds, position.time.epochSeconds) = (14, 600, 300)
        (position.time.evaluations, position.time.evaluationSeconds) = (1, 100)
        position.beginFork()
        let (events, summary, _) = try Rehearsal(epochs: 3).run(from: position)
        let speed = 6.0 / 8
        #expect(events.epochs.map(\.examplesPerSecond) == [speed, 10.0 / 12])
        #expect(events.progress.map(\.examplesSeen) == [18, 20, 24, 28, 30])
        #expect(summary.examplesPerSecond == 16.0 / 20)
        #expect(summary.overallExamplesPerSecond == 16 / (summary.elapsedSeconds - 1000))
        #expect((1000..<1100).contains(summary.elapsedSeconds))
        #expect(events.epochs.map(\.trainSeconds) == [8, 12])
    }

    @Test func `the notebook counts only the time inside steps`() {
        let speed = 10.0 / 9
        #expect(run.events.epochs.map(\.stepExamplesPerSecond) == [speed, speed, speed])
        #expect(run.summary.stepExamplesPerSecond == speed)
    }

    @Test func `time includes evaluations`() {
        // The run starts at 1 and its first epoch at 2; each read counts.
        #expect(run.events.progress.map(\.elapsedSeconds) == [5, 9, 13, 32, 36, 40, 59, 63, 67])
        #expect(run.events.epochs.map(\.elapsedSeconds) == [27, 54, 81])
        #expect(run.summary.elapsedSeconds == 82)
    }

    @Test func `the time left consists of steps and evaluations`() throws {
        // Until one is timed, an evaluation is estimated from its multiply-accumulates: 5 images instead of 4, forward
        // only.
        let network = try Rehearsal().started().network
        let share = Double(network.forwardMACs) / Double(network.trainingMACs)
        let guess = share * 5 / 4 * 4
        let remaining = run.events.progress.map(\.remainingSeconds)
        for (found, inSteps) in zip(remaining.prefix(3), [32.0, 28, 24]) {
            let found = try #require(found)
            #expect(abs(found - (inSteps + 3 * guess)) < 1e-9)
        }
        // From then on it takes 13 s: five steps and two evaluations, and so on.
        #expect(Array(remaining.dropFirst(3)) == [46, 42, 38, 21, 17, 13])
        #expect(run.events.epochs.map(\.remainingSeconds) == [50, 25, 0])
    }

    @Test func `the time left uses this session's pace and this run's steps`() throws {
        // From a parent with 40 steps of 25 s each in its only epoch.
        var position = RunPosition()
        (position.step, position.epoch) = (40, 2)
        (position.time.elapsedSeconds, position.time.finishedEpochSeconds, position.time.examples) = (1011, 1000, 160)
        (position.time.evaluations, position.time.evaluationSeconds) = (1, 11)
        let progress = try Rehearsal(epochs: 3).run(from: position).events.progress
        #expect(progress.map(\.remainingSeconds) == [42, 38, 34, 21, 17, 13])
        #expect(progress.map(\.examplesSeen) == [164, 168, 170, 174, 178, 180])
    }

    @Test func `a clock that does not advance gives no speed`() throws {
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

    @Test func `the system's clock is monotonic`() {
        let times = (0..<1000).map { _ in monotonicSeconds() }
        #expect(times == times.sorted())
        #expect(Set(times).count > 1)
    }
}
