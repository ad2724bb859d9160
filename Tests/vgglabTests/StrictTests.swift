// Warnings before a run, and their refusal with --strict. The library is told that the processor has no bfloat16, so
// that the result is the same everywhere.

import Foundation
import Testing

@Suite struct StrictTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        try sandbox.writeData(in: "data")
        // Not the known data set's name, which would trigger a warning.
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
    }

    /// A call on the experiment, with one thread by default.
    private func call(_ arguments: [String], precision: String = "bfloat16", threads: Int = 1) throws -> Ending {
        let call = arguments + [sandbox.tiny, "--threads", "\(threads)", "--set", "training.precision=\(precision)"]
        return try Program(call, shell: #"ONEDNN_MAX_CPU_ISA=AVX2 exec "$@""#).end()
    }

    private func train(_ option: String..., precision: String = "bfloat16", threads: Int = 1) throws -> Ending {
        let call = ["--no-tui", "--data", sandbox.file("data"), "--runs", sandbox.file("runs")] + option
        return try self.call(call, precision: precision, threads: threads)
    }

    private let sentence = "tiny: this processor does not support bfloat16; computing in float32"

    @Test func `a processor without bfloat16 triggers a warning and computes in float32`() throws {
        let ending = try train()
        #expect(ending.status == 0, "\(ending)")
        #expect(ending.complaint == "warning: \(sentence)\n")
        #expect(ending.output.contains("loss"))
        let shown = try Program.run("show", "last", "--runs", sandbox.file("runs"))
        #expect(shown.output.contains("in float32, as this processor has no bfloat16"), "\(shown)")
    }

    @Test func `strict refuses float32 instead of bfloat16 before anything is stored`() throws {
        let endings = [
            try train("--strict"), try call(["bench", "--strict"]),
            try call(["evaluate", "none.safetensors", "--data", sandbox.file("data"), "--strict"]),
        ]
        for ending in endings {
            #expect(ending.status == 2)
            #expect(ending.output.isEmpty)
            #expect(ending.complaint == "\(sentence) (an error because of --strict)\n")
        }
        #expect(!FileManager.default.fileExists(atPath: sandbox.file("runs")))
    }

    @Test func `strict refuses more threads than cores`() throws {
        let ending = try train("--strict", threads: 1024)
        #expect(ending.status == 2)
        #expect(ending.complaint.hasPrefix("1024 threads on "), "\(ending)")
    }

    @Test func `strict refuses images that do not match the data set's name`() throws {
        try sandbox.write(Sandbox.tiny, to: "tiny.yaml")
        let ending = try train("--strict")
        #expect(ending.status == 2)
        #expect(
            ending.complaint.contains("not the known Fashion-MNIST files; results will not compare (an error"),
            "\(ending)")
    }

    @Test func `a limit uses images of every class, and the first images only on request`() throws {
        // Sorted by label, so that the first twenty images are of two classes.
        let labels = [0, 0, 8, 1, 0, 0, 0, 100] + (0..<100).map { UInt8($0 / 10) }
        try sandbox.writeData(
            in: "data", count: 100, replacing: ["train-labels-idx1-ubyte": labels, "t10k-labels-idx1-ubyte": labels])
        let limits = ["--strict", "--set", "data.limit_train=20"]
        let call = ["--no-tui", "--data", sandbox.file("data"), "--runs", sandbox.file("runs")] + limits
        let sample = try self.call(call, precision: "float32")
        #expect(sample.status == 0 && sample.complaint.isEmpty, "\(sample)")
        let first = try self.call(call + ["--set", "data.sampling=first"], precision: "float32")
        #expect(first.status == 2)
        #expect(
            first.complaint
                == "classes 2, 3, 4, 5, 6, 7, 8, 9 cannot be learned: none of the 20 training images, but 80 of the 100 "
                + "test images have them (an error because of --strict)\n")
    }

    @Test func `strict trains if there is no warning`() throws {
        let ending = try train("--strict", precision: "float32")
        #expect(ending.status == 0, "\(ending)")
        #expect(ending.complaint.isEmpty, "\(ending)")
    }
}
