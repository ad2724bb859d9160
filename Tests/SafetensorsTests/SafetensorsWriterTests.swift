// Writing is byte-identical to the reference implementation, and atomic.

import Files
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func source(_ name: String, _ shape: [Int], _ floats: [Float]) -> TensorSource {
        TensorSource(name, shape: shape) { emit throws(FileError) in
            try floats.span.withUnsafeBufferPointer { floats throws(FileError) in try emit(floats) }
        }
    }

    func sentence(_ path: String, _ tensors: [TensorSource] = [], _ metadata: [String: String] = [:]) -> String {
        do { try SafetensorsWriter.write(to: path, tensors: tensors, metadata: metadata) } catch { return "\(error)" }
        return ""
    }

    @Test func `the bytes are those of the reference implementation`() throws {
        // safetensors 0.8.0: save({"features.0.weight": torch.tensor([-1.5, -0.5, 0.5, 1.5]).reshape(2, 1, 1, 2),
        // "features.0.bias": torch.tensor([0.25, -3.0]), "n": torch.tensor(7)}, metadata={"format": "pt"}).hex()
        let golden =
            "e8000000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c226e223a7b226474797065223a"
            + "22493634222c227368617065223a5b5d2c22646174615f6f666673657473223a5b302c385d7d2c2266656174757265732e302e6269"
            + "6173223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174615f6f666673657473223a5b382c31365d7d"
            + "2c2266656174757265732e302e776569676874223a7b226474797065223a22463332222c227368617065223a5b322c312c312c325d"
            + "2c22646174615f6f666673657473223a5b31362c33325d7d7d20202007000000000000000000803e000040c00000c0bf000000bf00"
            + "00003f0000c03f"
        let tensors = [
            source("features.0.weight", [2, 1, 1, 2], [-1.5, -0.5, 0.5, 1.5]),
            source("features.0.bias", [2], [0.25, -3]),
            TensorSource("n", type: .i64, shape: []) { emit throws(FileError) in
                try withUnsafeBytes(of: Int64(7)) { bytes throws(FileError) in try emit(bytes) }
            },
        ]
        try SafetensorsWriter.write(to: folder.file("a"), tensors: tensors)
        #expect(try folder.bytes(of: "a").map { String(format: "%02x", $0) }.joined() == golden)
    }

    @Test func `names are escaped as the reference implementation does`() throws {
        // safetensors 0.8.0: save({'a"\n\x01é/': torch.zeros((0, 3)), "b": torch.tensor([True]),
        // "A": torch.tensor([1.5])}, metadata={"format": "pt"}).hex()
        let golden =
            "d0000000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c2241223a7b226474797065223a"
            + "22463332222c227368617065223a5b315d2c22646174615f6f666673657473223a5b302c345d7d2c22615c225c6e5c7530303031c3"
            + "a92f223a7b226474797065223a22463332222c227368617065223a5b302c335d2c22646174615f6f666673657473223a5b342c345d"
            + "7d2c2262223a7b226474797065223a22424f4f4c222c227368617065223a5b315d2c22646174615f6f666673657473223a5b342c35"
            + "5d7d7d200000c03f01"
        let tensors = [
            TensorSource("b", type: .bool, shape: [1]) { emit throws(FileError) in
                try withUnsafeBytes(of: UInt8(1)) { bytes throws(FileError) in try emit(bytes) }
            },
            source("a\"\n\u{1}é/", [0, 3], []),
            source("A", [1], [1.5]),
        ]
        try SafetensorsWriter.write(to: folder.file("a"), tensors: tensors)
        #expect(try folder.bytes(of: "a").map { String(format: "%02x", $0) }.joined() == golden)
    }

    @Test func `written text and values are read back`() throws {
        var random = SplitMix64(state: 2)
        let weights = (0..<10_000).map { _ in Float.random(in: -1...1, using: &random) }
        let strange: [Float] = [.nan, .infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        let inParts = TensorSource("features.0.weight", shape: [100, 100]) { emit throws(FileError) in
            try weights.span.withUnsafeBufferPointer { floats throws(FileError) in
                for start in stride(from: 0, to: 10_000, by: 3000) {
                    try emit(UnsafeBufferPointer(rebasing: floats[start..<min(start + 3000, 10_000)]))
                }
            }
        }
        let metadata = ["format": "np", "naïve \"\\\u{1F600}": "line\nline\u{7}"]
        try SafetensorsWriter.write(
            to: folder.file("a"), tensors: [inParts, source("x", [5], strange), source("y", [], [4])],
            metadata: metadata)
        let file = try SafetensorsFile(contentsOf: folder.file("a"))
        #expect(file.metadata == metadata)
        #expect(file.tensors.mapValues(\.shape) == ["features.0.weight": [100, 100], "x": [5], "y": []])
        #expect(try file.withFloats(named: "features.0.weight") { Array($0) } == weights)
        #expect(try file.withFloats(named: "x") { $0.map(\.bitPattern) } == strange.map(\.bitPattern))
        #expect(try file.withFloats(named: "y") { Array($0) } == [4])
        #expect(try folder.bytes(of: "a")[0].isMultiple(of: 8))
    }

    @Test func `a file is replaced atomically, and stays if writing fails`() throws {
        let path = folder.file("a")
        try SafetensorsWriter.write(to: path, tensors: [source("old", [1], [1])])
        let before = try folder.bytes(of: "a")
        let failing = TensorSource("new", shape: [2]) { emit throws(FileError) in
            try [Float(1)].span.withUnsafeBufferPointer { floats throws(FileError) in try emit(floats) }
            throw FileError(.writing, path, code: ENOSPC)
        }
        #expect(
            sentence(path, [failing])
                == "\(path): no space is left in \(folder.path); free some or choose another folder")
        #expect(try folder.bytes(of: "a") == before)
        #expect(try folder.names == ["a"])

        let reader = try SafetensorsFile(contentsOf: path)
        try SafetensorsWriter.write(to: path, tensors: [source("new", [2], [1, 2])])
        #expect(try SafetensorsFile(contentsOf: path).tensors.keys.sorted() == ["new"])
        #expect(try reader.withFloats(named: "old") { Array($0) } == [1])  // an open file keeps its old content
        #expect(try folder.names == ["a"])
    }

    @Test func `a file that must stay does, even if it is created while another is written`() throws {
        let path = folder.file("a")
        let refusal = FileError(.writing, path, code: EEXIST)
        let late = TensorSource("x", shape: [0]) { [folder] _ throws(FileError) in
            _ = try? folder.write([7], to: "a")
        }
        #expect(throws: refusal) { try SafetensorsWriter.write(to: path, tensors: [late], overwrite: false) }
        #expect(throws: refusal) { try SafetensorsWriter.write(to: path, tensors: [], overwrite: false) }
        #expect("\(refusal)" == "\(path): is there already; give another name")
        #expect(try folder.bytes(of: "a") == [7])

        try FileManager.default.removeItem(atPath: path)
        #expect(symlink("nowhere", path) == 0)
        #expect(throws: refusal) { try SafetensorsWriter.write(to: path, tensors: [], overwrite: false) }
        try SafetensorsWriter.write(to: folder.file("b"), tensors: [source("x", [1], [1])], overwrite: false)
        #expect(try SafetensorsFile(contentsOf: folder.file("b")).tensors.count == 1)
        #expect(try folder.names == ["a", "b"])
    }

    @Test func `invalid tensors are refused and leave nothing behind`() throws {
        let path = folder.file("a")
        #expect(
            sentence(path, [source("x", [2], [1])])
                == "\(path): cannot be written: tensor \"x\" of shape [2] was given 4 bytes too few")
        #expect(
            sentence(path, [source("x", [1], [1, 2])])
                == "\(path): cannot be written: tensor \"x\" of shape [1] was given 4 bytes too many")
        #expect(
            sentence(path, [source("x", [1], [1]), source("x", [1], [1])])
                == "\(path): cannot be written: two tensors are called \"x\"")
        #expect(
            sentence(path, [source("x", [-1], [])])
                == "\(path): cannot be written: tensor \"x\" has the impossible shape [-1]")
        #expect(
            sentence(path, [source("x", [1 << 40, 1 << 40], [])])
                == "\(path): cannot be written: tensor \"x\" has the impossible shape [1099511627776, 1099511627776]")
        #expect(
            sentence(path, [source("__metadata__", [], [1])])
                == "\(path): cannot be written: no tensor may be called __metadata__")
        #expect(
            sentence(path, [], ["x": String(repeating: "y", count: 1 << 20)])
                == "\(path): cannot be written: a header of 1048616 bytes is longer than 1 MiB")
        #expect(try folder.names == [])
    }

    @Test func `an unwritable place is refused with advice`() throws {
        let missing = folder.file("b/a")
        #expect(sentence(missing) == "\(missing): the folder \(folder.file("b")) does not exist; make it with mkdir -p")
        #expect(sentence(folder.path) == "\(folder.path): is a folder; give the name of a file")
        #expect(sentence(folder.path + "/") == "\(folder.path)/: is a folder; give the name of a file")
        try folder.write([], to: "c")
        #expect(
            sentence(folder.file("c/a"))
                == "\(folder.file("c/a")): \(folder.file("c")) is not a folder; choose another place")
        let long = folder.file(String(repeating: "x", count: 300))
        #expect(sentence(long) == "\(long): the name is too long; choose a shorter one")
        #expect(try folder.names == ["c"])
    }

    @Test(.enabled(if: geteuid() != 0, "the superuser may write anywhere"))
    func `a folder without permission is refused`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        let path = folder.file("a")
        #expect(
            sentence(path)
                == "\(path): no permission to write in \(folder.path); choose another folder or ask for it with chmod")
    }

    @Test func `errors name the other reasons of a disk`() {
        let error = FileError(.writing, "runs/a", code: EROFS)
        #expect("\(error)" == "runs/a: runs can only be read; choose another folder")
        #expect("\(FileError(.writing, "a", code: EIO))".hasPrefix("a: cannot be written: "))
    }
}
