// A store that another program has locked, and a process that is stopped or killed meanwhile: no metric is lost, and
// nobody is locked out.

import Foundation
import GRDB
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct HeldStoreTests {
    private let sandbox: Sandbox
    private let runs: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data")
        try sandbox.write(
            Sandbox.tinyOnMadeUp.replacing(
                "epochs: 2", with: "epochs: 1000000") + "checkpoint: { every_steps: 1 }\n",
            to: "endless.yaml")
    }

    /// A run that never ends by itself and has trained some steps.
    private func begin() throws -> Program {
        let program = try Program(
            [
                sandbox.file("endless.yaml"), "--threads", "1", "--data", sandbox.file("data"), "--runs", runs,
                "--quiet",
            ], shell: #"exec "$@" > /dev/null"#)
        try wait { try listed()?["step"] as? Int ?? 0 > 3 }
        return program
    }

    private func listed() throws -> [String: Any]? {
        let list = try Program(["list", "--json", "--runs", runs]).end()
        return (try? JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])?.last
    }

    private func wait(_ condition: () throws -> Bool) throws {
        for _ in 0..<3000 {
            if try condition() { return }
            usleep(20_000)
        }
        Issue.record("a minute has passed")
    }

    /// Another program's connection to the store's file.
    private func database() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: "\(runs)/runs.sqlite", configuration: configuration)
    }

    @Test func `a run that is killed while another program has the store locked has all metrics of its checkpoints`()
        throws
    {
        let program = try begin()
        let other = try database()
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        while let complaint = program.nextComplaint(), !complaint.contains("no checkpoint: ") {}
        program.send(SIGKILL)
        #expect(program.end().status == -SIGKILL)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }

        let shown = try Program(["show", "endless-1", "--json", "--runs", runs]).end().object()
        let checkpoints = try #require(shown["checkpoints"] as? [[String: Any]])
        let newest = try #require(checkpoints.compactMap { $0["step"] as? Int }.max())
        let steps = try other.read { try Int.fetchAll($0, sql: "SELECT step FROM step_metric ORDER BY step") }
        // Of a million epochs only each one's last step is stored, and here each has only one.
        #expect(steps.starts(with: 1...newest), "\(newest) of \(steps.count)")
    }

    @Test
    func `a process that is stopped while it writes does not block other writers`() throws {
        func isLocked() -> Bool {
            let lock = open("\(runs)/.lock", O_RDONLY)
            defer { close(lock) }
            return flock(lock, LOCK_EX | LOCK_NB) != 0
        }
        let program = try begin()
        let other = try database()
        // The program's next transaction waits for this one, with the store's lock taken.
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try wait { isLocked() }
        program.send(SIGTSTP)
        usleep(200_000)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try wait {
            let status = try String(contentsOfFile: "/proc/\(program.processIdentifier)/stat", encoding: .utf8)
            return status.contains(") T ")
        }
        #expect(!isLocked())
        #expect(try Program(["tag", "endless-1", "x", "--runs", runs]).end().status == 0)
        let before = try listed()?["step"] as? Int ?? 0
        program.send(SIGCONT)
        try wait { try listed()?["step"] as? Int ?? 0 > before }
    }

    @Test func `runs are listed while a stopped process has the store's lock`() throws {
        let program = try begin()
        let other = try database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE; UPDATE run SET note = 'half'") }
        program.send(SIGSTOP)
        let clock = ContinuousClock()
        let begin = clock.now
        #expect(try listed()?["note"] as? String == "")
        #expect(clock.now - begin < .seconds(5))
        #expect(try Program(["show", "endless-1", "--runs", runs]).end().status == 0)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
    }
}
