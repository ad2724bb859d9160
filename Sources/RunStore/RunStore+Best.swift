// Where a run's best weights are kept: in its own folder, or in that of a run that it goes back to.

package import Checkpoints
internal import Experiments
internal import GRDB

/// A checkpoint, and the run whose folder it is in.
package struct KeptCheckpoint: Sendable, Hashable {
    /// The checkpoint.
    package let checkpoint: SavedCheckpoint
    /// The run that keeps it.
    package let run: RunInfo
}

extension RunStore {
    /// The checkpoint of a run's best epoch; `nil` where no epoch counts yet, or nobody has kept it.
    package func bestCheckpoint(of run: RunInfo) throws(RunStoreError) -> KeptCheckpoint? {
        let step: Int? = try read(or: nil) { database in
            try Int.fetchOne(
                database, sql: "SELECT step FROM epoch_metric WHERE run = ? AND epoch = ?",
                arguments: [run.id, run.bestEpoch])
        }
        guard let step else { return nil }
        return try checkpoint(ofEpochEndingAt: step, of: run)
    }

    /// The checkpoint of an epoch that ended with `step`, of a run or the runs that it was forked from.
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

    /// The checkpoint that a user names: `last`, `best`, `step:N` or `epoch:N`. Where the best one is not kept, it is the
    /// best one that is.
    ///
    /// - Throws: `CheckpointError` that lists what there is, or `RunStoreError`.
    package func checkpoint(named name: String, of run: RunInfo) throws -> KeptCheckpoint {
        if name == "best", let best = try bestCheckpoint(of: run) { return best }
        return KeptCheckpoint(checkpoint: try checkpoints(of: run).checkpoint(named: name), run: run)
    }

    /// What is to be said where a user gets other weights than were named, as those were not kept; `nil` if they are.
    package func remark(on checkpoint: SavedCheckpoint, named name: String, of run: RunInfo) -> String? {
        switch name {
        case "best":
            guard let epoch = run.bestEpoch else {
                return "no epoch has been evaluated yet; these are the last saved weights"
            }
            if (try? bestCheckpoint(of: run))?.checkpoint == checkpoint { return nil }
            return "these are not the best weights: those of epoch \(epoch) were not saved"
        case "last" where checkpoint.step < run.step:
            return "these are not the last weights: the run reached step \(run.step), and those were not saved"
        default: return nil
        }
    }

    /// Has a fork keep the checkpoint of its parent's best epoch, so that it needs its parent no more. Costs no room where
    /// files can have two names.
    ///
    /// - Parameters:
    ///   - step: the step with which that epoch ended.
    ///   - run: the parent.
    ///   - folder: the fork's checkpoints.
    /// - Throws: `CheckpointError` or `RunStoreError`. That the parent has not kept it is no error.
    package func hand(epochEndingAt step: Int, of run: RunInfo, to folder: CheckpointFolder) throws {
        guard !folder.all.contains(where: { $0.step == step && $0.isEvaluated }),
            let kept = try checkpoint(ofEpochEndingAt: step, of: run)
        else { return }
        _ = try folder.take(over: kept.checkpoint)
    }

    /// Has forks keep the weights of their best epoch that a run, or one that is found through it, keeps for them. Those of
    /// earlier versions have none of their own.
    func handDown(_ run: RunInfo) throws(RunStoreError) {
        let inherited = """
            id > ? AND (SELECT step FROM epoch_metric WHERE epoch_metric.run = run.id AND epoch = best_epoch) <= parent_step
            """
        for fork in try fetch(inherited, [run.id]) {
            guard let best = try bestCheckpoint(of: fork), best.run.id != fork.id else { continue }
            // A fork that cannot have it, as on a full disk, continues without.
            _ = try? checkpoints(of: fork).take(over: best.checkpoint)
        }
    }
}
