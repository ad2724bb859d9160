// Stores of other users: a team can share one; users with read permission can read it, and others get an error.

import Foundation
import Testing

/// Whether programs can be run as another user here.
private let canSwitchUser =
    (try? Program(["--version"], shell: #"setpriv --reuid=65534 --regid=65534 --clear-groups "$@""#).end().status) == 0

@Suite(.enabled(if: canSwitchUser, "no other user can be had here"), .timeLimit(.minutes(10))) struct SharedStoresTests
{
    private let sandbox: Sandbox
    private let runs: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data")
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        try FileManager.default.createDirectory(atPath: runs, withIntermediateDirectories: true)
    }

    /// Calls the program as a user in the group 4242.
    private func call(as user: Int, _ arguments: String...) throws -> Ending {
        let shell = #"umask 002; HOME=/nowhere exec setpriv --reuid=\#(user) --regid=4242 --clear-groups "$@""#
        return try Program(arguments + ["--runs", runs], shell: shell).end()
    }

    private func train(as user: Int) throws -> Ending {
        try call(as: user, sandbox.tiny, "--data", sandbox.file("data"), "--quiet", "--threads", "1")
    }

    @Test func `two users of a group use one store`() throws {
        #expect(chown(runs, 0, 4242) == 0 && chmod(runs, 0o2775) == 0)
        for user in [4001, 4002, 4001] {
            let ending = try train(as: user)
            #expect(ending.status == 0, "\(ending)")
        }
        for user in [4001, 4002] {
            #expect(try call(as: user, "tag", "tiny-1", "x\(user)").status == 0)
            #expect(try call(as: user, "list").lines.count == 4)
        }
        let deleted = try call(as: 4002, "delete", "tiny-1", "--yes")
        #expect(deleted.status == 0, "\(deleted)")
        #expect(!FileManager.default.fileExists(atPath: "\(runs)/runs/tiny-1"))
        let fork = try call(
            as: 4002, "fork", "tiny-3", "--set", "training.epochs=3", "--data", sandbox.file("data"), "--quiet")
        #expect(fork.status == 0, "\(fork)")
    }

    @Test func `without permission a store is reported as unreadable`() throws {
        #expect(
            try Program([sandbox.tiny, "--data", sandbox.file("data"), "--quiet", "--runs", runs]).end().status == 0)
        #expect(chmod(runs, 0o700) == 0)
        for command in [["list"], ["list", "--json"], ["show", "last"]] {
            let ending = try Program(
                command + ["--runs", runs], shell: #"exec setpriv --reuid=4001 --regid=4001 --clear-groups "$@""#
            ).end()
            #expect(ending.status == 2, "\(ending)")
            #expect(ending.output == "")
            #expect(
                ending.complaint == "\(runs)/runs.sqlite: no permission to read it; ask its owner, or choose another "
                    + "folder with --runs DIR\n")
        }
    }

    @Test func `with read permission a store is readable, while it is trained in and after`() throws {
        let before = try Program([sandbox.tiny, "--data", sandbox.file("data"), "--quiet", "--runs", runs]).end()
        #expect(before.status == 0)
        func expectRead() throws {
            let list = try call(as: 4001, "list", "--json")
            #expect(list.status == 0, "\(list)")
            #expect(list.output.contains(#""name":"tiny-1""#))
            #expect(try call(as: 4001, "show", "tiny-1").status == 0)
            let tag = try call(as: 4001, "tag", "tiny-1", "x")
            #expect(tag.status == 2)
            #expect(tag.complaint.hasSuffix("cannot be written; choose another folder with --runs DIR\n"), "\(tag)")
        }
        try expectRead()
        // Everything is in the file itself, so that reading it creates nothing.
        for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(runs)/runs.sqlite\(log)") }
        try expectRead()
        let names = try FileManager.default.contentsOfDirectory(atPath: runs).sorted()
        #expect(names == [".lock", "runs", "runs.sqlite"])
        let training = try Program([
            sandbox.tiny, "--data", sandbox.file("data"), "--log-format", "jsonl", "--runs", runs, "--set",
            "training.epochs=1000000",
        ])
        #expect(training.nextLine()?.contains("run_started") == true)
        try expectRead()
        training.send(SIGKILL)
        _ = training.end()
        try expectRead()
    }

    @Test func `a user without a home must choose a folder`() throws {
        let ending = try Program(
            ["list"],
            shell: #"env -u HOME -u XDG_STATE_HOME setpriv --reuid=12345 --regid=12345 --clear-groups "$@""#
        ).end()
        #expect(ending.status == 2)
        #expect(ending.complaint == "there is no home folder to store runs in; choose a folder with --runs DIR\n")
    }

    @Test func `an empty name is not a folder`() throws {
        for command in [["list"], [sandbox.tiny, "--data", sandbox.file("data")]] {
            let ending = try Program(command + ["--runs", ""], in: sandbox.path).end()
            #expect(ending.status == 2)
            #expect(ending.complaint == "--runs needs the name of a folder (got an empty string)\n")
        }
        #expect(!FileManager.default.fileExists(atPath: sandbox.file("runs.sqlite")))
    }
}
