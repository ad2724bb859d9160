// Runs are created with unique names, rolled back to a checkpoint, forked, found by name, and deleted.

import TestSupport
import Experiments
import Foundation
import RunStore
import Synchronization
import GRDB
import Testing

@Suite struct ChangingTests {
    private let temporary: TemporaryFolder
    private let store: RunStore

    init() throws {
        temporary = try TemporaryFolder()
        store = try temporary.store()
    }

    /// A run of two epochs with all its records.
    private func trained(_ name: String = "a") throws -> RunInfo {
        let run = try store.interrupted(.made(name))
        var events: [RunEvent] = []
        for (epoch, accuracy) in [(1, 0.6), (2, 0.7)] {
            for step in 3 * epoch - 2...3 * epoch { events.append(.progress(.made(step))) }
            events.append(.epochFinished(.made(epoch, accuracy: accuracy)))
        }
        events.append(.runFinished(.made(.completed)))
        try store.note(events, of: run, claim: try store.claim(run))
        return try store.run(named: run.name)
    }

    @Test func `names are numbered and never reused`() throws {
        let first = try store.interrupted()
        #expect(first.name == "a-1")
        #expect(try store.create(.made("b")).run.name == "b-1")
        try store.delete(first)
        #expect(try store.interrupted().name == "a-2")
        #expect(try store.names() == ["a-2", "b-1"])
    }

    @Test func `a new run stores its experiment beside the store`() throws {
        let run = try store.interrupted()
        let text = try String(contentsOfFile: "\(store.folder(of: run))/experiment.yaml", encoding: .utf8)
        #expect(text == run.experimentText)
        #expect(try run.experiment().training.epochs == 2)
        #expect(run.experimentHash.count == 64)
    }

    @Test func `the last profile of a run is stored, and an invalid one is ignored`() throws {
        let run = try store.interrupted()
        #expect(store.profile(of: run) == [])
        store.keep(profile: [LayerTime(layer: 0, seconds: 1)], of: run)
        let profile = [LayerTime(layer: 0, seconds: 0.25), LayerTime(layer: nil, seconds: 0.125)]
        store.keep(profile: profile, of: run)
        #expect(store.profile(of: run) == profile)
        try Data("{".utf8).write(to: URL(filePath: "\(store.folder(of: run))/profile.json"))
        #expect(store.profile(of: run) == [])
    }

    @Test func `runs that start at the same time get different names`() throws {
        let names = Mutex<Set<String>>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<5 {
                if let name = try? temporary.store().create(.made()).run.name { names.withLock { _ = $0.insert(name) } }
            }
        }
        #expect(names.withLock { $0 } == Set((1...40).map { "a-\($0)" }))
    }

    @Test func `the latest start of a run is its last resumption, whatever its records contain`() throws {
        let run = try store.interrupted()
        #expect(try store.latestStart(of: run) == nil)
        func started(at step: Int) throws -> RunEvent {
            let experiment = try run.experiment()
            return .runStarted(
                RunStarted(
                    experiment: experiment, network: try experiment.network(numClasses: 10), dataset: "d",
                    trainExamples: 9, testExamples: 3, stepsPerEpoch: 3, threads: 2, machine: "m", engine: "e",
                    predictedMemoryBytes: 1, resumedStep: step))
        }
        let said = #"they say "event":"run_started""#
        try store.note([try started(at: 0), .progress(.made(1)), .warning(said)], of: run, claim: try store.claim(run))
        #expect(try store.latestStart(of: run)?.sequence == 0)
        try store.note([try started(at: 1), .progress(.made(2))], of: run, claim: try store.claim(run))
        #expect(try store.latestStart(of: run)?.sequence == 3)
        #expect(try store.latestStart(of: run)?.time == 1e9)
    }

    @Test func `a run is rolled back to its checkpoint`() throws {
        let run = try trained()
        let claim = try store.claim(run)
        let last = try #require(try store.records(of: run).map(\.sequence).max())
        var position = RunPosition(step: 4, epoch: 2, stepInEpoch: 1)
        let next = try store.resume(run, from: position, by: claim)
        #expect(try store.steps(of: run).map(\.step) == [1, 2, 3, 4])
        #expect(try store.epochs(of: run).map(\.epoch) == [1])
        #expect(next == last + 1)
        let now = try store.run(named: "a-1")
        #expect(now.state == .running)
        #expect(now.step == 4 && now.finishedEpochs == 1)
        #expect(now.bestEpoch == 1 && now.testAccuracy == 0.6)
        #expect(now.endedAt == nil)

        // Before the evaluation of its first epoch, and before its first step.
        position = RunPosition(step: 3, epoch: 1, stepInEpoch: 3)
        _ = try store.resume(run, from: position, by: claim)
        #expect(try store.epochs(of: run).isEmpty)
        #expect(try store.run(named: "a-1").bestAccuracy == nil)
        _ = try store.resume(run, from: RunPosition(), by: claim)
        #expect(try store.steps(of: run).isEmpty)
        #expect(try store.run(named: "a-1").step == 0)
    }

    @Test func `a fork starts with its parent's history`() throws {
        let parent = try trained()
        var new = NewRun.made("b", epochs: 5)
        new.parent = (parent, RunPosition(step: 4, epoch: 2, stepInEpoch: 1))
        let fork = try store.interrupted(new)
        #expect(fork.parent == "a-1" && fork.parentStep == 4)
        #expect(try store.steps(of: fork) == Array(try store.steps(of: parent).prefix(4)))
        #expect(try store.epochs(of: fork).map(\.testAccuracy) == [0.6])
        #expect(try store.steps(of: parent).count == 6)
        // The fork's history survives its parent's deletion.
        try store.delete(parent)
        #expect(try store.steps(of: fork).count == 4)
        #expect(try store.run(named: "b-1").parent == "a-1")
    }

    @Test func `a run is found by name, by a unique prefix, and as the last`() throws {
        for name in ["vgg", "vgg", "vgg-1", "50%_off", "日本"] { _ = try store.create(.made(name)) }
        for (text, name) in [
            ("vgg-1", "vgg-1"), ("vgg-2", "vgg-2"), ("vgg-1-", "vgg-1-1"), ("50", "50%_off-1"), ("日", "日本-1"),
            ("last", "日本-1"),
        ] {
            #expect(try store.run(named: text).name == name)
        }
        for (text, sentence) in [
            ("vgg", "vgg: 3 runs start with this: vgg-1, vgg-2, vgg-1-1"),
            ("%", "%: no run has this name"),
            ("", ": no run has this name"),
            ("VGG-2", "VGG-2: no run has this name"),
        ] {
            let error = #expect(throws: RunStoreError.self) { try store.run(named: text) }
            #expect(error?.description == sentence)
        }
    }

    @Test func `deleting removes rows and files, and follows no link`() throws {
        let run = try trained()
        try store.changeTags(of: run, add: ["x"], remove: [])
        let other = try trained("b")
        let precious = temporary.file("precious")
        try FileManager.default.createDirectory(atPath: precious, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(precious)/file"))
        let folder = store.folder(of: run)
        for name in ["link", "checkpoints"] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: precious)
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/deep/er", withIntermediateDirectories: true)
        try store.delete(run)
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(FileManager.default.fileExists(atPath: "\(precious)/file"))
        #expect(try store.names() == ["b-1"])
        let left = try temporary.database().read { database in
            try ["tag", "step_metric", "epoch_metric", "event"].map { table in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE run = ?", arguments: [run.id])
            }
        }
        #expect(left == [0, 0, 0, 0])
        #expect(try store.steps(of: other).count == 6)
    }

    @Test func `deleting a run whose folder is a link creates and removes nothing in its target`() throws {
        let run = try trained()
        let elsewhere = temporary.file("elsewhere")
        let folder = store.folder(of: run)
        try FileManager.default.moveItem(atPath: folder, toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: elsewhere)
        try FileManager.default.removeItem(atPath: "\(elsewhere)/owner")
        let before = try FileManager.default.subpathsOfDirectory(atPath: elsewhere).sorted()

        func expectHeld() throws {
            let claim = try store.claim(run)
            let error = #expect(throws: RunStoreError.self) { try store.delete(run) }
            #expect(error?.description == "run a-1 is being trained by another process")
            withExtendedLifetime(claim) {}
        }
        try expectHeld()
        try FileManager.default.removeItem(atPath: "\(elsewhere)/owner")

        try store.delete(run)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: elsewhere).sorted() == before)
        #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: folder) }
        #expect(try store.names() == [])
    }

    @Test func `leftovers of killed processes are removed after an hour, and nothing else`() throws {
        let files = FileManager.default
        func write(_ text: String, to path: String) throws {
            let url = URL(filePath: temporary.file("runs/\(path)"))
            try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        // Killed while it was deleting: the row is gone, and some of the files.
        let (halved, spared) = (try trained(), try trained("b"))
        try files.createDirectory(atPath: "\(store.folder(of: halved))/checkpoints", withIntermediateDirectories: true)
        for run in [halved, spared] { try files.removeItem(atPath: "\(store.folder(of: run))/experiment.yaml") }
        try temporary.database().write { try $0.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [halved.id]) }
        // Beside a store that was lost.
        let precious = try trained("c")
        try temporary.database().write { try $0.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [precious.id]) }
        // Waits in another process's queue.
        let waiting = try store.reserve(for: Experiment(name: "d"))
        // Was queued when its process was killed, as left by this version and the first ones.
        _ = try store.reserve(for: Experiment(name: "e"))
        let mark = #"{"user":"a","host":"b","process":1,"since":"2026-01-01T00:00:00Z"}"#
        try write(mark, to: "f-1/owner")
        // Other programs' folders: TensorBoard's usual one, and one that resembles ours.
        for path in ["Jan01_12-00-00_host/events.out.tfevents.1", "tb-1/events", "g-1/owner", "h-1/checkpoints/w"] {
            try write("x", to: path)
        }
        try write(mark.replacing("}", with: #","run":"another-1"}"#), to: "i-1/owner")
        try write(mark, to: "no run's name/owner")
        try files.createDirectory(atPath: temporary.file("runs/j-1"), withIntermediateDirectories: true)

        let all = try files.contentsOfDirectory(atPath: temporary.file("runs")).sorted()
        try store.removeLeftovers()
        #expect(try files.contentsOfDirectory(atPath: temporary.file("runs")).sorted() == all)
        for name in all {
            let owner = temporary.file("runs/\(name)/owner")
            try? files.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: owner)
        }
        try store.removeLeftovers()
        let left = try files.contentsOfDirectory(atPath: temporary.file("runs")).sorted()
        #expect(left == all.filter { ![halved.name, "e-1", "f-1"].contains($0) })
        // A run that was not deleted after all can be identified without the store again.
        _ = try store.claim(spared)
        #expect(files.fileExists(atPath: "\(store.folder(of: spared))/experiment.yaml"))
        store.release(waiting)
        #expect(!files.fileExists(atPath: "\(temporary.path)/runs/\(waiting.name)"))
    }

    @Test func `foreign files in a linked folder of runs stay`() throws {
        let files = FileManager.default
        let elsewhere = temporary.file("elsewhere")
        try files.createDirectory(atPath: "\(elsewhere)/Jan01_host", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: temporary.file("runs"), withDestinationPath: elsewhere)
        let run = try trained()
        try store.removeLeftovers()
        try store.delete(run)
        #expect(try files.contentsOfDirectory(atPath: elsewhere) == ["Jan01_host"])
    }

    @Test func `a folder that was not created for a run is neither trained in nor removed`() throws {
        let run = try trained()
        let folder = store.folder(of: run)
        // As in a manually written row.
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(folder)/precious"))
        for body in [{ _ = try store.claim(run) }, { try store.delete(run) }] {
            let error = #expect(throws: RunStoreError.self) { try body() }
            #expect(error?.description == "\(folder): was not created by vgglab for run a-1; move it elsewhere")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["precious"])
        try FileManager.default.removeItem(atPath: "\(folder)/precious")
        try store.delete(run)
        #expect(try store.names() == [])
    }

    @Test func `a run of an earlier version without an owner file is identified by its experiment`() throws {
        let run = try trained()
        let owner = "\(store.folder(of: run))/owner"
        try FileManager.default.removeItem(atPath: owner)
        _ = try store.claim(run)
        #expect(FileManager.default.fileExists(atPath: owner))
        try FileManager.default.removeItem(atPath: owner)
        try store.delete(run)
        #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
    }

    @Test(arguments: [
        "..", "", ".", "../victim", "../victim-1", "a/b-1", "/tmp/x-1", ".hidden-1", "a-01", "a-0", "a\n-1",
    ])
    func `a row with an invalid name leads nowhere`(name: String) throws {
        let other = try trained("b")
        let run = try trained()
        let victim = temporary.file("victim-1")
        try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
        let before = try FileManager.default.subpathsOfDirectory(atPath: temporary.file("runs")).sorted()
        try temporary.database().write {
            try $0.execute(sql: "UPDATE run SET name = ? WHERE id = ?", arguments: [name, run.id])
        }
        for store in [store, try temporary.store(creates: false)] {
            let (runs, flaws) = try store.runsAndFlaws()
            #expect(runs.map(\.name) == [other.name])
            #expect(flaws == ["the run in row \(run.id): no run can have the name \(name)"])
            #expect(try store.names() == [other.name])
            #expect(throws: RunStoreError.self) { try store.delete(try store.run(withName: name)) }
        }
        try store.removeLeftovers()
        #expect(try FileManager.default.subpathsOfDirectory(atPath: temporary.file("runs")).sorted() == before)
        #expect(FileManager.default.fileExists(atPath: victim))
    }

    @Test func `if many delete a run at once, one succeeds and the others are told`() throws {
        let path = temporary.path
        for _ in 0..<30 {
            let run = try store.interrupted()
            let answers = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 6) { _ in
                var answer = ""
                do {
                    try RunStore(folder: path, creates: false).delete(run)
                } catch {
                    answer = "\(error)"
                }
                answers.withLock { $0.append(answer) }
            }
            let all = answers.withLock { $0 }
            #expect(all.count { $0.isEmpty } == 1, "\(all)")
            #expect(
                all.allSatisfy {
                    $0.isEmpty || $0 == "run \(run.name) has been deleted"
                        || $0.hasPrefix("run \(run.name) is being trained by ")
                }, "\(all)")
            #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
        }
    }

    @Test func `a run's folder that is a link is removed, but not its target`() throws {
        let run = try trained()
        let elsewhere = temporary.file("elsewhere")
        try FileManager.default.moveItem(atPath: store.folder(of: run), toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: store.folder(of: run), withDestinationPath: elsewhere)
        try store.delete(run)
        #expect(FileManager.default.fileExists(atPath: "\(elsewhere)/experiment.yaml"))
        #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
    }
}
