// A run that has a name and a folder but no row yet: it waits in a queue, and its name is reserved. Also removes what a
// killed process left of such runs, and of runs that it was deleting.

package import Checkpoints
package import Experiments
internal import Files
internal import GRDB
internal import Synchronization

/// A name for a run that waits before it is created, locked like the run itself later.
package final class ReservedRun: Sendable {
    package let name: String
    private let folder: String
    private let claim: Mutex<RunClaim?>

    init(_ name: String, folder: String, claim: RunClaim) {
        self.name = name
        self.folder = folder
        self.claim = Mutex(claim)
    }

    /// The run's checkpoints; a fork's first checkpoint is stored there before it starts.
    package var checkpoints: CheckpointFolder { CheckpointFolder("\(folder)/checkpoints") }

    /// Takes the claim, once.
    func takeClaim() -> RunClaim? {
        claim.withLock { claim in
            defer { claim = nil }
            return claim
        }
    }
}

extension RunStore {
    /// Reserves a name for a run before it is created.
    package func reserve(for experiment: Experiment) throws(RunStoreError) -> ReservedRun {
        try write { database in
            let name = try unusedName(experiment.name, database)
            let folder = folder(named: name)
            return ReservedRun(name, folder: folder, claim: try RunClaim.take(folder, of: name, isNew: true))
        }
    }

    /// Releases the name of a run that was not created, and removes its folder. The name is not reused.
    package func release(_ reserved: ReservedRun) {
        guard let claim = reserved.takeClaim() else { return }
        RunFolder.remove(folder(named: reserved.name), name: reserved.name)
        withExtendedLifetime(claim) {}
    }

    /// Removes folders without a run that a killed process has left: of queued runs, and of runs that it was deleting.
    /// They must have our mark, older than an hour, because a lock may be invisible from another machine. A folder with
    /// an `experiment.yaml` may belong to a lost store and stays.
    package func removeLeftovers() throws(RunStoreError) {
        let known = Set(try names())
        let suspects = Folders.names(in: "\(folder)/runs").filter { !known.contains($0) && isLeftover($0) }
        guard !suspects.isEmpty else { return }
        // Names are reserved inside a transaction, so no reservation can happen meanwhile.
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
