// Commands other than training: evaluate, shapes, data, bench, and the program's own information.

import Foundation
import Testing

@Suite(.enabled(if: hasData)) struct EvaluateTests {
    private let sandbox: Sandbox
    private let weights: String

    init() throws {
        sandbox = try Sandbox()
        weights = sandbox.file("a.safetensors")
    }

    @Test func `saved weights reproduce the run's results on the test images`() throws {
        let run = try Program.run(sandbox.tiny, "--log-format", "jsonl", "--save", weights)
        #expect(run.status == 0)
        #expect(run.complaint == "saved weights after step 8 to \(weights)\n")
        let last = try #require(try run.objects().last?["last_epoch"] as? [String: Any])
        let loss = try #require(last["test_loss"] as? Double)
        let accuracy = try #require(last["test_accuracy"] as? Double)

        let evaluation = try Program.run("evaluate", weights, sandbox.tiny, "--json")
        #expect(evaluation.status == 0)
        let report = try evaluation.object()
        #expect(report["loss"] as? Double == loss)
        #expect(report["accuracy"] as? Double == accuracy)
        #expect(report["examples"] as? Int == 100)
        #expect(report["correct"] as? Int == Int((accuracy * 100).rounded()))

        let text = try Program.run("evaluate", weights, sandbox.tiny)
        let correct = Int((accuracy * 100).rounded())
        let line = "test loss \(String(format: "%.3f", loss)), test acc \(String(format: "%.3f", accuracy))"
        #expect(text.output == "\(line) (\(correct) of 100 right)\n")
    }

    @Test func `the best checkpoint is that of the best epoch, regardless of schedule`() throws {
        let runs = sandbox.file("runs")
        let run = try Program.run(
            sandbox.tiny, "--runs", runs, "--quiet", "--set", "training.lr=0.3", "--set", "training.epochs=7", "--set",
            "checkpoint.every_epochs=5")
        #expect(run.status == 0, "\(run.complaint)")
        let shown = try Program.run("show", "last", "--json", "--runs", runs).object()
        let best = try #require(shown["best_epoch"] as? Int)
        let export = try Program.run("export", "last", "--format", "safetensors", "--out", weights, "--runs", runs)
        #expect(export.complaint == "exported weights of tiny-1 after step \(4 * best) to \(weights)\n")
        let evaluation = try Program.run("evaluate", weights, sandbox.tiny, "--json").object()
        #expect(evaluation["accuracy"] as? Double == shown["best_accuracy"] as? Double)
    }

    @Test func `zero epochs keep the initial weights`() throws {
        func losses(seed: Int, to path: String) throws -> Double? {
            let set = ["--set", "training.epochs=0", "--set", "training.seed=\(seed)"]
            let run = try Program([sandbox.tiny, "--save", path] + set).end()
            #expect(run.status == 0)
            #expect(run.lines.last?.hasPrefix("run tiny-1: no epoch was trained") == true)
            return try Program.run("evaluate", path, sandbox.tiny, "--json").object()["loss"] as? Double
        }
        let loss = try #require(try losses(seed: 1, to: weights))
        // Guessing among ten classes costs ln 10 = 2.303.
        #expect(abs(loss - 2.303) < 0.3)
        let bytes = try Data(contentsOf: URL(filePath: weights))
        #expect(try losses(seed: 1, to: weights) == loss)
        #expect(try Data(contentsOf: URL(filePath: weights)) == bytes)
        #expect(try losses(seed: 2, to: weights) != loss)
    }

    @Test func `the data set is described`() throws {
        let ending = try Program.run("data")
        #expect(ending.status == 0)
        #expect(ending.complaint == "")
        #expect(ending.output.hasPrefix("fashion-mnist in /usr/share/datasets/fashion-mnist, the known files"))
        #expect(ending.lines.contains { $0.wholeMatch(of: #/Ankle boot +6,000 +1,000/#) != nil })
        #expect(ending.lines.contains { $0.wholeMatch(of: #/all +60,000 +10,000/#) != nil })
        #expect(!ending.output.contains("\u{1B}"))
    }

    @Test func `a batch is written as the network's input`() throws {
        let path = sandbox.file("batch")
        let ending = try Program.run("data", "--dump-batch", "3", "--resize", "32", "--out", path)
        #expect(ending.status == 0)
        let data = try Data(contentsOf: URL(filePath: path))
        let floats = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(floats.count == 3 * 32 * 32)
        #expect(floats.allSatisfy { (0...1).contains($0) })
        #expect(floats.contains { $0 > 0.5 })
    }
}

@Suite struct CommandsTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func `shapes are a table`() throws {
        let ending = try Program.run("shapes", sandbox.tiny)
        #expect(ending.status == 0)
        #expect(ending.complaint == "")
        #expect(ending.output.contains("\nblock 1  1 conv 3×3 → 8 channels, pool   8 × 14 × 14 "))
        #expect(ending.output.contains("memory of a training step of 64 images\n"))
    }

    @Test func `shapes are available as JSON`() throws {
        let shapes = try Program.run("shapes", sandbox.tiny, "--json").object()
        let totals = try #require(shapes["totals"] as? [String: Any])
        // 8 × 10, 16 × 73, 32 × 785 and 10 × 33.
        #expect(totals["parameters"] as? Int == 80 + 1168 + 25_120 + 330)
        #expect(totals["forward_macs"] as? Int == 784 * 72 + 196 * 1152 + 784 * 32 + 320)
        let layers = try #require(shapes["layers"] as? [[String: Any]])
        #expect(layers.last?["output_shape"] as? [Int] == [10])
        let memory = try #require(shapes["memory"] as? [[String: Any]])
        #expect(memory.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) } == totals["memory_bytes"] as? Int)
    }

    @Test func `shapes have the classes of the data that is found`() throws {
        for classes in [2, 37, 62, 256] {
            let labels = (0..<40).map { UInt8($0 == 0 ? classes - 1 : $0 % min(classes, 40)) }
            let file = [0, 0, 8, 1, 0, 0, 0, 40] + labels
            try sandbox.writeData(
                in: "data", count: 40, replacing: ["train-labels-idx1-ubyte": file, "t10k-labels-idx1-ubyte": file])
            let text = try Program.run("shapes", sandbox.tiny, "--data", sandbox.file("data"))
            let line =
                "fashion-mnist: 40 training and 40 test images of 28 × 28 in \(classes) classes, resized to 28 × 28"
            #expect(text.output.hasPrefix(line + "\n"), "\(text)")
            let json = try Program.run("shapes", sandbox.tiny, "--data", sandbox.file("data"), "--json").output
            #expect(json.contains(#""num_classes":\#(classes),"#) && json.contains(#""output_shape":[\#(classes)]"#))
        }
    }

    @Test func `images that are not square are refused before anything is trained`() throws {
        let images = [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 14, 0, 0, 0, 56] + (0..<20 * 784).map { UInt8($0 % 251) }
        try sandbox.writeData(
            in: "data", replacing: ["train-images-idx3-ubyte": images, "t10k-images-idx3-ubyte": images])
        let shapes = try Program.run("shapes", sandbox.tiny, "--data", sandbox.file("data"))
        #expect(shapes.status == 2 && shapes.output.contains(" test images of 14 × 56 in 10 classes"))
        let trained = try Program.run(
            "--no-tui", sandbox.tiny, "--data", sandbox.file("data"), "--runs", sandbox.file("runs"))
        #expect(trained.status == 2)
        let problem = "its images are not square; pad or crop them\n"
        #expect(shapes.complaint == "fashion-mnist: \(problem)")
        #expect(
            trained.complaint.hasSuffix(": \(problem.replacing("not square", with: "14 × 56, not square"))"),
            "\(trained)")
        #expect(!FileManager.default.fileExists(atPath: sandbox.file("runs")))
    }

    @Test func `a benchmark reports speed and memory`() throws {
        let report = try Program.run("bench", sandbox.tiny, "--json", "--steps", "1", "--threads", "1").object()
        #expect(report["images_per_second"] as? Double ?? 0 > 0)
        #expect(report["peak_memory_bytes"] as? Int ?? 0 > 1 << 20)
        #expect(report["predicted_memory_bytes"] as? Int ?? 0 > 1 << 20)
        #expect((report["step_seconds"] as? [Double])?.count == 1)
        #expect(report["threads"] as? Int == 1)
        #expect(report["evaluation_images_per_second"] as? Double ?? 0 > 0)
        #expect((report["passes"] as? [[String: Any]])?.isEmpty == false)
    }

    @Test func `a benchmark with peers is the script of the sources`() throws {
        // Elsewhere; otherwise the program would find its own sources' script and install what that needs.
        let program = sandbox.file("place/.build/vgglab")
        try sandbox.write("", to: "place/.build/empty")
        try FileManager.default.copyItem(atPath: try Program.path(), toPath: program)
        let call = [
            "bench", sandbox.tiny, "--peers", "--rounds", "2", "--threads", "1", "--set", "data.batch_size=8", "--json",
        ]
        let shell = #"shift; exec "$PROGRAM" "$@""#
        let alone = try Program(call, in: sandbox.path, shell: "PROGRAM='\(program)'; \(shell)").end()
        #expect(alone.status == 2)
        #expect(
            alone.complaint.hasPrefix("--peers needs Benchmarks/run, which comes with vgglab's sources; "), "\(alone)")

        try sandbox.write("#!/bin/sh\necho \"$@\"\nexit 3\n", to: "place/Benchmarks/run")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: sandbox.file("place/Benchmarks/run"))
        let measured = try Program(call, in: sandbox.path, shell: "PROGRAM='\(program)'; \(shell)").end()
        #expect(measured.status == 3, "\(measured)")
        #expect(
            measured.output
                == "compare \(sandbox.tiny) --threads 1 --steps 7 --rounds 2 --set data.batch_size=8 --json\n")
    }

    @Test(arguments: [
        ("--version", "vgglab "), ("--help", "OVERVIEW: "), ("train --help", "OVERVIEW: "),
        ("help bench", "OVERVIEW: "), ("evaluate --help", "OVERVIEW: "),
    ]) func `the program describes itself`(arguments: String, start: String) throws {
        let ending = try Program(arguments.split(separator: " ").map(String.init)).end()
        #expect(ending.status == 0)
        #expect(ending.complaint == "")
        #expect(ending.output.hasPrefix(start))
    }

    @Test func `the version has the commit and the compiler of the build, or that they are unknown`() throws {
        let version = try Program.run("--version").output
        let form = #/vgglab \d+\.\d+\.\d+ \((unknown commit|([0-9a-f]{12}(-dirty)?))(, Swift [0-9.]+)?\)\n/#
        let match = try #require(version.wholeMatch(of: form), "\(version)")
        // As passed to the build by `make test`.
        let environment = ProcessInfo.processInfo.environment
        if let commit = environment["VGGLAB_COMMIT"], !commit.isEmpty { #expect(match.2.map(String.init) == commit) }
        if let compiler = environment["VGGLAB_COMPILER"], !compiler.isEmpty {
            #expect(version.contains(", \(compiler))"))
        }
    }
}

/// The predicted memory is within a tenth of the process's peak.
@Suite(.serialized) struct PeakMemoryTests {
    @Test(arguments: [
        ("ratio: 4", "resize: 96", "batch_size: 64", "momentum: 0"),
        ("ratio: 4", "resize: 96", "batch_size: 64", "momentum: 0.9"),
        ("ratio: 4", "resize: 96", "batch_size: 64", "precision: bfloat16"),
        ("ratio: 8", "resize: 224", "batch_size: 32", "momentum: 0"),
        ("ratio: 2", "resize: 64", "batch_size: 16", "momentum: 0.9"),
    ]) func `memory is predicted`(ratio: String, side: String, batch: String, training: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "network:\n  \(ratio)\ndata:\n  \(side)\n  \(batch)\ntraining:\n  \(training)\n", to: "a.yaml")
        let report = try Program.run(
            "bench", sandbox.file("a.yaml"), "--json", "--steps", "1", "--threads", "2"
        ).object()
        let peak = try #require(report["peak_memory_bytes"] as? Double)
        let predicted = try #require(report["predicted_memory_bytes"] as? Double)
        #expect((0.9...1.1).contains(predicted / peak), "\(Int(predicted) >> 20) of \(Int(peak) >> 20) MiB")
    }
}
