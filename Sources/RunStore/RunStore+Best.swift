// Finds a run's best weights: in its own folder, or in that of a run that it was forked from.

package import Checkpoints
internal import Experiments
internal import GRDB

/// A checkpoint, and the run in whose folder it is.
package struct KeptCheckpoint: Sendable, Hashable {
    package let checkpoint: SavedCheckpoint
    /// The run in whose folder it is.
    package let run: RunInfo
}

extension RunStore {
    /// Returns the checkpoint of a run's best epoch; `nil` if no epoch counts yet, or if it was not saved.
    package func bestCheckpoint(of run: RunInfo) throws(RunStoreError) -> KeptCheckpoint? {
        let step: Int? = try read(or: nil) { database in
            try Int.fetchOne(
                database, sql: "SELECT step FROM epoch_metric WHERE run = ? AND epoch = ?",
                arguments: [run.id, run.bestEpoch])
        }
        guard let step else { return nil }
        return try checkpoint(ofEpochEndingAt: step, of: run)
    }

    /// Finds the checkpoint of the epoch that ended with `step`, of a run or the runs that it was forked from.
    private func checkpoint(ofEpochEndingAt step: Int, of run: RunInfo) throws(RunStoreError) -> KeptCheckpoint? {
        var run = run
        while true {
            if let found = checkpoints(of: run).all.first(where: { $0.step == step && $0.isEvaluated }) {
                return KeptCheckpoint(checkpoint: found, run: run)
            }
            guard let parent = run.parent, step <= run.parentStep ?? 0,
                let next = try fetch("name = ? AND id < ?", [parent, run.id]).first
            else { return nil }
            run = next
        }
    }

    /// Finds the checkpoint that a user names: `last`, `best`, `step:N` or `epoch:N`. If the best one was not saved,
    /// returns the best of the saved ones.
    ///
    /// - Throws: `FileError` that lists the checkpoints, or `RunStoreError`.
    package func checkpoint(named name: String, of run: RunInfo) throws -> KeptCheckpoint {
        if name == "best", let best = try bestCheckpoint(of: run) { return best }
        return KeptCheckpoint(checkpoint: try checkpoints(of: run).checkpoint(named: name), run: run)
    }

    /// Returns a remark if a user gets other weights than named because those were not saved; `nil` otherwise.
    package func remark(on checkpoint: SavedCheckpoint, named name: String, of run: RunInfo) -> String? {
        switch name {
        case "best":
            guard let epoch = run.bestEpoch else {
                return "no epoch has been evaluated yet; these are the last saved weights"
            }
            if (try? bestCheckpoint(of: run))?.checkpoint == checkpoint { return nil }
            return "these are not the best weights; those of epoch \(epoch) were not saved"
        case "last" where checkpoint.step < run.step:
            return "these are not the last weights; those of step \(run.step) were not saved"
        default: return nil
        }
    }

    /// Hard-links the checkpoint of a parent's best epoch into a fork, so that the fork does not depend on its parent.
    /// Takes no space if the file system has hard links.
    ///
    /// - Parameters:
    ///   - step: the last step of that epoch.
    ///   - run: the parent.
    ///   - folder: the fork's checkpoints.
    /// - Throws: `FileError` or `RunStoreError`. A checkpoint that the parent does not have is not an error.
    package func hand(epochEndingAt step: Int, of run: RunInfo, to folder: CheckpointFolder) throws {
        guard !folder.all.contains(where: { $0.step == step && $0.isEvaluated }),
            let kept = try checkpoint(ofEpochEndingAt: step, of: run)
        else { return }
        _ = try folder.take(over: kept.checkpoint)
    }

    /// Hard-links the best weights that forks find in a run's folder, or through it, into their own folders. Only forks
    /// of earlier versions lack their own.
    func handDown(_ run: RunInfo) throws(RunStoreError) {
        let inherited = """
            id > ? AND (SELECT step FROM epoch_metric WHERE epoch_metric.run = run.id AND epoch = best_epoch) <= parent_step
            """
        for fork in try fetch(inherited, [run.id]) {
            guard let best = try bestCheckpoint(of: fork), best.run.id != fork.id else { continue }
            // If that fails, as on a full disk, the fork continues without.
            _ = try? checkpoints(of: fork).take(over: best.checkpoint)
        }
    }
}
