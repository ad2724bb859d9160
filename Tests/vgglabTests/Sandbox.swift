// A temporary folder with a small experiment and, instead of the real data set, a synthetic one.

import TestSupport
import Foundation
import Testing

/// The folder of Debian's package with the data set.
let hasData = FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")

/// A folder for a program under test, with the experiment `tiny`.
final class Sandbox: Sendable {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write(Self.tiny, to: "tiny.yaml")
    }

    var path: String { folder.path }

    /// A network that trains in less than a second.
    static let tiny = """
        network:
          blocks: [[1, 8], [1, 16]]
          ratio: 1
          classifier: [32]
        data:
          resize: 28
          batch_size: 64
          limit_train: 256
          limit_test: 100
        training:
          epochs: 2

        """

    /// A variant for data of `writeData(in:)`, which has fewer images.
    static let tinyOnMadeUp = tiny.replacing("data:", with: "data:\n  dataset: made-up").replacing(
        "  limit_train: 256\n", with: ""
    )
    .replacing("  limit_test: 100\n", with: "")

    var tiny: String { file("tiny.yaml") }

    func file(_ name: String) -> String { folder.file(name) }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Writes a file, and the folders above it.
    func write(_ bytes: [UInt8], to name: String) throws { try folder.write(bytes, to: name) }

    /// Writes a data set of `count` images for each half, 28 × 28, in ten classes, with `replaced` instead of its
    /// files.
    func writeData(in folder: String, count: UInt8 = 20, replacing replaced: [String: [UInt8]?] = [:]) throws {
        let pixels = (0..<Int(count) * 784).map { UInt8($0 % 251) }
        let images = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28] + pixels
        let labels = [0, 0, 8, 1, 0, 0, 0, count] + (0..<count).map { $0 % 10 }
        for (name, bytes) in [
            ("train-images-idx3-ubyte", images), ("train-labels-idx1-ubyte", labels),
            ("t10k-images-idx3-ubyte", images), ("t10k-labels-idx1-ubyte", labels),
        ] {
            if let bytes = replaced[name, default: bytes] { try write(bytes, to: "\(folder)/\(name)") }
        }
        for (name, bytes) in replaced where name.hasSuffix(".gz") {
            if let bytes { try write(bytes, to: "\(folder)/\(name)") }
        }
    }
}
