// A run that has a name and a folder but no row yet: it waits in a queue, and nobody else gets its name. What a process
// that was killed has left of such runs, and of runs that it was deleting, is removed here.

package import Checkpoints
package import Experiments
internal import Files
internal import GRDB
internal import Synchronization

/// A name for a run that has to wait before it is created, held as the run itself will be.
package final class ReservedRun: Sendable {
    /// The run's name.
    package let name: String
    private let folder: String
    private let claim: Mutex<RunClaim?>

    init(_ name: String, folder: String, claim: RunClaim) {
        self.name = name
        self.folder = folder
        self.claim = Mutex(claim)
    }

    /// The run's checkpoints; what a fork begins with lies there before it begins.
    package var checkpoints: CheckpointFolder { CheckpointFolder("\(folder)/checkpoints") }

    /// Hands over the claim, once.
    func takeClaim() -> RunClaim? {
        claim.withLock { claim in
            defer { claim = nil }
            return claim
        }
    }
}

extension RunStore {
    /// Gives a run its name before it is created.
    package func reserve(for experiment: Experiment) throws(RunStoreError) -> ReservedRun {
        try write { database in
            let name = try unusedName(experiment.name, database)
            let folder = folder(named: name)
            return ReservedRun(name, folder: folder, claim: try RunClaim.take(folder, of: name, isNew: true))
        }
    }

    /// Takes back a name whose run was not created, with what lies in its folder; no other gets it either.
    package func release(_ reserved: ReservedRun) {
        guard let claim = reserved.takeClaim() else { return }
        RunFolder.remove(folder(named: reserved.name), name: reserved.name)
        withExtendedLifetime(claim) {}
    }

    /// Removes folders without a run that a process that was killed has left: of runs that waited, and of runs that it was
    /// deleting. They carry our mark, older than an hour, for a lock may be unseen from another machine. What may belong
    /// to a store that was lost has its `experiment.yaml` and stays.
    package func removeLeftovers() throws(RunStoreError) {
        let known = Set(try names())
        let suspects = Folders.names(in: "\(folder)/runs").filter { !known.contains($0) && isLeftover($0) }
        guard !suspects.isEmpty else { return }
        // Names are given while the store is written, so that none is new here.
        try write { database in
            for name in suspects where isLeftover(name) {
                let isRun = try Bool.fetchOne(
                    database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE name = ?)", arguments: [name])
                guard isRun == false, !RunClaim.isHeld(folder(named: name)) else { continue }
                RunFolder.remove(folder(named: name), name: name)
            }
        }
    }

    private func isLeftover(_ name: String) -> Bool {
        let folder = folder(named: name)
        guard RunInfo.isName(name), RunFolder.isMarked(folder, name: name) else { return false }
        return !Folders.exists("\(folder)/experiment.yaml") && Folders.age(of: "\(folder)/owner") > 3600
    }

    func folder(named name: String) -> String { "\(folder)/runs/\(name)" }
}
