// A run's records are read back bit-identical, and training neither waits for the store nor loses pending records.

import TestSupport
import Experiments
import Foundation
import GRDB
import RunStore
import Synchronization
import Testing

@Suite struct RunRecorderTests {
    private let temporary: TemporaryFolder
    private let store: RunStore

    init() throws {
        temporary = try TemporaryFolder()
        store = try temporary.store(patience: 0.05)
    }

    private func record(_ sequence: Int, _ event: RunEvent) -> RunRecord {
        RunRecord(run: "a-1", sequence: sequence, time: 1e9 + Double(sequence) / 3, event: event)
    }

    @Test func `records are read back unchanged`() throws {
        let (run, claim) = try store.create(.made())
        var events: [RunEvent] = (1...3).map { .progress(.made($0)) }
        events += [.epochFinished(.made(1)), .warning("a \"b\"\n\u{1B}[31m")]
        events.append(.checkpointSaved(CheckpointSaved(step: 3, epoch: 1, byteCount: 9, seconds: 0.1)))
        for step in 4...6 { events.append(.progress(.made(step))) }
        events += [.epochFinished(.made(2)), .runFinished(.made(.completed))]
        let records = events.enumerated().map(record)
        let recorder = RunRecorder(store, run, claim: claim) { _ in Issue.record("a problem") }
        records.forEach(recorder.record)
        try recorder.finish()
        let read = try temporary.store(creates: false).records(of: run)
        #expect(read.map(\.event) == events)
        // The time of steps and epochs is stored exactly, that of other events to the millisecond.
        #expect(zip(read, records).allSatisfy { abs($0.time - $1.time) < 0.001 && $0.sequence == $1.sequence })
        #expect(try store.steps(of: run).map(\.step) == Array(1...6))
        let now = try store.run(named: "a-1")
        #expect(now.state == .completed)
        #expect(now.step == 6 && now.finishedEpochs == 2)
        #expect(now.bestAccuracy == 0.5 && now.bestEpoch == 1)
        #expect(now.endedAt == records.last?.time)
        #expect(now.peakMemoryBytes == 14)
    }

    @Test(arguments: [
        (Outcome.stopped, RunState.stopped, ""), (.failed(reason: "why"), .failed, "why"),
        (.diverged(step: 2), .diverged, "loss or gradient was not finite at step 2"),
    ]) func `an outcome becomes a state`(outcome: Outcome, state: RunState, reason: String) throws {
        let (run, claim) = try store.create(.made())
        try store.note(
            [.progress(.made(1)), .progress(.made(2, loss: .nan)), .runFinished(.made(outcome))], of: run, claim: claim)
        let now = try store.run(named: "a-1")
        #expect(now.state == state)
        #expect(now.reason == reason)
        #expect(try store.steps(of: run).map(\.loss.isNaN) == [false, true])
    }

    @Test func `some ten thousand steps of a long run are recorded, and every epoch's last`() throws {
        let (run, claim) = try store.create(.made(epochs: 30_001, stepsPerEpoch: 3))
        let steps = (1...3000).map { RunEvent.progress(.made($0)) }
        try store.note(steps, of: run, claim: claim)
        // 90,003 steps: every tenth, and every third as the last of its epoch.
        let noted = try store.steps(of: run).map(\.step)
        #expect(noted == (1...3000).filter { $0.isMultiple(of: 10) || $0.isMultiple(of: 3) })
    }

    @Test func `records wait while the store cannot be written, which is reported once`() throws {
        let (run, claim) = try store.create(.made())
        let problems = Mutex<[String]>([])
        let recorder = RunRecorder(store, run, claim: claim) { problem in problems.withLock { $0.append(problem) } }
        let other = try temporary.database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let clock = ContinuousClock()
        let begin = clock.now
        for step in 1...3 { recorder.record(record(step, .progress(.made(step)))) }
        #expect(clock.now - begin < .milliseconds(40))
        #expect(throws: RunStoreError.self) { try recorder.flush() }
        #expect(throws: RunStoreError.self) { try recorder.flush() }
        #expect(problems.withLock { $0.count } == 1)
        #expect(problems.withLock { $0[0].contains("training continues") })
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try recorder.finish()
        #expect(problems.withLock { $0.last } == "the run is being recorded again; nothing was lost")
        #expect(try store.steps(of: run).map(\.step) == [1, 2, 3])
    }

    @Test func `while a store is unavailable for hours, memory is limited, and epochs are dropped last`() throws {
        let (run, claim) = try store.create(.made(epochs: 3333))
        let problems = Mutex<[String]>([])
        let recorder = RunRecorder(store, run, claim: claim) { problem in problems.withLock { $0.append(problem) } }
        let other = try temporary.database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        recorder.record(record(0, .epochFinished(.made(1))))
        for step in 1...150_000 { recorder.record(record(step, .progress(.made(step)))) }
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try recorder.finish()
        #expect(try store.epochs(of: run).count == 1)
        let noted = try store.steps(of: run)
        #expect((50_000...100_000).contains(noted.count))
        #expect(noted.last?.step == 150_000)
        // Reported if a write was tried while the store was locked, which depends on timing.
        for text in problems.withLock({ $0 }) where text.contains("again") {
            #expect(text == "the run is being recorded again; \(150_000 - noted.count) records were lost")
        }
    }

    @Test func `a clock that goes back does not change the order`() throws {
        let (run, claim) = try store.create(.made())
        let recorder = RunRecorder(store, run, claim: claim) { _ in }
        for step in 1...6 {
            recorder.record(
                RunRecord(run: run.name, sequence: step, time: 2e9 - 1e7 * Double(step), event: .progress(.made(step))))
        }
        try recorder.finish()
        #expect(try store.records(of: run).map(\.sequence) == Array(1...6))
        #expect(try store.run(named: "last").elapsedSeconds == 6)
    }
}
