// vgglab export: each format, replacing files, and standard output.

import Foundation
import Testing

@Suite struct ExportTests {
    private let shelf: Shelf

    init() throws { shelf = try Shelf.full.get() }

    @Test(arguments: ["csv", "json", "jsonl", "safetensors", "onnx"])
    func `a run is exported, and files are only replaced on request`(
        format: String
    ) throws {
        let out = shelf.sandbox.file("export.\(format)")
        let first = try shelf.call("export", "tiny-1", "--format", format, "--out", out)
        #expect(first.status == 0, "\(first.complaint)")
        #expect(first.complaint.hasSuffix("to \(out)\n"))
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

    @Test(arguments: ["csv", "json", "jsonl"]) func `metrics can be written to standard output`(format: String) throws {
        let out = shelf.sandbox.file("output.\(format)")
        #expect(try shelf.call("export", "tiny-1", "--format", format, "--out", out).status == 0)
        for name in ["-", "/dev/stdout"] {
            let ending = try shelf.call("export", "tiny-1", "--format", format, "--out", name)
            #expect(ending.status == 0)
            #expect(Data(ending.output.utf8) == (try Data(contentsOf: URL(filePath: out))))
            #expect(ending.complaint.isEmpty)
        }
    }

    @Test func `several runs are one table with the settings that differ`() throws {
        let both = try shelf.call("export", "tiny-1", "tiny-2", "tiny-1", "--format", "csv", "--out", "-")
        #expect(both.status == 0, "\(both.complaint)")
        let rows = both.output.split(separator: "\r\n")
        #expect(rows[0].hasPrefix("run,training.lr,kind,epoch,step,"))
        #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("tiny-1,0.05,") || $0.hasPrefix("tiny-2,0.001,") })
        #expect(rows.count { $0.contains(",epoch,") } == 5)

        let filtered = try shelf.call("export", "--filter", "lr>=0.05 state=completed", "--format", "csv", "--out", "-")
        let other = filtered.output.split(separator: "\r\n")
        #expect(other[0].hasPrefix("run,data.batch_size,") || other[0].hasPrefix("run,training.lr,"))
        #expect(Set(other.dropFirst().map { $0.prefix { $0 != "," } }) == ["tiny-1", "other-1"])
        let negated = try shelf.call("export", "--filter", "-tiny", "--format", "csv", "--out", "-")
        #expect(negated.output.contains("\r\nother-1,step,") && !negated.output.contains("tiny"))
        let none = try shelf.call("export", "--filter", "lr>5", "--format", "csv", "--out", "-")
        #expect(none.status == 2)
        #expect(none.complaint == "no run matches the filter; vgglab list --runs \(shelf.runs) shows all\n")
        let unnamed = try shelf.call("export", "--format", "csv", "--out", "-")
        #expect(unnamed.status == 2)
        let weights = try shelf.call("export", "tiny-1", "tiny-2", "--format", "onnx", "--out", "net.onnx")
        #expect(weights.status == 2)
        #expect(weights.complaint == "--format onnx writes the weights of one run (got 2)\n")
    }

    @Test(arguments: ["onnx", "safetensors", "tensorboard"])
    func `binary formats are not written to standard output`(format: String) throws {
        for name in ["-", "/dev/stdout"] {
            let ending = try shelf.call("export", "tiny-1", "--format", format, "--out", name, "--overwrite")
            #expect(ending.status == 2)
            #expect(
                ending.complaint == "--out \(name): cannot write to standard output; give the name of a file\n")
            #expect(ending.output.isEmpty)
        }
    }

    @Test func `a run is exported for TensorBoard, and its live files match`() throws {
        let out = shelf.sandbox.file("events")
        // A fork has its parent's first records, and therefore its start time.
        #expect(try shelf.call("export", "tiny-1", "tiny-2", "--format", "tensorboard", "--out", out).status == 0)
        for run in ["tiny-1", "tiny-2"] {
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(out)/\(run)")
            #expect(files.count == 1 && files[0].hasPrefix("events.out.tfevents."))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["tiny-1", "tiny-2"])
        let shelf = try Shelf()
        let live = shelf.sandbox.file("live")
        #expect(try shelf.train(sandboxFile: "tiny.yaml", "--tensorboard", live).status == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(live)/tiny-1")
        #expect(files.count == 1 && files[0].hasPrefix("events.out.tfevents."))
    }

    @Test func `exported weights can be another run's initial weights`() throws {
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
        let (one, other) = (try numbers(in: weights), try numbers(in: own.sandbox.file("again.safetensors")))
        #expect(one.count > 1000 && one == other)
    }

    @Test func `saved and exported weights describe their input`() throws {
        let own = try Shelf()
        let (saved, exported) = (own.sandbox.file("saved.safetensors"), own.sandbox.file("exported.safetensors"))
        #expect(try own.train(sandboxFile: "tiny.yaml", "--save", saved).status == 0)
        let export = try own.call("export", "tiny-1", "--at", "last", "--format", "safetensors", "--out", exported)
        #expect(export.status == 0, "\(export)")
        let (one, other) = (try metadata(of: saved), try metadata(of: exported))
        #expect(one == other)
        #expect(one["side"] == "28" && one["range"] == "[0, 1]" && one["dataset"] == "made-up")
        #expect(one["class_names"] == #"["0","1","2","3","4","5","6","7","8","9"]"#)
        #expect(one["blocks"] == "[[1,8],[1,16]]" && one["classifier"] == "[32]")
        let run = try #require(try own.array("list").first)
        #expect(one["data_sha256"] == run["data_sha256"] as? String)
        #expect(one["step"] == "\(try #require(run["step"] as? Int))")
    }

    /// The header of a safetensors file, and the values after it.
    private func parts(of path: String) throws -> (header: Data, numbers: Data) {
        let file = try Data(contentsOf: URL(filePath: path))
        let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        return (file.dropFirst(8).prefix(length), file.dropFirst(8 + length))
    }

    private func numbers(in path: String) throws -> Data { try parts(of: path).numbers }

    private func metadata(of path: String) throws -> [String: String] {
        let header = try JSONSerialization.jsonObject(with: parts(of: path).header) as? [String: Any]
        return try #require(header?["__metadata__"] as? [String: String])
    }
}
