// A run has at most one owner, which is alive.

import Experiments
import Foundation
import RunStore
import Synchronization
import TestSupport
import Testing

@Suite struct RunClaimTests {
    private let temporary: TemporaryFolder
    private let store: RunStore

    init() throws {
        temporary = try TemporaryFolder()
        store = try temporary.store()
    }

    @Test func `the second process to claim a run is told the owner within a second`() throws {
        let (run, claim) = try store.create(.made())
        let other = try temporary.store()
        let clock = ContinuousClock()
        let begin = clock.now
        let error = #expect(throws: RunStoreError.self) { try other.claim(run) }
        #expect(clock.now - begin < .seconds(1))
        let sentence = #/run a-1 is being trained by .+@.+, process \d+, since \d{4}-\d\d-\d\dT.+Z/#
        #expect(error?.description.wholeMatch(of: sentence) != nil, "\(String(describing: error))")
        #expect(error?.description.contains("process \(getpid()),") == true)
        #expect(throws: RunStoreError.self) { try other.delete(run) }
        let owner = try #require(other.owner(of: run))
        #expect(owner.process == getpid())
        #expect(error?.description.hasSuffix(owner.text) == true)
        withExtendedLifetime(claim) {}
    }

    @Test func `a run whose owner is gone shows as interrupted and can be claimed`() throws {
        func claimed() throws -> RunInfo {
            let (run, claim) = try store.create(.made())
            #expect(try store.runs()[0].state == .running)
            return withExtendedLifetime(claim) { run }
        }
        let run = try claimed()
        // Nothing was written since, but the state is different.
        #expect(try store.runs()[0].state == .interrupted)
        #expect(try store.run(named: "a-1").state == .interrupted)
        let claim = try store.claim(run)
        #expect(try store.run(named: "a-1").state == .running)
        withExtendedLifetime(claim) {}
    }

    @Test func `a run killed while the system is out of memory shows that as a possible cause`() throws {
        let run = try store.interrupted()
        let path = "\(store.folder(of: run))/owner"
        var owner = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
        #expect(try store.run(named: "a-1").reason == "")
        // Not every system counts kills.
        guard var kills = owner["memoryKills"] as? [String: Any], let count = kills["count"] as? Int else { return }
        func write(_ count: Int, boot: String? = nil) throws {
            kills["count"] = count
            if let boot { kills["boot"] = boot }
            owner["memoryKills"] = kills
            try JSONSerialization.data(withJSONObject: owner).write(to: URL(filePath: path))
        }
        func reasons() throws -> [String] { try [temporary.store().runs()[0].reason, store.run(named: "a-1").reason] }
        // As if another process had been killed since.
        try write(count - 1)
        for reason in try reasons() {
            #expect(
                reason.wholeMatch(
                    of: #/perhaps out of memory: since it started, the system has killed \d+ process(es)? for that/#)
                    != nil)
        }
        try write(count - 1, boot: "another start of the machine")
        #expect(try reasons() == ["", ""])
        let claim = try store.claim(run)
        #expect(try store.run(named: "a-1").reason == "")
        withExtendedLifetime(claim) {}
    }

    @Test func `of many competing processes one wins`() throws {
        let run = try store.interrupted()
        let claims = Mutex<[RunClaim]>([])
        for _ in 0..<10 {
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                if let claim = try? store.claim(run) { claims.withLock { $0.append(claim) } }
            }
            #expect(claims.withLock { $0.count } == 1)
            claims.withLock { $0 = [] }
        }
    }

    @Test func `checking a run never prevents others from claiming it`() throws {
        let run = try store.interrupted()
        let isDone = Atomic(false)
        let refused = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 3) { worker in
            if worker == 0 {
                for _ in 0..<300 {
                    do { _ = try store.claim(run) } catch { refused.add(1, ordering: .relaxed) }
                }
                isDone.store(true, ordering: .relaxed)
            } else {
                while !isDone.load(ordering: .relaxed) { _ = try? store.runs() }
            }
        }
        #expect(refused.load(ordering: .relaxed) == 0)
    }

    @Test func `a run that has been deleted cannot be claimed`() throws {
        let run = try store.interrupted()
        let stale = run
        try temporary.store().delete(run)
        let error = #expect(throws: RunStoreError.self) { try store.claim(stale) }
        #expect(error?.description == "run a-1 has been deleted")
        #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
    }

    @Test func `a link in place of the owner file is not followed`() throws {
        let run = try store.interrupted()
        let precious = temporary.file("precious")
        try Data("x".utf8).write(to: URL(filePath: precious))
        let owner = "\(store.folder(of: run))/owner"
        try FileManager.default.removeItem(atPath: owner)
        try FileManager.default.createSymbolicLink(atPath: owner, withDestinationPath: precious)
        #expect(throws: RunStoreError.self) { try store.claim(run) }
        #expect(try Data(contentsOf: URL(filePath: precious)) == Data("x".utf8))
    }

    @Test(arguments: [false, true]) func `removing a run's owner file or folder does not give the run to anybody else`(
        all: Bool
    ) throws {
        let (run, claim) = try store.create(.made())
        let problems = Mutex<[String]>([])
        let recorder = RunRecorder(store, run, claim: claim) { problem in problems.withLock { $0.append(problem) } }
        let folder = store.folder(of: run)
        try FileManager.default.removeItem(atPath: all ? folder : "\(folder)/owner")
        if !all {
            #expect(throws: RunStoreError.self) { try store.claim(run) }
            #expect(try store.run(named: "a-1").state == .running)
        }
        try recorder.flush()
        let error = #expect(throws: RunStoreError.self) { try store.claim(run) }
        #expect(error?.description.contains("process \(getpid()),") == true, "\(error as Any)")
        #expect(try store.run(named: "a-1").state == .running)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/experiment.yaml"))
        try recorder.finish()
        #expect(problems.withLock { $0.count } == 1)
        #expect(problems.withLock { $0[0].hasSuffix("; it has been restored") })
    }
}
