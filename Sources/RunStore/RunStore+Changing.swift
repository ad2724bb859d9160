// Changes of the store: new runs, notes and tags, rolling back to a checkpoint, deleting.

internal import Checkpoints
internal import Files
internal import ExperimentFiles
package import Experiments
internal import Foundation
internal import GRDB
internal import Glibc

extension RunStore {
    /// Creates a run with a new name, and claims it before it becomes visible to other processes.
    package func create(_ new: NewRun) throws(RunStoreError) -> (run: RunInfo, claim: RunClaim) {
        let text = ExperimentFile.yaml(for: new.experiment)
        var made: (name: String, claim: RunClaim)?
        do throws(RunStoreError) {
            return try write { database in
                let name = try new.reserved?.name ?? unusedName(new.experiment.name, database)
                let claim =
                    try new.reserved?.takeClaim() ?? RunClaim.take(folder(named: name), of: name, isNew: true)
                made = (name, claim)
                keep(experiment: text, of: name)
                return (try insert(new, text, name, database), claim)
            }
        } catch {
            if let made { RunFolder.remove(folder(named: made.name), name: made.name) }
            throw error
        }
    }

    /// Stores the experiment beside the checkpoints, which identifies them if the store is lost.
    private func keep(experiment: String, of name: String) {
        try? CheckpointFolder.write(Array(experiment.utf8), to: experimentPath(of: name))
    }

    func experimentPath(of name: String) -> String { "\(folder(named: name))/experiment.yaml" }

    /// Finds a name that neither a run nor a folder has had, such as a folder of a store that was lost; creates its
    /// folder.
    func unusedName(_ base: String, _ database: Database) throws -> String {
        guard ExperimentFile.isName(base) else {
            throw RunStoreError("\(base): no run can have this name because a folder has it")
        }
        while true {
            let number = try Int.fetchOne(
                database,
                sql: """
                    INSERT INTO name_counter (base, last) VALUES (?, 1)
                    ON CONFLICT (base) DO UPDATE SET last = max(last, 0) + 1 RETURNING last
                    """, arguments: [base])
            let name = "\(base)-\(number ?? 1)"
            if try Folders.make(folder(named: name)) { return name }
        }
    }

    private func insert(_ new: NewRun, _ text: String, _ name: String, _ database: Database) throws -> RunInfo {
        try database.execute(
            sql: """
                INSERT INTO run (name, experiment, experiment_hash, state, host, machine, threads, engine, program,
                    dataset, data_checksum, created_at, steps_per_epoch, epochs, parent_name, parent_step, best_from,
                    data_facts)
                VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                name, text, Self.hash(text), ProcessInfo.processInfo.hostName, new.machine,
                new.threads, new.engine, new.program, new.dataset, new.dataChecksum,
                Date().timeIntervalSince1970, new.stepsPerEpoch, new.experiment.training.epochs,
                new.parent?.run.name, new.parent?.position.step, new.bestFrom, new.facts?.stored,
            ])
        let id = database.lastInsertedRowID
        if let parent = new.parent {
            try Self.copyMetrics(of: parent.run, until: parent.position, to: id, database)
            try Self.refresh(id, database)
        }
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run WHERE id = ?", arguments: [id]) else {
            throw RunStoreError("\(folder): a new run was lost")
        }
        return try RunInfo(row, tags: [])
    }

    private static func hash(_ text: String) -> String {
        SHA256.hexadecimal(of: text)
    }

    /// Copies the metrics that a fork inherits.
    private static func copyMetrics(
        of parent: RunInfo, until position: RunPosition, to run: Int64, _ database: Database
    ) throws {
        func copy(_ table: String, where condition: String, replacing: [String: String] = [:]) throws {
            let columns = try database.columns(in: table).map(\.name)
            let values = columns.map { $0 == "run" ? ":run" : replacing[$0] ?? $0 }.joined(separator: ", ")
            try database.execute(
                sql: """
                    INSERT INTO \(table) (\(columns.joined(separator: ", "))) SELECT \(values) FROM \(table)
                    WHERE run = :parent AND \(condition)
                    """, arguments: ["run": run, "parent": parent.id])
        }
        // Steps of earlier versions do not record how many steps their epochs have.
        try copy(
            "step_metric", where: "step <= \(position.step)",
            replacing: ["steps_per_epoch": "ifnull(steps_per_epoch, \(parent.stepsPerEpoch))"])
        try copy("epoch_metric", where: "epoch < \(position.epoch)")
    }

    /// Claims a run for this process, until the claim is released or the process ends.
    ///
    /// - Throws: `RunStoreError` that names the owner, within a second, if there is one.
    package func claim(_ run: RunInfo) throws(RunStoreError) -> RunClaim {
        let deleted = RunStoreError("run \(run.name) has been deleted")
        // Before anything is created for it, and again when nobody else can delete it.
        guard try read(or: false, { try exists(run, $0) }) else { throw deleted }
        let claim = try RunClaim.take(folder(of: run), of: run.name, experiment: run.experimentText)
        guard try read(or: false, { try exists(run, $0) }) else {
            RunFolder.remove(folder(of: run), name: run.name)
            throw deleted
        }
        // A killed process that was deleting the run has removed it.
        if !Folders.exists(experimentPath(of: run.name)) { keep(experiment: run.experimentText, of: run.name) }
        return claim
    }

    /// Restores what was removed of a run's folder while it trains.
    ///
    /// - Returns: whether something was missing.
    /// - Throws: `RunStoreError` if it cannot be created, or if another process trains the run now.
    func restore(_ run: RunInfo, by claim: RunClaim) throws(RunStoreError) -> Bool {
        guard try claim.restore() else { return false }
        if !Folders.exists(experimentPath(of: run.name)) { keep(experiment: run.experimentText, of: run.name) }
        return true
    }

    /// Rolls a run back to a checkpoint: deletes what was recorded later, which will be recorded again.
    ///
    /// - Returns: the sequence number of the run's next record.
    package func resume(_ run: RunInfo, from position: RunPosition, by claim: RunClaim) throws(RunStoreError) -> Int {
        try write { database in
            try database.execute(
                sql: "DELETE FROM step_metric WHERE run = ? AND step > ?", arguments: [run.id, position.step])
            try database.execute(
                sql: "DELETE FROM epoch_metric WHERE run = ? AND epoch >= ?", arguments: [run.id, position.epoch])
            try database.execute(
                sql:
                    "UPDATE run SET state = 'running', reason = '', ended_at = NULL, evaluated_share = NULL WHERE id = ?",
                arguments: [run.id])
            try Self.refresh(run.id, database)
            return try nextSequence(of: run, database)
        }
    }

    private func nextSequence(of run: RunInfo, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT max(ifnull((SELECT max(sequence) FROM step_metric WHERE run = :run), -1),
                    ifnull((SELECT max(sequence) FROM epoch_metric WHERE run = :run), -1),
                    ifnull((SELECT max(sequence) FROM event WHERE run = :run), -1)) + 1
                """, arguments: ["run": run.id]) ?? 0
    }

    /// Returns the sequence number of a run's next record.
    package func nextSequence(of run: RunInfo) throws(RunStoreError) -> Int {
        try read(or: 0) { try nextSequence(of: run, $0) }
    }

    /// Updates the columns that a list shows from a run's metrics.
    static func refresh(_ run: Int64, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE run SET
                    step = ifnull((SELECT max(step) FROM step_metric WHERE run = :run), 0),
                    elapsed_seconds = max(
                        ifnull((SELECT elapsed_seconds FROM step_metric WHERE run = :run ORDER BY step DESC LIMIT 1), 0),
                        ifnull((SELECT elapsed_seconds FROM epoch_metric WHERE run = :run ORDER BY epoch DESC LIMIT 1), 0)),
                    examples_per_second =
                        (SELECT examples_per_second FROM step_metric WHERE run = :run ORDER BY step DESC LIMIT 1),
                    (last_step_epoch, last_step_in_epoch) =
                        (SELECT epoch, step_in_epoch FROM step_metric WHERE run = :run ORDER BY step DESC LIMIT 1),
                    loss = (SELECT mean_loss FROM step_metric WHERE run = :run ORDER BY step DESC LIMIT 1),
                    train_accuracy = (SELECT mean_accuracy FROM step_metric WHERE run = :run ORDER BY step DESC LIMIT 1),
                    epoch = 0, test_accuracy = NULL, best_accuracy = NULL, best_epoch = NULL,
                    best_validation = NULL
                WHERE id = :run
                """, arguments: ["run": run])
        try database.execute(
            sql: """
                UPDATE run SET (epoch, test_accuracy) =
                        (SELECT epoch, test_accuracy FROM epoch_metric WHERE run = :run ORDER BY epoch DESC LIMIT 1),
                    (best_accuracy, best_validation, best_epoch) =
                        (SELECT test_accuracy, validation_accuracy, epoch FROM epoch_metric
                        WHERE run = :run AND epoch >= run.best_from
                        ORDER BY ifnull(validation_accuracy, test_accuracy) DESC, epoch LIMIT 1)
                WHERE id = :run AND EXISTS (SELECT 1 FROM epoch_metric WHERE run = :run)
                """, arguments: ["run": run])
    }

    /// Replaces the note of a run.
    package func setNote(_ note: String, of run: RunInfo) throws(RunStoreError) {
        try write { database in
            try require(run, database)
            try database.execute(sql: "UPDATE run SET note = ? WHERE id = ?", arguments: [note, run.id])
        }
    }

    /// Adds tags to a run and removes others.
    package func changeTags(of run: RunInfo, add: [String], remove: [String]) throws(RunStoreError) {
        try write { database in
            try require(run, database)
            for tag in add {
                try database.execute(
                    sql: "INSERT OR IGNORE INTO tag (run, tag) VALUES (?, ?)", arguments: [run.id, tag])
            }
            for tag in remove {
                try database.execute(sql: "DELETE FROM tag WHERE run = ? AND tag = ?", arguments: [run.id, tag])
            }
        }
    }

    /// Checks that a run has not been deleted since it was read.
    private func require(_ run: RunInfo, _ database: Database) throws {
        guard try exists(run, database) else { throw RunStoreError("run \(run.name) has been deleted") }
    }

    private func exists(_ run: RunInfo, _ database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)", arguments: [run.id]) == true
    }

    /// Deletes a run and its files. Links in its folder, and a link in the place of its folder, are removed, not
    /// followed.
    ///
    /// - Throws: `RunStoreError` that names the owner if a process trains it.
    package func delete(_ run: RunInfo) throws(RunStoreError) {
        let folder = folder(of: run)
        let claim = try claimForDeletion(run)
        try handDown(run)
        // Without this file, the folder is a leftover once the row is deleted, even if this process is killed. A linked
        // folder is not ours.
        if Folders.isFolder(folder) { unlink(experimentPath(of: run.name)) }
        do throws(RunStoreError) {
            try deleteRow(of: run)
        } catch {
            if Folders.isFolder(folder) { keep(experiment: run.experimentText, of: run.name) }
            throw error
        }
        RunFolder.remove(folder, name: run.name)
        withExtendedLifetime(claim) {}
        if FileManager.default.fileExists(atPath: folder) {
            throw RunStoreError("run \(run.name) is deleted, but files are left in \(folder)")
        }
    }

    /// Claims a run, unless its folder is a link: nothing is created where that leads.
    private func claimForDeletion(_ run: RunInfo) throws(RunStoreError) -> RunClaim? {
        let folder = folder(of: run)
        guard Folders.isLink(folder) else { return try claim(run) }
        guard try read(or: false, { try exists(run, $0) }) else {
            throw RunStoreError("run \(run.name) has been deleted")
        }
        if RunClaim.isHeld(folder) { throw RunStoreError("run \(run.name) is being trained by another process") }
        return nil
    }

    /// Deletes a run's row, after its checkpoints if the disk is full, because changing the store needs some space.
    private func deleteRow(of run: RunInfo) throws(RunStoreError) {
        func delete() throws(RunStoreError) {
            try write { try $0.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run.id]) }
        }
        do throws(RunStoreError) {
            return try delete()
        } catch {
            let folder = folder(of: run)
            guard error.isOfFullDisk, Folders.isFolder(folder) else { throw error }
            Folders.remove(checkpoints(of: run).path)
        }
        do throws(RunStoreError) {
            try delete()
        } catch {
            throw RunStoreError("run \(run.name) has lost its checkpoints but could not be deleted: \(error)")
        }
    }
}
