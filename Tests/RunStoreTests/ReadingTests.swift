// Runs that are read repeatedly: changes are seen, and nothing else is read.

import Experiments
import TestSupport
import Foundation
import GRDB
import RunStore
import Testing

@Suite struct ReadingTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    @Test func `a store of version 0.1.0 gets the data facts that its runs recorded`() throws {
        let store = try temporary.store()
        for (name, record) in [
            (
                "told",
                #"{"event":"run_started","experiment":{"data":{"dataset":"letters"}},"num_classes":47,"#
                    + #""train_examples":500,"test_examples":100}"#
            ),
            ("damaged", "{"), ("silent", #"{"event":"warning","message":"x"}"#),
        ] {
            let run = try store.interrupted(.made(name))
            try temporary.database().write { database in
                try database.execute(sql: "INSERT INTO event VALUES (?, 0, ?)", arguments: [run.id, record])
            }
        }
        try temporary.database().write { database in
            try database.execute(
                sql: """
                    ALTER TABLE run DROP COLUMN best_from; ALTER TABLE run DROP COLUMN data_facts;
                    DELETE FROM grdb_migrations WHERE identifier IN ('4', '5');
                    """)
        }
        let runs = try temporary.store().runs()
        #expect(runs.map(\.name) == ["told-1", "damaged-1", "silent-1"])
        #expect(
            runs.map(\.facts) == [
                DatasetFacts(name: "letters", numClasses: 47, trainExamples: 500, testExamples: 100), nil, nil,
            ])
        #expect(runs.map(\.bestFrom) == [0, 0, 0])
    }

    @Test func `forks of forks of earlier versions get the steps per epoch of what they inherit`() throws {
        let store = try temporary.store()
        // With 3 steps per epoch, then 2, then 5; the last one's parent has been deleted.
        let (first, claim) = try store.create(.made("first"))
        try store.note((1...6).map { .progress(.made($0)) }, of: first, claim: claim)
        var runs = [first]
        for (name, stepsPerEpoch, places) in [
            ("second", 2, [(7, 3, 1), (8, 3, 2), (9, 4, 1)]), ("third", 5, [(10, 5, 1)]), ("fourth", 4, []),
        ] {
            var new = NewRun.made(name, epochs: 9, stepsPerEpoch: stepsPerEpoch)
            new.parent = (try #require(runs.last), RunPosition(step: places.first?.0 ?? 11, epoch: 9))
            new.parent?.position.step -= 1
            let (run, claim) = try store.create(new)
            try store.note(
                places.map { step, epoch, place in
                    var progress = Experiments.Progress.made(step)
                    (progress.epoch, progress.stepInEpoch, progress.stepsPerEpoch) = (epoch, place, stepsPerEpoch)
                    return .progress(progress)
                }, of: run, claim: claim)
            runs.append(run)
        }
        let truth = try runs.map { try store.steps(of: $0).map(\.stepsPerEpoch) }
        #expect(truth[2] == [3, 3, 3, 3, 3, 3, 2, 2, 2, 5])
        try temporary.database().write { database in
            try database.execute(
                sql: """
                    UPDATE step_metric SET steps_per_epoch = NULL;
                    ALTER TABLE step_metric DROP COLUMN mean_examples_per_second;
                    ALTER TABLE epoch_metric DROP COLUMN train_seconds;
                    ALTER TABLE epoch_metric DROP COLUMN evaluation_seconds;
                    ALTER TABLE run DROP COLUMN evaluated_share;
                    DELETE FROM grdb_migrations WHERE identifier = '9';
                    """)
        }
        let opened = try temporary.store()
        for (run, stepsPerEpoch) in zip(runs, truth) {
            #expect(try opened.steps(of: run).map(\.stepsPerEpoch) == stepsPerEpoch)
        }
    }

    @Test func `a running evaluation is shown until it ends`() throws {
        let store = try temporary.store()
        let (run, claim) = try store.create(.made())
        let recorder = RunRecorder(store, run, claim: claim) { _ in }
        func shareAfter(_ event: RunEvent, _ number: Int) throws -> Double? {
            recorder.record(RunRecord(run: run.name, sequence: number, time: 1e9, event: event))
            try recorder.flush()
            return try store.run(named: run.name).evaluatedShare
        }
        let evaluation = EvaluationProgress(
            epoch: 1, step: 3, examples: 32, allExamples: 128, elapsedSeconds: 1, remainingSeconds: nil)
        #expect(try shareAfter(.progress(.made(3)), 0) == nil)
        #expect(try shareAfter(.evaluating(evaluation), 1) == 0.25)
        #expect(try store.records(of: run).count == 1)
        #expect(try shareAfter(.epochFinished(.made(1)), 2) == nil)
        try recorder.finish()
    }

    @Test func `after any change by any process, an incremental read equals a full one`() throws {
        let stores = [try temporary.store(), try temporary.store()]
        var random = SplitMix64(state: 3)
        for _ in 0..<300 {
            let store = stores[Int.random(in: 0...1, using: &random)]
            let run = try store.runs().randomElement(using: &random)
            switch (Int.random(in: 0..<7, using: &random), run) {
            case (0, _), (1, _), (_, nil): _ = try store.create(.made())
            case (2, let run?): try store.setNote("note \(Int.random(in: 0..<9, using: &random))", of: run)
            case (3, let run?): try store.changeTags(of: run, add: ["a", "b"], remove: ["c"])
            case (4, let run?): try store.changeTags(of: run, add: ["c"], remove: ["a"])
            case (5, let run?):
                let outcome = Outcome.failed(reason: "\(Int.random(in: 0..<9, using: &random))")
                try store.note([.progress(.made(1)), .runFinished(.made(outcome))], of: run, claim: store.claim(run))
            case (_, let run?): try store.delete(run)
            }
            let whole = try temporary.store(checks: false).runs()
            for store in stores { #expect(try store.runs() == whole) }
        }
    }

    @Test func `the latest events are those of the newest runs in order of time, without steps`() throws {
        let store = try temporary.store()
        for _ in 0..<52 {
            let (run, claim) = try store.create(.made())
            try store.note([.warning(run.name), .progress(.made(1)), .epochFinished(.made(1))], of: run, claim: claim)
        }
        let all = try store.latestEvents(1000)
        #expect(all.count == 100)
        #expect(all.map(\.time) == all.map(\.time).sorted())
        #expect(Set(all.map(\.run)) == Set((3...52).map { "a-\($0)" }))
        let few = try store.latestEvents(3)
        #expect(Set(few.map(\.run)) == ["a-50", "a-51", "a-52"])
        #expect(few.map(\.event) == Array(repeating: .epochFinished(.made(1)), count: 3))
    }

    @Test func `without changes nothing is read`() throws {
        let store = try temporary.store()
        for _ in 0..<3 { _ = try store.create(.made()) }
        let first = try store.runs().withUnsafeBufferPointer(\.baseAddress)
        let second = try store.runs().withUnsafeBufferPointer(\.baseAddress)
        #expect(first == second)
        #expect(try store.runs().allSatisfy { $0.state == .interrupted })
    }

    @Test func `a change of ownership is seen without a change in the file`() throws {
        let (store, other) = (try temporary.store(), try temporary.store())
        let run = try store.interrupted()
        #expect(try other.runs().map(\.state) == [.interrupted])
        let claim = try store.claim(run)
        #expect(try other.runs().map(\.state) == [.running])
        withExtendedLifetime(claim) {}
    }

    @Test func `a deleted run is not confused with one whose name it starts`() throws {
        let store = try temporary.store()
        let runs = try (0..<10).map { _ in try store.interrupted() }
        try store.delete(runs[0])
        #expect(try store.run(named: "a-1").name == "a-10")
        let error = #expect(throws: RunStoreError.self) { try store.run(withName: "a-1") }
        #expect(error?.description == "run a-1 has been deleted")
        #expect(try store.run(withName: "a-10").id == runs[9].id)
    }

    @Test func `recording into a run that has been deleted is refused`() throws {
        let store = try temporary.store()
        let run = try store.interrupted()
        try store.delete(run)
        for body in [{ try store.setNote("x", of: run) }, { try store.changeTags(of: run, add: ["x"], remove: []) }] {
            let error = #expect(throws: RunStoreError.self) { try body() }
            #expect(error?.description == "run a-1 has been deleted")
        }
    }
}
