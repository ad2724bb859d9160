// A checkpoint on disk: what its files are called, and whether they are what was written.

package import Experiments
internal import Files
internal import Foundation
internal import Safetensors

/// A run's state after some step, kept in a folder of its own.
///
/// `weights.safetensors` is what PyTorch loads, `optimizer.safetensors` what the optimizer has beside it, if anything,
/// `position.json` where the run stands, and `SHA256SUMS` lists them as `sha256sum -c SHA256SUMS` checks them.
package struct SavedCheckpoint: Sendable, Hashable {
    /// Its folder.
    package let path: String
    /// Steps made by then.
    package let step: Int
    /// Whether an epoch was evaluated after this step, so that the next one comes.
    package let isEvaluated: Bool

    static let (weights, optimizer, position, sums) = (
        "weights.safetensors", "optimizer.safetensors", "position.json", "SHA256SUMS"
    )

    /// The largest file of a checkpoint that is read, in bytes: more than a network that can be trained comes to.
    private static let maxBytes = 1 << 36

    /// The weights' file.
    package var weightsPath: String { "\(path)/\(Self.weights)" }
    /// The optimizer's file; `nil` where there is none.
    package var optimizerPath: String? {
        let file = "\(path)/\(Self.optimizer)"
        return Folders.size(of: file).map { _ in file }
    }
    /// Bytes of its files.
    package var byteCount: Int {
        Folders.names(in: path).reduce(0) { $0 + (Folders.size(of: "\(path)/\($1)") ?? 0) }
    }

    /// The checkpoint that a folder of this name in `parent` is; `nil` for other names.
    init?(named name: String, in parent: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "step", parts[1].count == 10, let step = Int(parts[1]),
            step >= 0, parts.count == 2 || parts[2] == "evaluated"
        else { return nil }
        path = "\(parent)/\(name)"
        self.step = step
        isEvaluated = parts.count == 3
    }

    /// Its folder's own name.
    var folderName: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The folder's name for a position. The same step has two where a run is kept before and after an evaluation.
    static func name(for position: RunPosition) -> String {
        let digits = String(position.step)
        let isEvaluated = position.stepInEpoch == 0 && position.lastEpoch?.step == position.step
        return "step-\(String(repeating: "0", count: max(10 - digits.count, 0)))\(digits)"
            + (isEvaluated ? "-evaluated" : "")
    }

    /// Whether all its files are what was written, by SHA-256.
    ///
    /// - Throws: `CheckpointError` that names the first file that is not.
    package func verify() throws(CheckpointError) {
        guard let bytes = Folders.contents(of: "\(path)/\(Self.sums)", most: 4096), bytes.last == UInt8(ascii: "\n")
        else {
            throw CheckpointError("\(path): is incomplete: \(Self.sums) is missing or damaged")
        }
        var listed: Set<String> = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let name = String(line.dropFirst(66))
            guard line.count > 66, [Self.weights, Self.optimizer, Self.position].contains(name) else {
                throw CheckpointError("\(path): is incomplete: \(Self.sums) is damaged")
            }
            let file = "\(path)/\(name)"
            // A look at the header tells a file of another size before all of it is read.
            guard name == Self.position || (try? SafetensorsFile(contentsOf: file)) != nil,
                Folders.digest(of: file, most: Self.maxBytes) == String(line.prefix(64))
            else { throw CheckpointError("\(path): \(name) is missing, or its checksum does not match") }
            listed.insert(name)
        }
        let hasOptimizer = optimizerPath != nil
        guard listed.isSuperset(of: [Self.weights, Self.position]), listed.contains(Self.optimizer) == hasOptimizer
        else { throw CheckpointError("\(path): is incomplete: \(Self.sums) does not list every file") }
    }

    /// Where the run stands.
    package func position() throws(CheckpointError) -> RunPosition {
        guard let bytes = Folders.contents(of: "\(path)/\(Self.position)", most: 1 << 20),
            let stored = try? JSONDecoder().decode(StoredPosition.self, from: Data(bytes))
        else { throw CheckpointError("\(path): \(Self.position) is missing or damaged") }
        guard stored.version == StoredPosition.currentVersion else {
            throw CheckpointError("\(path): was written by a newer vgglab; update this one")
        }
        guard stored.position.isPlausible, stored.position.step == step else {
            throw CheckpointError("\(path): \(Self.position) has numbers that no run comes to")
        }
        return stored.position
    }
}

/// `position.json`.
struct StoredPosition: Codable {
    static let currentVersion = 1
    var version = currentVersion
    let position: RunPosition

    /// As JSON text; numbers read back to the same bits.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        // Every number of a position that is kept is finite, so that nothing can fail.
        return (try? encoder.encode(self)).map { Array($0) + [UInt8(ascii: "\n")] } ?? []
    }
}
