// A checkpoint on disk: the names of its files, and their verification.

package import Experiments
package import Files
internal import Foundation
internal import Safetensors

/// A run's state after a step, stored in its own folder.
///
/// `weights.safetensors` can be loaded by PyTorch, `optimizer.safetensors` is the optimizer's state, if it has any,
/// `position.json` is the run's position, and `SHA256SUMS` lists their checksums for `sha256sum -c SHA256SUMS`.
package struct SavedCheckpoint: Sendable, Hashable {
    package let path: String
    /// Number of steps.
    package let step: Int
    /// Whether an epoch was evaluated after this step, so that the next epoch follows.
    package let isEvaluated: Bool

    static let (weights, optimizer, position, sums) = (
        "weights.safetensors", "optimizer.safetensors", "position.json", "SHA256SUMS"
    )

    /// Maximum size of a file in bytes, more than any network that can be trained needs.
    private static let maxBytes = 1 << 36

    package var weightsPath: String { "\(path)/\(Self.weights)" }
    /// The path of the optimizer's state; `nil` if there is none.
    package var optimizerPath: String? {
        let file = "\(path)/\(Self.optimizer)"
        return Folders.size(of: file).map { _ in file }
    }
    /// Total size of its files in bytes.
    package var byteCount: Int {
        Folders.names(in: path).reduce(0) { $0 + (Folders.size(of: "\(path)/\($1)") ?? 0) }
    }

    /// Parses the name of a folder in `parent`; `nil` if it is not a checkpoint's.
    init?(named name: String, in parent: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "step", parts[1].count == 10, let step = Int(parts[1]),
            step >= 0, parts.count == 2 || parts[2] == "evaluated"
        else { return nil }
        path = "\(parent)/\(name)"
        self.step = step
        isEvaluated = parts.count == 3
    }

    /// The name of its folder.
    var folderName: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Returns the folder's name for a position. The same step has two names, before and after an evaluation.
    static func name(for position: RunPosition) -> String {
        let digits = String(position.step)
        let isEvaluated = position.stepInEpoch == 0 && position.lastEpoch?.step == position.step
        return "step-\(String(repeating: "0", count: max(10 - digits.count, 0)))\(digits)"
            + (isEvaluated ? "-evaluated" : "")
    }

    /// Verifies all its files by SHA-256.
    ///
    /// - Throws: `FileError` that names the first invalid file.
    package func verify() throws(FileError) {
        guard let bytes = Folders.contents(of: "\(path)/\(Self.sums)", most: 4096), bytes.last == UInt8(ascii: "\n")
        else {
            throw FileError(path, "is incomplete: \(Self.sums) is missing or damaged")
        }
        var listed: Set<String> = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let name = String(line.dropFirst(66))
            guard line.count > 66, [Self.weights, Self.optimizer, Self.position].contains(name) else {
                throw FileError(path, "is incomplete: \(Self.sums) is damaged")
            }
            let file = "\(path)/\(name)"
            // Checking the header first detects a wrong size before the whole file is read.
            guard name == Self.position || (try? SafetensorsFile(contentsOf: file)) != nil,
                Folders.digest(of: file, most: Self.maxBytes) == String(line.prefix(64))
            else { throw FileError(path, "\(name) is missing, or its checksum does not match") }
            listed.insert(name)
        }
        let hasOptimizer = optimizerPath != nil
        guard listed.isSuperset(of: [Self.weights, Self.position]), listed.contains(Self.optimizer) == hasOptimizer
        else { throw FileError(path, "is incomplete: \(Self.sums) does not list every file") }
    }

    /// Reads the run's position.
    package func position() throws(FileError) -> RunPosition {
        guard let bytes = Folders.contents(of: "\(path)/\(Self.position)", most: 1 << 20),
            let stored = try? JSONDecoder().decode(StoredPosition.self, from: Data(bytes))
        else { throw FileError(path, "\(Self.position) is missing or damaged") }
        guard stored.version == StoredPosition.currentVersion else {
            throw FileError(path, "was written by a newer vgglab; update this one")
        }
        guard stored.position.isPlausible, stored.position.step == step else {
            throw FileError(path, "\(Self.position) has impossible values")
        }
        return stored.position
    }
}

/// The content of `position.json`.
struct StoredPosition: Codable {
    static let currentVersion = 1
    var version = currentVersion
    let position: RunPosition

    /// JSON text that preserves the bits of all numbers.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        // All numbers of a saved position are finite, so encoding cannot fail.
        return (try? encoder.encode(self)).map { Array($0) + [UInt8(ascii: "\n")] } ?? []
    }
}
