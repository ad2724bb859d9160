// The whole program on failing disks: killed at its system calls, each of them made to fail, a full disk, a read-only
// disk, a file system without locks. Training reports it, and what was saved loads and continues. VGGLAB_FAULTS=all
// tries every call instead of some; scripts/long-tests does.

import Foundation
import GRDB
import Testing

/// Whether strace may trace a process here; some containers forbid it.
private let canTrace = (try? Program(["--version"], shell: "strace -qq -o /dev/null true").end().status) == 0
/// Whether a process may have its own mounts here.
private let canMount =
    (try? Program(["--version"], shell: "unshare -rm mount -t tmpfs none /tmp").end().status) == 0

@Suite(.serialized, .timeLimit(.minutes(30))) struct FaultedRunsTests {
    private let sandbox: Sandbox
    private let runs: String
    private let train: [String]
    private let takesAll = ProcessInfo.processInfo.environment["VGGLAB_FAULTS"] == "all"

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data", count: 24)
        try sandbox.write(
            """
            network: { blocks: [[1, 8], [1, 16]], ratio: 1, classifier: [32], dropout: 0.5 }
            data: { dataset: made-up, resize: 28, batch_size: 7 }
            training: { momentum: 0.9, epochs: 3, seed: 3 }
            checkpoint: { every_epochs: 1, every_minutes: null, every_steps: 3 }
            """, to: "a.yaml")
        train = ["--data", sandbox.file("data"), "--quiet", "--runs", runs]
    }

    private func begin(_ shell: String? = nil) throws -> Ending {
        try Program([sandbox.file("a.yaml"), "--threads", "1"] + train, shell: shell).end()
    }

    /// The checksums of a run's last checkpoint, without the file that contains times.
    private func digests(of run: String) throws -> [String]? {
        let shown = try Program(["show", run, "--json", "--runs", runs]).end().object()
        let checkpoints = try #require(shown["checkpoints"] as? [[String: Any]])
        guard let path = checkpoints.first?["path"] as? String else { return nil }
        return try String(contentsOfFile: "\(path)/SHA256SUMS", encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.hasSuffix(".safetensors") }
    }

    private func states() throws -> [(name: String, state: String)] {
        let list = try Program(["list", "--json", "--runs", runs]).end()
        #expect(list.status == 0, "\(list.complaint)")
        let value = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        return (value ?? []).map { ($0["name"] as? String ?? "", $0["state"] as? String ?? "") }
    }

    /// Completes the newest run, if there is an unfinished one, and compares the results.
    private func expectSame(as whole: [String]?, after name: String) throws {
        guard let last = try states().last, last.name != "a-1" else { return }
        #expect(["interrupted", "completed", "failed"].contains(last.state), "\(name): \(last.state)")
        let kept = try digests(of: last.name)
        if last.state != "completed" || kept != whole {
            let resumed = try Program(["resume", last.name] + train).end()
            #expect(resumed.status == 0, "\(name): \(resumed.complaint)")
        }
        #expect(try digests(of: last.name) == whole, "\(name)")
        #expect(try Program(["delete", last.name, "--yes", "--runs", runs]).end().status == 0)
    }

    /// The calls that write, with their counts in the thread that makes most of them.
    private func writingCalls() throws -> [(call: String, count: Int)] {
        let log = sandbox.file("log")
        let calls = ["write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"]
        let trace = "strace -f -qq -o \(log) -e trace=\(calls.joined(separator: ",")) \"$@\""
        try #require(try begin(trace).status == 0)
        var counts: [String: [Substring: Int]] = [:]
        for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            counts[String(parts[1].trimmingPrefix(while: \.isWhitespace).prefix { $0 != "(" }), default: [:]][
                parts[0], default: 0] += 1
        }
        return calls.compactMap { call in counts[call]?.values.max().map { (call, $0) } }
    }

    /// All numbers up to a count, or some.
    private func numbers(_ count: Int, some: Int) -> [Int] {
        Array(stride(from: 1, through: count, by: takesAll ? 1 : max(1, count / some)))
    }

    @Test(.enabled(if: canTrace, "strace is missing, or may not trace a process here"))
    func `a run killed at any call that writes continues unaffected`() throws {
        try #require(try begin().status == 0)
        let whole = try digests(of: "a-1")
        var tried = 0
        for (call, count) in try writingCalls() {
            for number in numbers(count, some: 4) {
                let ending = try begin("strace -f -qq -o /dev/null -e inject=\(call):signal=KILL:when=\(number) \"$@\"")
                // Calls are counted per thread, so the last of them may not be reached.
                #expect([137, -SIGKILL, 0].contains(ending.status), "\(call) \(number)")
                try expectSame(as: whole, after: "killed at \(call) \(number)")
                tried += 1
            }
        }
        print("killed at \(tried) calls")
    }

    @Test(.enabled(if: canTrace, "strace is missing, or may not trace a process here"), arguments: ["ENOSPC", "EIO"])
    func `after any failing call, training reports it and what was saved continues`(error: String) throws {
        try #require(try begin().status == 0)
        let whole = try digests(of: "a-1")
        var tried = 0
        for (call, count) in try writingCalls() where call != "unlink" {
            // Once, and permanently.
            for (number, when) in numbers(count, some: 3).flatMap({ [($0, "\($0)"), ($0, "\($0)+")] }) {
                let name = "\(error) of \(call) \(when)"
                let ending = try begin(
                    "strace -f -qq -o /dev/null -e inject=\(call):error=\(error):when=\(when) \"$@\"")
                // 1: standard output could not be written, 2: nothing was started.
                #expect([0, 1, 2].contains(ending.status), "\(name): \(ending.status) \(ending.complaint)")
                if ending.status == 2 {
                    #expect(ending.complaint.count { $0 == "\n" } == 1, "\(name): \(ending.complaint)")
                }
                #expect(number > 0)
                try expectSame(as: whole, after: name)
                tried += 1
            }
        }
        print("\(error) of \(tried) calls")
    }

    @Test(.enabled(if: canTrace, "strace is missing, or may not trace a process here"))
    func `a file system without locks is distinguished from an owner`() throws {
        let ending = try begin("strace -f -qq -o /dev/null -e inject=flock:error=ENOLCK \"$@\"")
        #expect(ending.status == 2)
        #expect(ending.complaint.hasPrefix("\(runs)/runs/a-1/owner: this file system cannot lock files ("))
        #expect(ending.complaint.hasSuffix("; choose a folder on another one with --runs DIR\n"))
        #expect(try states().isEmpty)
    }

    @Test(.enabled(if: canMount, "a process may have no mounts of its own here"))
    func `on a full disk training continues with its last good checkpoint, and the run can be finished`() throws {
        try #require(try begin().status == 0)
        let whole = try digests(of: "a-1")
        let small = sandbox.file("small")
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        // Room for the store and a checkpoint or two; then, with more room, the rest.
        let ending = try Program(
            [sandbox.file("a.yaml"), "--threads", "1", "--data", sandbox.file("data"), "--runs", small],
            shell: """
                unshare -rm bash -c 'cd "$0" && mount -t tmpfs -o size=520k none "$0" || exit 99
                "$@"; echo "status $?"
                mount -o remount,size=20m "$0"
                "$1" export a-1 --runs "$0" --format safetensors --at last --out "$0/w" && echo exported
                "$1" list --runs "$0" --json
                "$1" resume a-1 --runs "$0" --data "\(sandbox.file("data"))" --quiet; echo "resumed $?"
                cat "$0"/runs/a-1/checkpoints/*evaluated/SHA256SUMS | grep safetensors | tail -2' "\(small)" "$@"
                """
        ).end()
        #expect(ending.lines.contains("status 1"), "\(ending)")
        #expect(ending.complaint.contains("warning: no checkpoint: "), "\(ending)")
        #expect(ending.complaint.contains("warning: no final checkpoint: "), "\(ending)")
        #expect(ending.lines.contains("exported"), "\(ending)")
        #expect(ending.lines.contains("resumed 0"), "\(ending)")
        #expect(ending.lines.suffix(2).map(String.init) == whole, "\(ending)")
    }

    @Test(.enabled(if: canMount, "a process may have no mounts of its own here"))
    func `a run whose end does not fit on the disk reports it, once, and ends with 1`() throws {
        let small = sandbox.file("small")
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        let ending = try Program(
            [sandbox.file("a.yaml"), "--threads", "1", "--data", sandbox.file("data"), "--quiet", "--runs", small],
            shell: """
                unshare -rm bash -c 'mount -t tmpfs -o size=300k none "$0" || exit 99; "$@"; echo "status $?"' \
                "\(small)" "$@" --set checkpoint.every_steps=1
                """
        ).end()
        #expect(ending.lines.last == "status 1", "\(ending)")
        let said = ending.complaint.split(separator: "\n")
        let cause = "\(small)/runs/a-1/checkpoints: cannot be written: the disk is full"
        #expect(said.count { $0.contains("no checkpoint: \(cause); ") } == 1, "\(ending)")
        #expect(said.count { $0.contains("no final checkpoint: \(cause); ") } == 1, "\(ending)")
        #expect(!ending.complaint.contains(".partial"), "\(ending)")
        let command = "vgglab resume a-1 --runs \(small) --data \(sandbox.file("data"))"
        #expect(said.last?.hasSuffix("train it again with: \(command)") == true, "\(ending)")
    }

    @Test(.enabled(if: canMount, "a process may have no mounts of its own here"))
    func `on a full disk a run can be deleted`() throws {
        let small = sandbox.file("small")
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        let ending = try Program(
            [sandbox.file("a.yaml"), "--threads", "1", "--data", sandbox.file("data"), "--quiet", "--runs", small],
            shell: """
                unshare -rm bash -c 'mount -t tmpfs -o size=4m none "$0" && "$@" > "$0/log" || exit 99
                cat /dev/zero > "$0/filler" 2> /dev/null
                "$1" tag a-1 x --runs "$0"; echo "tag $?"
                "$1" delete a-1 --yes --runs "$0"; echo "delete $?"
                ls "$0/runs"; "$1" list --runs "$0"' "\(small)" "$@"
                """
        ).end()
        #expect(ending.lines == ["tag 2", "delete 0"], "\(ending)")
        #expect(ending.complaint.contains("runs.sqlite: the disk is full; "), "\(ending)")
        #expect(ending.complaint.contains("deleted a-1\nno runs yet in "), "\(ending)")
    }

    @Test(.enabled(if: canMount, "a process may have no mounts of its own here"), arguments: [1, 3])
    func `on a read-only disk runs are listed and shown, and nothing is trained`(version: Int) throws {
        try #require(try begin().status == 0)
        if version == 1 {
            try DatabaseQueue(path: "\(runs)/runs.sqlite").write { database in
                for trigger in ["run_added", "run_changed", "run_deleted", "tag_added", "tag_removed"] {
                    try database.execute(sql: "DROP TRIGGER \(trigger)")
                }
                try database.execute(
                    sql: """
                        DROP TABLE revision; DROP INDEX run_revision; ALTER TABLE run DROP COLUMN revision;
                        ALTER TABLE step_metric DROP COLUMN gradient_norm; ALTER TABLE step_metric DROP COLUMN dead_share;
                        ALTER TABLE step_metric DROP COLUMN layers; ALTER TABLE run DROP COLUMN best_from;
                        ALTER TABLE run DROP COLUMN data_facts;
                        DELETE FROM grdb_migrations WHERE identifier > '1'
                        """)
            }
        }
        let ending = try Program(
            [sandbox.file("a.yaml")] + train,
            shell: """
                unshare -rm bash -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 99
                "$1" list --all --runs "$0" && "$1" show a-1 --runs "$0" && "$1" replay a-1 --quiet --runs "$0"; echo "read $?"
                "$1" tag a-1 x --runs "$0"; echo "tag $?"
                "$@"; echo "train $?"
                "$1" delete a-1 --yes --runs "$0"; echo "delete $?"' "\(runs)" "$@"
                """
        ).end()
        #expect(ending.lines.contains("read 0"), "\(ending)")
        #expect(ending.lines.contains("tag 2") && ending.lines.contains("train 2"), "\(ending)")
        let sentence = "\(runs)/runs.sqlite: cannot be written; choose another folder with --runs DIR\n"
        let folder = "\(runs)/runs/a-1: cannot be written: the file system is read-only\n"
        #expect(ending.complaint == sentence + sentence + folder, "\(ending)")
    }
}
