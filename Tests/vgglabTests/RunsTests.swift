// The commands on runs that are kept: list, show, compare, tag, note, delete, verify, replay, export, fork, and how runs
// are named.

import Foundation
import GRDB
import Testing

/// A store with a run that is complete, one with other settings, a fork, and one that was stopped.
private final class Shelf: Sendable {
    let sandbox: Sandbox
    let runs: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data", count: 40)
        try sandbox.write(Sandbox.tiny.replacing("data:", with: "data:\n  dataset: made-up"), to: "tiny.yaml")
        try sandbox.write(
            "name: other\n" + Sandbox.tiny.replacing("data:", with: "data:\n  dataset: made-up"), to: "other.yaml")
    }

    /// The same for many tests that change nothing.
    static let full = Result {
        let shelf = try Shelf()
        #expect(try shelf.train(sandboxFile: "tiny.yaml", "--set", "data.batch_size=8").status == 0)
        #expect(try shelf.train(sandboxFile: "other.yaml", "--set", "training.lr=0.1").status == 0)
        let fork = try shelf.call(
            "fork", "tiny-1", "--at", "epoch:1", "--set", "training.lr=0.001", "--data", shelf.data, "--quiet")
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(try shelf.call("tag", "tiny-1", "paper", "final").status == 0)
        #expect(try shelf.call("note", "other", "too fast").status == 0)
        return shelf
    }

    var data: String { sandbox.file("data") }

    func call(_ arguments: String...) throws -> Ending { try Program(arguments + ["--runs", runs]).end() }

    func train(sandboxFile: String, _ arguments: String...) throws -> Ending {
        let common = [sandbox.file(sandboxFile), "--data", data, "--quiet", "--runs", runs, "--threads", "2"]
        return try Program(common + arguments).end()
    }

    func array(_ arguments: String...) throws -> [[String: Any]] {
        let ending = try Program(arguments + ["--json", "--runs", runs]).end()
        #expect(ending.status == 0, "\(ending.complaint)")
        let value = try JSONSerialization.jsonObject(with: Data(ending.output.utf8))
        return try #require(value as? [[String: Any]])
    }

    func names(_ filter: String...) throws -> [String] {
        let ending = try Program(["list", "--json", "--runs", runs] + filter).end()
        let value = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]]
        return (value ?? []).compactMap { $0["name"] as? String }
    }
}

@Suite struct RunsTests {
    private let shelf: Shelf

    init() throws { shelf = try Shelf.full.get() }

    @Test func `runs are listed for people`() throws {
        let list = try shelf.call("list")
        #expect(list.status == 0)
        #expect(list.complaint == "")
        #expect(list.lines.count == 4)
        #expect(list.lines[0].hasPrefix("run "))
        let row = #/tiny-1 +completed +2/2 +\d\.\d{3} +.*\d{4}-\d\d-\d\d \d\d:\d\d +final paper/#
        #expect(list.lines[1].wholeMatch(of: row) != nil, "\(list.output)")
        #expect(list.lines[3].hasPrefix("tiny-2 "))
    }

    @Test func `runs are listed for programs`() throws {
        let runs = try shelf.array("list")
        #expect(runs.compactMap { $0["name"] as? String } == ["tiny-1", "other-1", "tiny-2"])
        #expect(runs[0]["tags"] as? [String] == ["final", "paper"])
        #expect(runs[1]["note"] as? String == "too fast")
        #expect(runs[2]["parent"] as? String == "tiny-1")
        #expect(runs[2]["parent_step"] as? Int == 5)
        #expect(runs[0]["parent"] is NSNull)
        #expect((runs[0]["data_sha256"] as? String)?.count == 64)
        let experiment = try #require(runs[1]["experiment"] as? [String: Any])
        #expect((experiment["training"] as? [String: Any])?["lr"] as? Double == 0.1)
    }

    @Test(arguments: [
        (["lr>=0.05", "lr<0.2"], ["tiny-1", "other-1"]), (["tiny"], ["tiny-1", "tiny-2"]), (["tag=paper"], ["tiny-1"]),
        (["state=completed", "name=other-1"], ["other-1"]), (["--", "-tiny"], ["other-1"]), (["lr>1"], []),
        (["--reverse"], ["tiny-2", "other-1", "tiny-1"]), (["--sort", "name"], ["other-1", "tiny-1", "tiny-2"]),
    ]) func `runs are filtered and sorted`(arguments: [String], names: [String]) throws {
        let ending = try Program(["list", "--json", "--runs", shelf.runs] + arguments).end()
        let value = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]]
        #expect(value?.compactMap { $0["name"] as? String } == names)
    }

    @Test func `a run is shown with curves, epochs and checkpoints`() throws {
        let shown = try shelf.call("show", "tiny-2")
        #expect(shown.status == 0)
        let lines = shown.lines
        #expect(lines[0].hasPrefix("tiny-2: completed, 2 of 2 epochs, best test acc "))
        #expect(lines.contains("forked from  tiny-1 at step 5"))
        #expect(lines.contains { $0.hasPrefix("settings     ") && $0.contains("training.lr=0.001") })
        #expect(lines.contains { $0.hasPrefix("loss         ") && $0.contains(#/[▁-█]/#) && $0.contains(" → ") })
        #expect(lines.count { $0.wholeMatch(of: #/ +[12]( +\d\.\d{3}){4} .*/#) != nil } == 2)
        #expect(lines.contains { $0.hasPrefix("  step 10") && $0.contains("/tiny-2/checkpoints/step-0000000010") })

        let object = try shelf.call("show", "tiny-2", "--json").object()
        #expect((object["epochs_finished"] as? [Any])?.count == 2)
        let steps = try #require(object["checkpoints"] as? [[String: Any]]).compactMap { $0["step"] as? Int }
        #expect(steps == [10, 5])
    }

    @Test func `runs are compared by what tells them apart`() throws {
        let table = try shelf.call("compare", "tiny-1", "other", "last")
        #expect(table.status == 0)
        #expect(table.lines[0].split(separator: " ") == ["tiny-1", "other-1", "tiny-2"])
        let rate = table.lines.first { $0.hasPrefix("training.lr ") }
        #expect(rate?.split(separator: " ") == ["training.lr", "0.05", "0.1", "0.001"])
        #expect(!table.lines.contains { $0.hasPrefix("training.epochs") })
        let objects = try shelf.array("compare", "tiny-1", "tiny-2")
        #expect(objects.map { $0["run"] as? String } == ["tiny-1", "tiny-2"])
        #expect(objects.map { $0["data.batch_size"] as? String } == [nil, nil])
        #expect(objects[0]["best test acc"] is Double)
        #expect(table.lines.contains { $0.hasPrefix("time ") } && !table.output.contains("seconds"))
        #expect(objects[0]["seconds"] is Double)
        let twice = try shelf.call("compare", "tiny-1", "other", "tiny-1")
        #expect(twice.lines[0].split(separator: " ") == ["tiny-1", "other-1"])
        let same = try shelf.call("compare", "tiny-1", "tiny-1")
        #expect(same.status == 2)
        #expect(same.complaint == "compare takes two runs or more, and these are all tiny-1\n")
        let one = try shelf.call("compare", "tiny-1")
        #expect(one.status == 2)
    }

    @Test(arguments: [
        ("tiny", "tiny: 2 runs begin so: tiny-1, tiny-2"),
        ("none", "none: no run has this name; vgglab list@ shows them"),
        ("../tiny-1", "../tiny-1: no run has this name; vgglab list@ shows them"),
        ("\u{1B}[31m", "\\u{1B}[31m: no run has this name; vgglab list@ shows them"),
        ("a\nb", "a\\nb: no run has this name; vgglab list@ shows them"),
    ]) func `a name that no run or more than one has is answered`(name: String, sentence: String) throws {
        let sentence = sentence.replacing("@", with: " --runs \(shelf.runs)")
        for command in ["show", "resume", "fork", "replay", "verify", "tag", "note", "delete"] {
            let ending = try shelf.call(command, name)
            #expect(ending.status == 2)
            #expect(ending.complaint == sentence + "\n", "\(command)")
        }
    }

    @Test func `a name of ten thousand bytes is answered, too`() throws {
        let ending = try shelf.call("show", String(repeating: "x", count: 10_000))
        #expect(ending.status == 2)
        #expect(ending.complaint.hasSuffix("x: no run has this name; vgglab list --runs \(shelf.runs) shows them\n"))
    }

    @Test func `a run is verified against what was noted`() throws {
        let verified = try shelf.call("verify", "tiny-1", "--data", shelf.data, "--quiet")
        #expect(verified.status == 0, "\(verified.complaint)")
        #expect(verified.output == "tiny-1: the same to the bit in 10 noted steps and 2 epochs\n")
        let fork = try shelf.call("verify", "tiny-2", "--data", shelf.data)
        #expect(fork.status == 2)
        #expect(fork.complaint.contains("step 5 of tiny-1; verify that"))
    }

    @Test func `a run is replayed`() throws {
        let text = try shelf.call("replay", "tiny-1", "--quiet")
        #expect(text.lines.count { $0.hasPrefix("epoch ") } == 2)
        let events = try shelf.call("replay", "tiny-1", "--log-format", "jsonl").objects()
        #expect(events.first?["event"] as? String == "run_started")
        #expect(events.last?["event"] as? String == "run_finished")
        #expect(events.count { $0["event"] as? String == "progress" } == 10)
        let sequences = events.compactMap { $0["sequence"] as? Int }
        #expect(sequences == sequences.sorted())
    }

    @Test(arguments: ["csv", "json", "jsonl", "safetensors", "onnx"])
    func `a run is exported, and nothing replaced unasked`(
        format: String
    ) throws {
        let out = shelf.sandbox.file("export.\(format)")
        let first = try shelf.call("export", "tiny-1", "--format", format, "--out", out)
        #expect(first.status == 0, "\(first.complaint)")
        #expect(first.complaint.hasSuffix("in \(out)\n"))
        let bytes = try Data(contentsOf: URL(filePath: out))
        #expect(bytes.count > 500)
        let second = try shelf.call("export", "other", "--format", format, "--out", out)
        #expect(second.status == 2)
        #expect(
            second.complaint == "--out \(out): is there already; give another name, or replace it with --overwrite\n")
        #expect(try Data(contentsOf: URL(filePath: out)) == bytes)
        #expect(try shelf.call("export", "other", "--format", format, "--out", out, "--overwrite").status == 0)
        #expect(try Data(contentsOf: URL(filePath: out)) != bytes)
    }

    @Test(arguments: ["csv", "json", "jsonl"]) func `metrics go to standard output, too`(format: String) throws {
        let out = shelf.sandbox.file("output.\(format)")
        #expect(try shelf.call("export", "tiny-1", "--format", format, "--out", out).status == 0)
        for name in ["-", "/dev/stdout"] {
            let ending = try shelf.call("export", "tiny-1", "--format", format, "--out", name)
            #expect(ending.status == 0)
            #expect(Data(ending.output.utf8) == (try Data(contentsOf: URL(filePath: out))))
            #expect(ending.complaint.isEmpty)
        }
    }

    @Test(arguments: ["onnx", "safetensors", "tensorboard"])
    func `what is no text does not go to standard output`(format: String) throws {
        for name in ["-", "/dev/stdout"] {
            let ending = try shelf.call("export", "tiny-1", "--format", format, "--out", name, "--overwrite")
            #expect(ending.status == 2)
            #expect(
                ending.complaint == "--out \(name): this cannot go to standard output; give the name of a file\n")
            #expect(ending.output.isEmpty)
        }
    }

    @Test func `a run is exported for TensorBoard, and followed by it`() throws {
        let out = shelf.sandbox.file("events")
        #expect(try shelf.call("export", "tiny-1", "--format", "tensorboard", "--out", out).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: out).count == 1)
        let shelf = try Shelf()
        let live = shelf.sandbox.file("live")
        #expect(try shelf.train(sandboxFile: "tiny.yaml", "--tensorboard", live).status == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(live)/tiny-1")
        #expect(files.count == 1 && files[0].hasPrefix("events.out.tfevents."))
    }

    @Test func `exported weights can be another run's beginning`() throws {
        let weights = shelf.sandbox.file("start.safetensors")
        #expect(
            try shelf.call("export", "tiny-1", "--format", "safetensors", "--at", "last", "--out", weights).status == 0)
        let own = try Shelf()
        let none = try own.train(
            sandboxFile: "tiny.yaml", "--set", "training.epochs=0", "--set", "network.weights=\(weights)", "--save",
            own.sandbox.file("same.safetensors"))
        #expect(none.status == 0, "\(none.complaint)")
        let again = try own.call(
            "export", "tiny-1", "--format", "safetensors", "--out", own.sandbox.file("again.safetensors"))
        #expect(again.status == 0, "\(again.complaint)")
        let (one, other) = (
            try Data(contentsOf: URL(filePath: weights)),
            try Data(contentsOf: URL(filePath: own.sandbox.file("again.safetensors")))
        )
        #expect(one == other)
    }

    @Test func `the shell completes names of runs`() throws {
        let completed = try Program([
            "---completion", "show", "--", "positional@0", "1", "0", "vgglab", "show", "t", "--runs", shelf.runs,
        ]).end()
        #expect(completed.lines.map(String.init) == ["tiny-2", "other-1", "tiny-1"], "\(completed)")
        let script = try Program.run("--generate-completion-script", "bash")
        #expect(script.status == 0)
        #expect(script.output.contains("---completion"))
    }
}

/// What changes a store, each test in one of its own.
@Suite struct ChangedRunsTests {
    private let shelf: Shelf

    init() throws {
        shelf = try Shelf()
        try #require(try shelf.train(sandboxFile: "tiny.yaml", "--set", "training.epochs=1").status == 0)
    }

    @Test func `tags and notes come and go`() throws {
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

    @Test func `deleting asks, and says so where nobody can answer`() throws {
        let refused = try shelf.call("delete", "tiny-1")
        #expect(refused.status == 2)
        #expect(refused.complaint == "deleting asks first, and there is no terminal to ask; use --yes\n")
        #expect(try shelf.names() == ["tiny-1"])
        let deleted = try shelf.call("delete", "tiny-1", "tiny", "--yes")
        #expect(deleted.status == 0)
        #expect(deleted.complaint == "deleted tiny-1\n")
        #expect(try shelf.names().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(shelf.runs)/runs/tiny-1"))
    }

    @Test func `a terminal is asked before anything is deleted`() throws {
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

    @Test func `numbers that do not come again are told`() throws {
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            try database.execute(sql: "UPDATE epoch_metric SET test_loss = test_loss + 1e-12")
        }
        let verified = try shelf.call("verify", "tiny-1", "--data", shelf.data, "--quiet")
        #expect(verified.status == 1)
        #expect(verified.output.hasPrefix("tiny-1: epoch 1 differs: test loss was "))
    }

    @Test func `a complete run is not resumed, and the way on is told`() throws {
        let ending = try shelf.call("resume", "tiny-1", "--data", shelf.data)
        #expect(ending.status == 2)
        #expect(
            ending.complaint == "run tiny-1 is complete; to train on, fork it with more epochs: "
                + "vgglab fork tiny-1 --set training.epochs=6 --runs \(shelf.runs)\n")
        let fork = try shelf.call("fork", "tiny-1", "--set", "training.epochs=2", "--data", shelf.data, "--quiet")
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(fork.lines.first?.hasPrefix("epoch 2/2 ") == true)
    }

    @Test func `a run that has said nothing is not replayed`() throws {
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            for table in ["event", "step_metric", "epoch_metric"] { try database.execute(sql: "DELETE FROM \(table)") }
        }
        let ending = try shelf.call("replay", "tiny-1")
        #expect(ending.status == 2)
        #expect(ending.complaint == "run tiny-1 has made no step yet\n")
    }

    @Test func `weights that stand in for others are told apart from them`() throws {
        let folder = "\(shelf.runs)/runs/tiny-1/checkpoints"
        let best = try shelf.call("show", "tiny-1", "--json").object()["best_epoch"] as? Int
        #expect(best == 1)
        try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite").write { database in
            try database.execute(sql: "UPDATE run SET best_accuracy = 2, step = step + 3")
        }
        let step = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        #expect(step.hasPrefix("step-0"))
        for (at, remark) in [
            ("best", "these are not the best weights, which were those of epoch 1 and were not kept"),
            ("last", "these are not the last weights: the run came to step 4, and those were not kept"),
        ] {
            let ending = try shelf.call(
                "export", "tiny-1", "--at", at, "--format", "safetensors", "--overwrite", "--out",
                shelf.sandbox.file("w"))
            #expect(ending.status == 0)
            #expect(ending.complaint.hasSuffix("\nwarning: \(remark)\n"), "\(ending)")
        }
    }

    @Test func `a store that another process writes is waited for aloud`() throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: "\(shelf.runs)/runs.sqlite", configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let program = try Program(["list", "--runs", shelf.runs])
        #expect(program.nextComplaint() == "waiting: another process writes the store in \(shelf.runs)")
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        let ending = program.end()
        #expect(ending.status == 0)
        #expect(ending.lines.count == 2 && ending.complaint.isEmpty, "\(ending)")
    }

    @Test func `a run goes on with its own pictures only`() throws {
        try shelf.sandbox.writeData(in: "others", count: 41)
        let ending = try shelf.call("verify", "tiny-1", "--data", shelf.sandbox.file("others"))
        #expect(ending.status == 2)
        #expect(ending.complaint.contains("is not the data that it was trained on"))
    }
}
