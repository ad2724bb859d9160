// The commands that show stored runs: list, show, compare, verify, replay, and how runs are named.

import Foundation
import Testing

@Suite struct RunsTests {
    private let shelf: Shelf

    init() throws { shelf = try Shelf.full.get() }

    @Test func `runs are listed as a table`() throws {
        let list = try shelf.call("list")
        #expect(list.status == 0)
        #expect(list.complaint == "")
        #expect(list.lines.count == 4)
        #expect(list.lines[0].hasPrefix("run "))
        let row = #/tiny-1 +completed +2/2 +\d\.\d{3} +.*\d{4}-\d\d-\d\d \d\d:\d\d +final paper/#
        #expect(list.lines[1].wholeMatch(of: row) != nil, "\(list.output)")
        #expect(list.lines[3].hasPrefix("tiny-2 "))
    }

    @Test(arguments: [
        "", "UTC", "Europe/Berlin", ":Europe/Berlin", "posix/Europe/Berlin", ":/usr/share/zoneinfo/Asia/Tokyo",
        ":/etc/localtime", "JST-9", "CET-1CEST", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30", "No/Such/Zone",
    ]) func `a run's date matches that of date in any form of TZ`(zone: String) throws {
        let created = try #require(try shelf.array("list")[0]["created"] as? Double)
        let ending = try Program(
            ["list", "--runs", shelf.runs],
            shell: """
                export TZ='\(zone)'; "$@" && date -d @\(Int(created)) '+%Y-%m-%d %H:%M'
                """
        ).end()
        let date = try #require(ending.lines.last)
        #expect(ending.lines.first { $0.hasPrefix("tiny-1 ") }?.contains(" \(date) ") == true, "\(ending)")
    }

    @Test func `runs are listed as JSON`() throws {
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

    @Test func `runs are listed with the requested columns`() throws {
        let names = "run,training.lr,classifier,epochs,threads,best,test_loss,gradient_norm,time,variant,tag"
        let objects = try shelf.array("list", "--columns", names)
        #expect(objects.map { $0["run"] as? String } == ["tiny-1", "other-1", "tiny-2"])
        #expect(objects.map { $0["training.lr"] as? Double } == [0.05, 0.1, 0.001])
        #expect(objects.map { $0["classifier"] as? [Int] } == [[32], [32], [32]])
        #expect(objects.map { $0["threads"] as? Int } == [2, 2, 2])
        #expect(objects.map { $0["tag"] as? [String] } == [["final", "paper"], [], []])
        #expect(objects.allSatisfy { $0["variant"] is NSNull && $0.count == 11 })
        for key in ["best", "test_loss", "gradient_norm", "time"] {
            #expect(objects.allSatisfy { $0[key] is Double }, "\(key)")
        }

        let csv = try shelf.call("list", "--columns", names, "--csv")
        let rows = csv.output.split(separator: "\r\n").map(String.init)
        #expect(rows[0] == names)
        #expect(rows[1].hasPrefix("tiny-1,0.05,[32],2,2,") && rows[1].hasSuffix(",,final paper"))
        let usual = try shelf.call("list", "--csv", "tag=paper").output.split(separator: "\r\n")
        #expect(usual.map { $0.split(separator: ",", omittingEmptySubsequences: false).count } == [13, 13])

        let table = try shelf.call("list", "--columns", "run,lr,best", "--sort", "name")
        let best = #/other-1 +0\.1 +\d\.\d{3}/#
        #expect(table.lines[0].split(separator: " ") == ["run", "lr", "best"])
        #expect(table.lines[1].wholeMatch(of: best) != nil, "\(table.output)")
    }

    @Test func `an unknown column gives a suggestion`() throws {
        let near = try shelf.call("list", "--columns", "run,traning.lr")
        #expect(near.status == 2)
        #expect(near.complaint == "--columns: there is no column traning.lr; did you mean training.lr?\n")
        for names in ["run,,lr", "%", ""] {
            let ending = try shelf.call("list", "--columns", names)
            #expect(ending.status == 2)
            #expect(ending.complaint.contains("; columns are settings such as training.lr, and name, run, state, "))
        }
        #expect(try shelf.call("list", "--json", "--csv").status == 2)
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
        let settings = lines.drop { !$0.hasPrefix("settings     ") }.joined(separator: " ").split(separator: " ")
        #expect(settings.contains("training.lr=0.001"))
        // Including those with default values.
        for setting in ["network.kernel=3", "training.momentum=0.0", "engine.chunk=auto", "checkpoint.every_epochs=1"] {
            #expect(settings.contains { $0 == setting }, "\(setting)")
        }
        #expect(!shown.output.contains("\u{1B}"))
        let version = try Program.run("--version").output.dropLast()
        #expect(lines.contains { $0 == "program      \(version)" })
        #expect(lines.contains("initialized  Xavier uniform, biases uniform in ±1/√fan_in"))
        #expect(lines.contains { $0.hasPrefix("loss         ") && $0.contains(#/[▁-█]/#) && $0.contains(" → ") })
        #expect(lines.count { $0.wholeMatch(of: #/ +[12]( +\d\.\d{3}){4} .*/#) != nil } == 2)
        let heading = "epoch loss train acc test loss test acc images/s training evaluation time"
        #expect(lines.contains { $0.split(separator: " ").joined(separator: " ") == heading })
        let curves = ["loss", "train acc", "test loss", "test acc", "gradient", "dead units", "lr"]
        let drawn = lines.filter { $0.contains(#/[▁-█]/#) }.map { line in curves.last { line.hasPrefix("\($0)  ") } }
        #expect(drawn == curves)
        #expect(lines.contains { $0.hasPrefix("  step 10") && $0.contains("/tiny-2/checkpoints/step-0000000010") })

        let object = try shelf.call("show", "tiny-2", "--json").object()
        #expect((object["epochs_finished"] as? [Any])?.count == 2)
        let sum = try #require(object["data_sha256"] as? String)
        #expect(lines.contains { $0.hasPrefix("data ") && $0.hasSuffix(", SHA-256 \(sum)") })
        #expect(object["program"] as? String == String(version))
        #expect((object["initialization"] as? String)?.hasPrefix("Xavier uniform") == true)
        let steps = try #require(object["checkpoints"] as? [[String: Any]]).compactMap { $0["step"] as? Int }
        #expect(steps == [10, 5])
    }

    @Test func `runs are compared by their differences`() throws {
        let table = try shelf.call("compare", "tiny-1", "other", "last")
        #expect(table.status == 0)
        #expect(table.lines[0].split(separator: " ") == ["tiny-1", "other-1", "tiny-2"])
        let rate = table.lines.first { $0.hasPrefix("training.lr ") }
        #expect(rate?.split(separator: " ") == ["training.lr", "0.05", "0.1", "0.001"])
        #expect(!table.lines.contains { $0.hasPrefix("training.epochs") })
        let objects = try shelf.array("compare", "tiny-1", "tiny-2")
        #expect(objects.map { $0["run"] as? String } == ["tiny-1", "tiny-2"])
        #expect(objects.map { $0["data.batch_size"] as? Int } == [nil, nil])
        #expect(objects.map { $0["training.lr"] as? Double } == [0.05, 0.001])
        #expect(objects.map { $0["parent_step"] as? Int } == [nil, 5])
        #expect(objects.map { $0["epoch"] as? Int } == [2, 2])
        let experiments = objects.map { $0["experiment"] as? [String: Any] }
        #expect(experiments.map { ($0?["data"] as? [String: Any])?["batch_size"] as? Int } == [8, 8])
        let same = table.lines.drop { $0 != "the same in all" }.joined(separator: " ").split(separator: " ")
        #expect(same.contains("training.momentum=0.0") && same.contains("data.dataset=made-up"))
        #expect(!same.contains { $0.hasPrefix("training.lr=") })
        #expect(objects[0]["best test acc"] is Double)
        #expect(table.lines.contains { $0.hasPrefix("time ") } && !table.output.contains("seconds"))
        #expect(objects[0]["seconds"] is Double)
        let twice = try shelf.call("compare", "tiny-1", "other", "tiny-1")
        #expect(twice.lines[0].split(separator: " ") == ["tiny-1", "other-1"])
        let itself = try shelf.call("compare", "tiny-1", "tiny-1")
        #expect(itself.status == 2)
        #expect(itself.complaint == "compare needs two or more different runs; these are all tiny-1\n")
        let one = try shelf.call("compare", "tiny-1")
        #expect(one.status == 2)
    }

    @Test func `runs that only differ in threads are distinguished`() throws {
        let shelf = try Shelf()
        for threads in ["1", "2"] {
            let arguments = ["--data", shelf.data, "--quiet", "--runs", shelf.runs, "--threads", threads]
            #expect(try Program([shelf.sandbox.tiny] + arguments).end().status == 0)
        }
        let table = try shelf.call("compare", "tiny-1", "tiny-2")
        #expect(table.lines[1].split(separator: " ") == ["threads", "1", "2"])
        let objects = try shelf.array("compare", "tiny-1", "tiny-2")
        #expect(objects.map { $0["threads"] as? Int } == [1, 2])
    }

    @Test func `a variant is named with its blocks in JSON`() throws {
        let shelf = try Shelf()
        let settings = ["network.variant=vgg13", "network.ratio=32", "data.resize=32", "training.epochs=0"]
        #expect(try shelf.train(sandboxFile: "tiny.yaml", settings.flatMap { ["--set", $0] }).status == 0)
        let run = try shelf.call("show", "last", "--json").object()
        let network = try #require((run["experiment"] as? [String: Any])?["network"] as? [String: Any])
        #expect(network["variant"] as? String == "vgg13")
        #expect((network["blocks"] as? [[Int]])?.first == [2, 64])
    }

    @Test(arguments: [
        ("tiny", "tiny: 2 runs start with this: tiny-1, tiny-2"),
        ("none", "none: no run has this name; vgglab list@ shows them"),
        ("../tiny-1", "../tiny-1: no run has this name; vgglab list@ shows them"),
        ("\u{1B}[31m", "\\u{1B}[31m: no run has this name; vgglab list@ shows them"),
        ("a\nb", "a\\nb: no run has this name; vgglab list@ shows them"),
    ]) func `an unknown or ambiguous name is reported`(name: String, sentence: String) throws {
        let sentence = sentence.replacing("@", with: " --runs \(shelf.runs)")
        for command in ["show", "resume", "fork", "replay", "verify", "tag", "note", "delete"] {
            let ending = try shelf.call(command, name)
            #expect(ending.status == 2)
            #expect(ending.complaint == sentence + "\n", "\(command)")
        }
    }

    @Test func `a name of ten thousand bytes is reported`() throws {
        let ending = try shelf.call("show", String(repeating: "x", count: 10_000))
        #expect(ending.status == 2)
        #expect(ending.complaint.hasSuffix("x: no run has this name; vgglab list --runs \(shelf.runs) shows them\n"))
    }

    @Test func `a run is verified against its records`() throws {
        let verified = try shelf.call("verify", "tiny-1", "--data", shelf.data, "--quiet")
        #expect(verified.status == 0, "\(verified.complaint)")
        #expect(
            verified.output
                == "tiny-1: bit-identical in 10 recorded steps and 2 epochs, and in the weights of 2 checkpoints\n")
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

    @Test func `the shell completes settings with their values, and columns`() throws {
        func completions(of option: String, _ words: String...) throws -> [String] {
            let word = words.count
            return try Program(
                ["---completion", words[0], "--", option, "\(word)", "\(words[word - 1].utf8.count)", "vgglab"] + words
            ).end().lines.map(String.init)
        }
        let precisions = ["training.precision=float32", "training.precision=bfloat16"]
        #expect(try completions(of: "--set", "train", "--set", "training.prec") == precisions)
        #expect(try completions(of: "--set", "train", "--set", "training.precision\\=b") == precisions)
        #expect(
            try completions(of: "--set", "train", "--set", "training.mom")
                == ["training.momentum=", "training.momentum=0.0"])
        for (command, offersRatio) in [("train", true), ("fork", false)] {
            let keys = try completions(of: "--set", command, "--set", "")
            #expect(keys.contains("training.lr=") && keys.contains("network.ratio=") == offersRatio, "\(keys)")
        }
        let columns = try completions(of: "--columns", "list", "--columns", "run,t")
        #expect(["run,test_loss", "run,training.lr"].allSatisfy(columns.contains))
        #expect(try completions(of: "--columns", "list", "--columns", "$(touch p),").isEmpty)
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
