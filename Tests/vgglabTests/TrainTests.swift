// Whole runs on the real data set: the logs, line by line, and saved files.

import Foundation
import Testing

@Suite(.enabled(if: hasData)) struct TrainTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    /// The notebook's two closing lines and the one with further results.
    private func expectClosing(_ lines: [Substring], sourceLocation: SourceLocation = #_sourceLocation) {
        let patterns = [
            #/loss \d\.\d{3}, train acc [01]\.\d{3}, test acc [01]\.\d{3}/#,
            #/[\d,]+(?:\.\d)? examples/sec on cpu \(2 threads\)/#,
        ]
        #expect(lines.count == 3, sourceLocation: sourceLocation)
        for (line, pattern) in zip(lines, patterns) {
            #expect(line.wholeMatch(of: pattern) != nil, "\(line)", sourceLocation: sourceLocation)
        }
        let whole =
            #/run tiny-\d: [\d,]+(?:\.\d)? examples/sec over the whole run, .* best test acc [01]\.\d{3} in epoch [12] .*memory .+/#
        #expect(lines.last?.wholeMatch(of: whole) != nil, "\(lines)", sourceLocation: sourceLocation)
    }

    private let epochLine =
        #/epoch ([12])/2  loss \d\.\d{3}  train acc [01]\.\d{3}  test acc [01]\.\d{3}  [\d,]+(?:\.\d)? examples/sec(  .+ left)?/#

    @Test func `a run is a header, its epochs and the notebook's closing lines`() throws {
        let ending = try Program.run(sandbox.tiny, "--threads", "2")
        #expect(ending.status == 0)
        #expect(
            ending.complaint
                == "note: standard input is not a terminal; writing a log instead (--no-tui hides this note)\n"
        )
        #expect(try Program.run(sandbox.tiny, "--no-tui").complaint == "")
        let lines = ending.lines
        #expect(lines.first == "run tiny-1")
        #expect(ending.output.contains("\nblock 2  1 conv 3×3 → 16 channels, pool  16 × 7 × 7 "))
        for (name, text) in [
            ("data", "fashion-mnist from /usr/share/datasets/fashion-mnist, 256 training and 100 test images"),
            ("training", "sgd, lr 0.05, 2 epochs of 4 steps, seed 0"), ("machine", ""), ("engine", "oneDNN "),
            ("memory", "about "),
        ] {
            let head = name + String(repeating: " ", count: 10 - name.count) + text
            #expect(lines.contains { $0.hasPrefix(head) }, "\(name)")
        }
        let epochs = lines.compactMap { $0.wholeMatch(of: epochLine)?.output.1 }
        #expect(epochs == ["1", "2"])
        expectClosing(lines.suffix(3))
    }

    @Test func `quiet leaves the run's name, epochs and closing lines`() throws {
        let ending = try Program.run(sandbox.tiny, "--quiet", "--threads", "2")
        #expect(ending.status == 0)
        #expect(ending.lines.count == 1 + 2 + 3)
        #expect(ending.lines.first == "run tiny-1")
        #expect(ending.lines.dropFirst().prefix(2).allSatisfy { $0.wholeMatch(of: epochLine) != nil })
        expectClosing(ending.lines.suffix(3))
    }

    @Test func `two experiments train in order`() throws {
        try sandbox.write(Sandbox.tiny, to: "other.yaml")
        let ending = try Program.run(
            sandbox.file("other.yaml"), sandbox.tiny, sandbox.tiny, "--log-format", "jsonl", "--set",
            "training.epochs=1")
        #expect(ending.status == 0)
        let objects = try ending.objects()
        let begun = objects.filter { $0["event"] as? String == "run_started" }
        #expect(begun.map { $0["run"] as? String } == ["other-1", "tiny-1", "tiny-2"])
        let order = objects.compactMap { $0["run"] as? String }.reduce(into: [String]()) { runs, run in
            if runs.last != run { runs.append(run) }
        }
        #expect(order == ["other-1", "tiny-1", "tiny-2"])
    }

    @Test func `every line of the JSON log is valid JSON`() throws {
        let ending = try Program.run(sandbox.tiny, "--log-format", "jsonl", "--log-every-step")
        #expect(ending.status == 0)
        #expect(ending.complaint == "")
        let objects = try ending.objects()
        let step = Array(repeating: "progress", count: 4) + ["evaluating", "epoch_finished"]
        let events = objects.compactMap { $0["event"] as? String }
        // Each batch of an evaluation reports its progress.
        let others = events.filter { $0 != "checkpoint_saved" }.reduce(into: [String]()) { events, event in
            if event != "evaluating" || events.last != event { events.append(event) }
        }
        #expect(others == ["run_started"] + step + step + ["run_finished"])
        // The first checkpoint is reported once it is committed, which nobody waits for.
        #expect(events.count { $0 == "checkpoint_saved" } == 2)
        #expect(events.suffix(2) == ["checkpoint_saved", "run_finished"])
        #expect(objects.map { $0["sequence"] as? Int } == Array(0..<objects.count))
        for object in objects {
            #expect(object["run"] as? String == "tiny-1")
            let time = try #require(object["time"] as? String)
            #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil)
        }
        #expect(ending.output.firstMatch(of: #/[:,\[](-?nan|-?inf)/#.ignoresCase()) == nil)

        let numbers: [String: [String]] = [
            "run_started": [
                "num_classes", "parameters", "train_examples", "test_examples", "steps_per_epoch", "threads",
                "predicted_memory_bytes",
            ],
            "progress": [
                "epoch", "step", "step_in_epoch", "steps_per_epoch", "examples_seen", "loss", "mean_loss",
                "mean_accuracy",
                "examples_per_second", "elapsed_seconds", "remaining_seconds", "gradient_norm", "dead_share",
            ],
            "epoch_finished": [
                "epoch", "step", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "examples_per_second",
                "step_examples_per_second", "elapsed_seconds", "remaining_seconds",
            ],
            "run_finished": [
                "step", "examples_per_second", "step_examples_per_second", "elapsed_seconds", "peak_memory_bytes",
            ],
        ]
        for object in objects {
            let event = try #require(object["event"] as? String)
            for key in numbers[event] ?? [] { #expect(object[key] is Double, "\(event) \(key)") }
        }
        let experiment = try #require(objects.first?["experiment"] as? [String: Any])
        #expect((experiment["data"] as? [String: Any])?["limit_train"] as? Int == 256)
        #expect(objects.last?["outcome"] as? String == "completed")
        #expect(objects.last?["step"] as? Int == 8)
        #expect(objects.last?["last_epoch"] is [String: Any])
    }

    @Test func `the same seed gives the same losses`() throws {
        func losses(_ seed: Int) throws -> [Double] {
            let ending = try Program.run(
                sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--threads", "2", "--set",
                "training.seed=\(seed)")
            return try ending.objects().compactMap { $0["loss"] as? Double }
        }
        let first = try losses(1)
        #expect(first.count == 8)
        #expect(try losses(1) == first)
        #expect(try losses(2) != first)
    }

    @Test func `a loss that is not finite ends with status 1`() throws {
        let weights = sandbox.file("a.safetensors")
        let ending = try Program.run(
            sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--set", "training.lr=1e6", "--set",
            "training.epochs=50", "--save", weights)
        #expect(ending.status == 1)
        let last = try #require(try ending.objects().last)
        #expect(last["event"] as? String == "run_finished")
        #expect(last["outcome"] as? String == "diverged")
        #expect(last["diverged_at_step"] as? Int == last["step"] as? Int)
        #expect(!FileManager.default.fileExists(atPath: weights))
        #expect(ending.complaint == "\(weights) was not saved: training diverged\n")
    }

    @Test func `a closed pipe does not end the run`() throws {
        let weights = sandbox.file("a.safetensors")
        let program = try Program(
            [sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--save", weights],
            shell: #""$@" | head -1; exit "${PIPESTATUS[0]}""#)
        let ending = program.end()
        #expect(ending.status == 0)
        #expect(ending.lines.count == 1)
        #expect(FileManager.default.fileExists(atPath: weights))
        #expect(ending.complaint == "saved weights after step 8 to \(weights)\n")
    }
}
