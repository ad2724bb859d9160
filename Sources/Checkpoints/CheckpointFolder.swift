// A run's checkpoints: each appears under its name whole or not at all. Its files are written into a hidden folder,
// then digested and flushed, and one rename makes them count; only then older ones go.

package import Experiments
package import Files
internal import Foundation
internal import Glibc
package import Safetensors

/// The folder of one run's checkpoints.
package struct CheckpointFolder: Sendable {
    /// Where it is; made when the first checkpoint is written.
    package let path: String

    /// The first epoch that counts for the best.
    private let bestFrom: Int

    private static let hidden = ".partial-"

    /// The checkpoints in `path`.
    ///
    /// - Parameter bestFrom: the first epoch that counts for the best; those before it were evaluated on other images.
    package init(_ path: String, bestFrom: Int = 0) {
        self.path = path
        self.bestFrom = bestFrom
    }

    /// Writes the files of a checkpoint, without waiting for the disk. They count once they are committed.
    ///
    /// - Parameters:
    ///   - weights: what PyTorch loads.
    ///   - optimizer: what the optimizer has beside them; may be empty.
    /// - Throws: `CheckpointError`; nothing of it stays then.
    package func write(
        _ position: RunPosition, weights: [TensorSource], optimizer: [TensorSource]
    ) throws(CheckpointError) -> PendingCheckpoint {
        try inFolder { () throws(FileError) in _ = try Folders.make(path) }
        let hidden = "\(path)/\(Self.hidden)\(Self.randomName)"
        guard mkdir(hidden, 0o777) == 0 else { throw CheckpointError(path, code: errno) }
        var names = [SavedCheckpoint.weights, SavedCheckpoint.position]
        do throws(SafetensorsError) {
            try SafetensorsWriter.write(to: "\(hidden)/\(names[0])", tensors: weights, flush: false)
            if !optimizer.isEmpty {
                names.append(SavedCheckpoint.optimizer)
                try SafetensorsWriter.write(to: "\(hidden)/\(names[2])", tensors: optimizer, flush: false)
            }
            let json = StoredPosition(position: position).json
            try withFiles { () throws(FileError) in try Self.write(json, to: "\(hidden)/\(names[1])") }
        } catch {
            Folders.remove(hidden)
            throw CheckpointError(in: path, error)
        }
        return PendingCheckpoint(self, hidden: hidden, names: names, position: position)
    }

    /// Writes a file that is there whole or not at all, without waiting for the disk.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        var file = try AtomicFile(path)
        try file.append(bytes)
        try file.commit(flush: false)
    }

    /// Every checkpoint that counts, the newest first.
    package var all: [SavedCheckpoint] {
        Folders.names(in: path).compactMap { SavedCheckpoint(named: $0, in: path) }
            .sorted { ($0.step, $0.isEvaluated ? 1 : 0) > ($1.step, $1.isEvaluated ? 1 : 0) }
    }

    /// The newest checkpoint whose files are what was written.
    ///
    /// - Parameter step: the first step that counts; what a fork keeps from before it is its parent's.
    /// - Returns: it, or `nil` where there is none, and a sentence for each newer one that is damaged.
    package func newestValid(from step: Int = 0) -> (checkpoint: SavedCheckpoint?, damaged: [String]) {
        var damaged: [String] = []
        for checkpoint in all where checkpoint.step >= step {
            do throws(CheckpointError) {
                try checkpoint.verify()
                return (checkpoint, damaged)
            } catch {
                damaged.append(error.description)
            }
        }
        return (nil, damaged)
    }

    /// Renames what is newer than the checkpoint that a run resumes from: damaged, it would pass for one of the two newest
    /// that are kept. Only for who owns the run.
    package func setAside(newerThan checkpoint: SavedCheckpoint?) {
        for newer in all.prefix(while: { $0 != checkpoint }) {
            rename(newer.path, "\(path)/damaged-\(Self.randomName)")
        }
    }

    private static var randomName: String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    /// The checkpoint of the epoch with the best test accuracy that is still here.
    package var best: SavedCheckpoint? { best(of: all) }

    private func best(of all: [SavedCheckpoint]) -> SavedCheckpoint? {
        let evaluated = all.filter(\.isEvaluated).compactMap { checkpoint in
            (try? checkpoint.position().lastEpoch).flatMap { epoch in
                epoch.epoch >= bestFrom ? (checkpoint, epoch.testAccuracy) : nil
            }
        }
        // The oldest of equals, as a run's best epoch is the first.
        return evaluated.reversed().max { $0.1 < $1.1 }?.0
    }

    /// The checkpoint that a user names: `last`, `best`, `step:N` or `epoch:N`.
    ///
    /// - Throws: `CheckpointError` that lists what there is.
    package func checkpoint(named name: String) throws(CheckpointError) -> SavedCheckpoint {
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
            default: throw CheckpointError("\(name): name a checkpoint as best, last, step:N or epoch:N")
            }
        if let found { return found }
        let steps = all.reversed().map { "step:\($0.step)" }
        throw CheckpointError(
            all.isEmpty
                ? "\(path): there is no checkpoint yet"
                : "there is no checkpoint \(name); there are \(steps.joined(separator: ", "))")
    }

    /// Takes over another folder's checkpoint: it stays here when it goes there. Costs no room where files can have two
    /// names, as they are never changed.
    ///
    /// - Throws: `CheckpointError`; nothing of it stays then.
    package func take(over checkpoint: SavedCheckpoint) throws(CheckpointError) -> SavedCheckpoint {
        let name = checkpoint.folderName
        guard let taken = SavedCheckpoint(named: name, in: path) else {
            preconditionFailure("a checkpoint's name is one")
        }
        try inFolder { () throws(FileError) in _ = try Folders.make(path) }
        let hidden = "\(path)/\(Self.hidden)\(Self.randomName)"
        guard mkdir(hidden, 0o777) == 0 else { throw CheckpointError(path, code: errno) }
        for file in Folders.names(in: checkpoint.path) {
            let (from, to) = ("\(checkpoint.path)/\(file)", "\(hidden)/\(file)")
            if link(from, to) == 0 { continue }
            do { try FileManager.default.copyItem(atPath: from, toPath: to) } catch {
                Folders.remove(hidden)
                throw CheckpointError("\(checkpoint.path): cannot be taken over: \(error.localizedDescription)")
            }
        }
        guard rename(hidden, taken.path) == 0 else {
            let code = errno
            Folders.remove(hidden)
            throw CheckpointError(taken.path, code: code)
        }
        return taken
    }

    /// Removes what a process that was killed has left; only for who owns the run.
    package func removeLeftovers() {
        for name in Folders.names(in: path) where name.hasPrefix(Self.hidden) { Folders.remove("\(path)/\(name)") }
    }

    /// Removes all but the two newest and the best.
    func removeOld() {
        // One look at the folder for both questions: a second one that fails must not make all of them old.
        let all = all
        var kept = Set(all.prefix(2))
        if let best = best(of: all) { kept.insert(best) }
        for checkpoint in all where !kept.contains(checkpoint) {
            // Out of sight first, so that a half-removed one is never taken for whole.
            let hidden = "\(path)/\(Self.hidden)old-\(Self.randomName)"
            if rename(checkpoint.path, hidden) == 0 { Folders.remove(hidden) }
        }
    }
}

/// A checkpoint whose files are written but do not count yet. May be handed to another thread.
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

    /// Makes it count: digests, flushes, and the rename. Then all but the two newest and the best go.
    ///
    /// - Throws: `CheckpointError`; nothing of it stays then, and the ones before do.
    @discardableResult
    package func commit() throws(CheckpointError) -> SavedCheckpoint {
        let name = SavedCheckpoint.name(for: position)
        guard let saved = SavedCheckpoint(named: name, in: folder.path) else {
            preconditionFailure("a checkpoint's name is one")
        }
        do throws(CheckpointError) {
            try writeSums()
            for file in names + [SavedCheckpoint.sums] {
                try inFolder { () throws(FileError) in try Folders.flush("\(hidden)/\(file)", as: folder.path) }
            }
            try inFolder { () throws(FileError) in try Folders.flush(hidden, as: folder.path) }
            if rename(hidden, saved.path) != 0 {
                guard errno == EEXIST || errno == ENOTEMPTY else { throw CheckpointError(saved.path, code: errno) }
                try replaceIfDamaged(saved)
            }
            try inFolder { () throws(FileError) in try Folders.flush(folder.path) }
        } catch {
            Folders.remove(hidden)
            throw error
        }
        folder.removeOld()
        return saved
    }

    /// Takes it back.
    package func discard() { Folders.remove(hidden) }

    private func writeSums() throws(CheckpointError) {
        var lines = ""
        for file in names.sorted() {
            guard let digest = Folders.digest(of: "\(hidden)/\(file)") else {
                throw CheckpointError("\(folder.path): what was written cannot be read back")
            }
            lines += "\(digest)  \(file)\n"
        }
        do throws(FileError) {
            try CheckpointFolder.write(Array(lines.utf8), to: "\(hidden)/\(SavedCheckpoint.sums)")
        } catch {
            throw CheckpointError(in: folder.path, error)
        }
    }

    /// Where there is a checkpoint of the same step: a run that is resumed and stopped at once comes by it again, and it
    /// holds the same. Only a damaged one is replaced.
    private func replaceIfDamaged(_ saved: SavedCheckpoint) throws(CheckpointError) {
        do throws(CheckpointError) {
            try saved.verify()
            Folders.remove(hidden)
        } catch {
            Folders.remove(saved.path)
            guard rename(hidden, saved.path) == 0 else { throw CheckpointError(saved.path, code: errno) }
        }
    }
}
