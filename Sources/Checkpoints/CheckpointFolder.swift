// A run's checkpoints, each written atomically. The files are written into a hidden folder, then hashed and flushed,
// and a rename commits them; only then are older checkpoints removed.

package import Experiments
package import Files
internal import Foundation
internal import Glibc
package import Safetensors

/// The folder of one run's checkpoints.
package struct CheckpointFolder: Sendable {
    /// Its path; created when the first checkpoint is written.
    package let path: String

    /// The first epoch that counts for the best.
    private let bestFrom: Int

    private static let hidden = ".partial-"

    /// - Parameter bestFrom: the first epoch that counts for the best; earlier ones were evaluated on other images.
    package init(_ path: String, bestFrom: Int = 0) {
        self.path = path
        self.bestFrom = bestFrom
    }

    /// Writes the files of a checkpoint, without waiting for the disk. It must then be committed.
    ///
    /// - Parameters:
    ///   - weights: the weights, which PyTorch can load.
    ///   - optimizer: the optimizer's state; may be empty.
    /// - Throws: `FileError`; nothing of the checkpoint stays then.
    package func write(
        _ position: RunPosition, weights: [TensorSource], optimizer: [TensorSource]
    ) throws(FileError) -> PendingCheckpoint {
        try Folders.make(path)
        let hidden = "\(path)/\(Self.hidden)\(Self.randomName)"
        guard mkdir(hidden, 0o777) == 0 else { throw FileError(.folder, path, code: errno) }
        var names = [SavedCheckpoint.weights, SavedCheckpoint.position]
        do throws(FileError) {
            try SafetensorsWriter.write(to: "\(hidden)/\(names[0])", tensors: weights, flush: false)
            if !optimizer.isEmpty {
                names.append(SavedCheckpoint.optimizer)
                try SafetensorsWriter.write(to: "\(hidden)/\(names[2])", tensors: optimizer, flush: false)
            }
            let json = StoredPosition(position: position).json
            try Self.write(json, to: "\(hidden)/\(names[1])")
        } catch {
            Folders.remove(hidden)
            throw error.named(path)
        }
        return PendingCheckpoint(self, hidden: hidden, names: names, position: position)
    }

    /// Writes a file atomically, without waiting for the disk.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        var file = try AtomicFile(path)
        try file.append(bytes)
        try file.commit(flush: false)
    }

    /// All committed checkpoints, the newest first.
    package var all: [SavedCheckpoint] {
        Folders.names(in: path).compactMap { SavedCheckpoint(named: $0, in: path) }
            .sorted { ($0.step, $0.isEvaluated ? 1 : 0) > ($1.step, $1.isEvaluated ? 1 : 0) }
    }

    /// Finds the newest checkpoint with valid checksums.
    ///
    /// - Parameter step: the first step to consider; a fork's earlier checkpoints are its parent's.
    /// - Returns: the checkpoint, or `nil` if there is none, and a sentence for each newer one that is damaged.
    package func newestValid(from step: Int = 0) -> (checkpoint: SavedCheckpoint?, damaged: [String]) {
        var damaged: [String] = []
        for checkpoint in all where checkpoint.step >= step {
            do throws(FileError) {
                try checkpoint.verify()
                return (checkpoint, damaged)
            } catch {
                damaged.append(error.description)
            }
        }
        return (nil, damaged)
    }

    /// Renames checkpoints newer than the one that a run resumes from; being damaged, they must not count as one of the
    /// two newest. Only for the run's owner.
    package func setAside(newerThan checkpoint: SavedCheckpoint?) {
        for newer in all.prefix(while: { $0 != checkpoint }) {
            rename(newer.path, "\(path)/damaged-\(Self.randomName)")
        }
    }

    private static var randomName: String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    /// The checkpoint of the epoch with the best test accuracy among the stored ones.
    package var best: SavedCheckpoint? { best(of: all) }

    private func best(of all: [SavedCheckpoint]) -> SavedCheckpoint? {
        let evaluated = all.filter(\.isEvaluated).compactMap { checkpoint in
            (try? checkpoint.position().lastEpoch).flatMap { epoch in
                epoch.epoch >= bestFrom ? (checkpoint, epoch.testAccuracy) : nil
            }
        }
        // The oldest of equals, like a run's best epoch.
        return evaluated.reversed().max { $0.1 < $1.1 }?.0
    }

    /// Finds the checkpoint that a user names: `last`, `best`, `step:N` or `epoch:N`.
    ///
    /// - Throws: `FileError` that lists the checkpoints.
    package func checkpoint(named name: String) throws(FileError) -> SavedCheckpoint {
        let all = all
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        let number = parts.count == 2 ? Int(parts[1]) : nil
        let found: SavedCheckpoint? =
            switch (parts.first ?? "", number) {
            case ("last", nil) where parts.count == 1: all.first
            case ("best", nil) where parts.count == 1: best
            case ("step", let number?): all.first { $0.step == number }
            case ("epoch", let number?):
                all.first { $0.isEvaluated && (try? $0.position().lastEpoch?.epoch) == number }
            default: throw FileError(name, "not a checkpoint; use best, last, step:N or epoch:N")
            }
        if let found { return found }
        let steps = all.reversed().map { "step:\($0.step)" }
        throw FileError(
            all.isEmpty ? path : name,
            all.isEmpty
                ? "there is no checkpoint yet"
                : "there is no such checkpoint; there are \(steps.joined(separator: ", "))")
    }

    /// Copies another folder's checkpoint by hard links, so that it survives when it is removed there. Takes no space
    /// if the file system has hard links; files of checkpoints never change.
    ///
    /// - Throws: `FileError`; nothing of the copy stays then.
    package func take(over checkpoint: SavedCheckpoint) throws(FileError) -> SavedCheckpoint {
        let name = checkpoint.folderName
        guard let taken = SavedCheckpoint(named: name, in: path) else {
            preconditionFailure("a checkpoint's name is one")
        }
        try Folders.make(path)
        let hidden = "\(path)/\(Self.hidden)\(Self.randomName)"
        guard mkdir(hidden, 0o777) == 0 else { throw FileError(.folder, path, code: errno) }
        for file in Folders.names(in: checkpoint.path) {
            let (from, to) = ("\(checkpoint.path)/\(file)", "\(hidden)/\(file)")
            if link(from, to) == 0 { continue }
            do { try FileManager.default.copyItem(atPath: from, toPath: to) } catch {
                Folders.remove(hidden)
                throw FileError(checkpoint.path, "cannot be copied: \(error.localizedDescription)")
            }
        }
        guard rename(hidden, taken.path) == 0 else {
            let code = errno
            Folders.remove(hidden)
            throw FileError(.folder, taken.path, code: code)
        }
        return taken
    }

    /// Removes what a killed process has left; only for the run's owner.
    package func removeLeftovers() {
        for name in Folders.names(in: path) where name.hasPrefix(Self.hidden) { Folders.remove("\(path)/\(name)") }
    }

    /// Removes all checkpoints except the two newest and the best.
    func removeOld() {
        // Lists the folder only once: if a second listing failed, all checkpoints would be old.
        let all = all
        var kept = Set(all.prefix(2))
        if let best = best(of: all) { kept.insert(best) }
        for checkpoint in all where !kept.contains(checkpoint) {
            // Hidden first, so that a partially removed checkpoint is never used.
            let hidden = "\(path)/\(Self.hidden)old-\(Self.randomName)"
            if rename(checkpoint.path, hidden) == 0 { Folders.remove(hidden) }
        }
    }
}

/// A checkpoint whose files are written but not committed. May be passed to another thread.
package struct PendingCheckpoint: Sendable {
    private let folder: CheckpointFolder
    private let hidden: String
    private let names: [String]
    private let position: RunPosition

    init(_ folder: CheckpointFolder, hidden: String, names: [String], position: RunPosition) {
        self.folder = folder
        self.hidden = hidden
        self.names = names
        self.position = position
    }

    /// Commits the checkpoint: checksums, flushes, and the rename. Then removes all except the two newest and the best.
    ///
    /// - Throws: `FileError`; nothing of the checkpoint stays then, and earlier ones do.
    @discardableResult
    package func commit() throws(FileError) -> SavedCheckpoint {
        let name = SavedCheckpoint.name(for: position)
        guard let saved = SavedCheckpoint(named: name, in: folder.path) else {
            preconditionFailure("a checkpoint's name is one")
        }
        do throws(FileError) {
            try writeSums()
            for file in names + [SavedCheckpoint.sums] {
                try Folders.flush("\(hidden)/\(file)", as: folder.path)
            }
            try Folders.flush(hidden, as: folder.path)
            if rename(hidden, saved.path) != 0 {
                guard errno == EEXIST || errno == ENOTEMPTY else { throw FileError(.folder, saved.path, code: errno) }
                try replaceIfDamaged(saved)
            }
            try Folders.flush(folder.path)
        } catch {
            Folders.remove(hidden)
            throw error
        }
        folder.removeOld()
        return saved
    }

    /// Removes the uncommitted checkpoint.
    package func discard() { Folders.remove(hidden) }

    private func writeSums() throws(FileError) {
        var lines = ""
        for file in names.sorted() {
            guard let digest = Folders.digest(of: "\(hidden)/\(file)") else {
                throw FileError(folder.path, "what was written cannot be read back")
            }
            lines += "\(digest)  \(file)\n"
        }
        do throws(FileError) {
            try CheckpointFolder.write(Array(lines.utf8), to: "\(hidden)/\(SavedCheckpoint.sums)")
        } catch {
            throw error.named(folder.path)
        }
    }

    /// Handles an existing checkpoint of the same step, which a run that is resumed and stopped at once saves again. It
    /// has the same content, so it is replaced only if it is damaged.
    private func replaceIfDamaged(_ saved: SavedCheckpoint) throws(FileError) {
        do throws(FileError) {
            try saved.verify()
            Folders.remove(hidden)
        } catch {
            Folders.remove(saved.path)
            guard rename(hidden, saved.path) == 0 else { throw FileError(.folder, saved.path, code: errno) }
        }
    }
}

extension FileError {
    /// Names only the folder of a file that could not be written, because it has a temporary name until it is committed.
    fileprivate func named(_ folder: String) -> FileError { code.map { FileError(.folder, folder, code: $0) } ?? self }
}
