// Commands that change a store, and their messages about a store changed by others.

import Foundation
import GRDB
import Testing

/// Commands that change a store, each test in its own.
@Suite struct ChangedRunsTests {
    private let shelf: Shelf

    init() throws {
        shelf = try Shelf()
        try #require(try shelf.train(sandboxFile: "tiny.yaml", "--set", "training.epochs=1").status == 0)
    }

    @Test func `tags and notes are added and removed`() throws {
        #expect(try shelf.call("tag", "tiny-1").output == "tiny-1: no tags\n")
        #expect(try shelf.call("tag", "tiny-1", "b", "a", "b").output == "tiny-1: a b\n")
        #expect(try shelf.call("tag", "tiny-1", "c", "--remove", "a").output == "tiny-1: b c\n")
        for (tag, shown) in [
            ("two words", "two words"), ("", ""), ("a\u{1B}b", "a\\u{1B}b"), ("a\u{202E}b", "a\\u{202E}b"),
            (String(repeating: "x", count: 5000), String(repeating: "x", count: 40) + "…"),
        ] {
            let refused = try shelf.call("tag", "tiny-1", tag)
            #expect(refused.status == 2)
            #expect(refused.complaint.contains("(got \"\(shown)\")"), "\(refused)")
        }
        let none = try shelf.call("tag", "tiny-1", "d", "--remove", "nonexist")
        #expect(none.status == 2)
        #expect(none.complaint == "tiny-1 has no tag \"nonexist\"; nothing was changed\n")
        #expect(try shelf.call("tag", "tiny-1").output == "tiny-1: b c\n")
        #expect(try shelf.call("note", "tiny-1", "too", "fast").output == "tiny-1: too fast\n")
        #expect(try shelf.call("note", "tiny-1", "").status == 0)
        #expect(try shelf.call("note", "tiny-1").output == "tiny-1: no note\n")
        #expect(try shelf.call("note", "tiny-1", "see \u{1B}[31mred").output == "tiny-1: see \\u{1B}[31mred\n")
        #expect(!(try shelf.call("show", "tiny-1").output.contains("\u{1B}")))
        #expect(try shelf.call("note", "tiny-1", "").output == "tiny-1: no note\n")
    }

    @Test func `deleting asks for confirmation, and fails if nobody can answer`() throws {
        let refused = try shelf.call("delete", "tiny-1")
        #expect(refused.status == 2)
        #expect(refused.complaint == "deleting needs confirmation, but there is no terminal to ask on; use --yes\n")
        #expect(try shelf.names() == ["tiny-1"])
        let deleted = try shelf.call("delete", "tiny-1", "tiny", "--yes")
        #expect(deleted.status == 0)
        #expect(deleted.complaint == "deleted tiny-1\n")
        #expect(try shelf.names().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(shelf.runs)/runs/tiny-1"))
    }

    @Test func `deletion is confirmed on a terminal`() throws {
        for (answer, status) in [("n", Int32(1)), ("", 1), ("y", 0)] {
            // util-linux's script gives the program a terminal.
            let program = try Program(
                ["delete", "tiny-1", "--runs", shelf.runs],
                shell: #"echo "\#(answer)" | script -qec "$(printf '%q ' "$@")" /dev/null"#)
            let ending = program.end()
            #expect(ending.status == status, "\(answer)")
            #expect(ending.output.contains("delete tiny-1 with "), "\(ending.output)")
            #expect(try shelf.names() == (answer == "y" ? [] : ["tiny-1"]))
        }
    }

    @Test func `values that differ when verified are reported`() throws {
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            try database.execute(sql: "UPDATE epoch_metric SET test_loss = test_loss + 1e-12")
        }
        let verified = try shelf.call("verify", "tiny-1", "--data", shelf.data, "--quiet")
        #expect(verified.status == 1)
        #expect(verified.output.hasPrefix("tiny-1: epoch 1 differs: test loss was "))
    }

    @Test(arguments: [false, true])
    func `a modified checkpoint is reported with the tensor that differs`(isSigned: Bool) throws {
        let folder = "\(shelf.runs)/runs/tiny-1/checkpoints/step-0000000001-evaluated"
        let weights = "\(folder)/weights.safetensors"
        var bytes = try Data(contentsOf: URL(filePath: weights))
        // A bit of the last value of the last tensor.
        bytes[bytes.count - 2] ^= 1
        try bytes.write(to: URL(filePath: weights))
        if isSigned {
            let sums = try Program([], shell: "cd '\(folder)' && sha256sum *.json *.safetensors > SHA256SUMS").end()
            try #require(sums.status == 0)
        }
        let verified = try shelf.call("verify", "tiny-1", "--quiet")
        #expect(verified.status == 1)
        let place = "tiny-1: the checkpoint after step 1 differs: features.3.weight[15, 7, 2, 2] was "
        #expect(verified.output.hasPrefix(place), "\(verified)")
    }

    @Test func `a fork on other data warns, is refused with strict, and restarts its best epoch`() throws {
        try shelf.sandbox.writeData(in: "others", count: 30)
        let others = shelf.sandbox.file("others")
        func fork(_ arguments: String...) throws -> Ending {
            try Program(
                ["fork", "tiny-1", "--set", "training.epochs=2", "--data", others, "--quiet", "--runs", shelf.runs]
                    + arguments
            ).end()
        }
        let warning =
            "images differ from run tiny-1's: made-up from \(others) instead of made-up from \(shelf.data); "
            + "only new epochs count as best"
        let refused = try fork("--strict")
        #expect(refused.status == 2)
        #expect(refused.complaint == "\(warning) (an error because of --strict)\n")
        let forked = try fork()
        #expect(forked.status == 0)
        #expect(forked.complaint == "warning: \(warning)\n")
        let shown = try shelf.call("show", "tiny-2", "--json").object()
        #expect(shown["best_epoch"] as? Int == 2)
        #expect(try shelf.call("compare", "tiny-1", "tiny-2").lines.contains { $0.hasPrefix("data ") })
        // What continues from it has the same data, and triggers no warning.
        let again = try shelf.call("fork", "tiny-2", "--set", "training.epochs=3", "--strict", "--quiet")
        #expect(again.status == 0 && again.complaint.isEmpty, "\(again)")
    }

    @Test func `a complete run is not resumed, and the error gives advice`() throws {
        let ending = try shelf.call("resume", "tiny-1", "--data", shelf.data)
        #expect(ending.status == 2)
        #expect(
            ending.complaint == "run tiny-1 is complete; to continue training, fork it with more epochs: "
                + "vgglab fork tiny-1 --set training.epochs=6 --runs \(shelf.runs) --data \(shelf.data)\n")
        let fork = try shelf.call("fork", "tiny-1", "--set", "training.epochs=2", "--data", shelf.data, "--quiet")
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(fork.lines.first { $0.hasPrefix("epoch ") }?.hasPrefix("epoch 2/2 ") == true)
    }

    @Test func `a run without records is not replayed`() throws {
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            for table in ["event", "step_metric", "epoch_metric"] { try database.execute(sql: "DELETE FROM \(table)") }
        }
        let ending = try shelf.call("replay", "tiny-1")
        #expect(ending.status == 2)
        #expect(ending.complaint == "run tiny-1 has no steps yet\n")
    }

    @Test func `substituted weights are reported`() throws {
        let folder = "\(shelf.runs)/runs/tiny-1/checkpoints"
        let best = try shelf.call("show", "tiny-1", "--json").object()["best_epoch"] as? Int
        #expect(best == 1)
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            try database.execute(sql: "UPDATE run SET best_epoch = 7, step = step + 3")
        }
        let step = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        #expect(step.hasPrefix("step-0"))
        for (at, remark) in [
            ("best", "these are not the best weights; those of epoch 7 were not saved"),
            ("last", "these are not the last weights; those of step 4 were not saved"),
        ] {
            let ending = try shelf.call(
                "export", "tiny-1", "--at", at, "--format", "safetensors", "--overwrite", "--out",
                shelf.sandbox.file("w"))
            #expect(ending.status == 0)
            #expect(ending.complaint.hasSuffix("\nwarning: \(remark)\n"), "\(ending)")
        }
    }

    @Test func `waiting for another process that writes the store is reported`() throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite", configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let program = try Program(["tag", "tiny-1", "late", "--runs", shelf.runs])
        #expect(program.nextComplaint() == "waiting: another process writes the store in \(shelf.runs)")
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        let ending = program.end()
        #expect(ending.status == 0)
        #expect((ending.output + ending.complaint).contains("late"), "\(ending)")
    }

    @Test func `a run only resumes with its own images`() throws {
        try shelf.sandbox.writeData(in: "others", count: 41)
        let ending = try shelf.call("verify", "tiny-1", "--data", shelf.sandbox.file("others"))
        #expect(ending.status == 2)
        #expect(ending.complaint.contains("is not the data that the run was trained on"))
    }
}
