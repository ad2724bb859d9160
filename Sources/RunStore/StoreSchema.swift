// The store's tables. Versions only go forward: a change is a new migration at the end.

internal import GRDB

enum StoreSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE,
                        experiment TEXT NOT NULL,
                        experiment_hash TEXT NOT NULL,
                        state TEXT NOT NULL,
                        reason TEXT NOT NULL DEFAULT '',
                        host TEXT NOT NULL,
                        machine TEXT NOT NULL,
                        threads INTEGER NOT NULL,
                        engine TEXT NOT NULL,
                        program TEXT NOT NULL,
                        dataset TEXT NOT NULL,
                        data_checksum TEXT NOT NULL,
                        created_at REAL NOT NULL,
                        ended_at REAL,
                        elapsed_seconds REAL NOT NULL DEFAULT 0,
                        step INTEGER NOT NULL DEFAULT 0,
                        steps_per_epoch INTEGER NOT NULL,
                        epoch INTEGER NOT NULL DEFAULT 0,
                        epochs INTEGER NOT NULL,
                        loss REAL, train_accuracy REAL, test_accuracy REAL,
                        best_accuracy REAL, best_epoch INTEGER,
                        examples_per_second REAL,
                        peak_memory_bytes INTEGER,
                        parent_name TEXT, parent_step INTEGER,
                        note TEXT NOT NULL DEFAULT ''
                    );
                    CREATE TABLE name_counter (base TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
                    CREATE TABLE tag (
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        tag TEXT NOT NULL,
                        PRIMARY KEY (run, tag)
                    ) WITHOUT ROWID;
                    CREATE TABLE step_metric (
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        step INTEGER NOT NULL,
                        sequence INTEGER NOT NULL,
                        time REAL NOT NULL,
                        epoch INTEGER NOT NULL,
                        step_in_epoch INTEGER NOT NULL,
                        loss REAL, mean_loss REAL, mean_accuracy REAL,
                        examples_per_second REAL, elapsed_seconds REAL, remaining_seconds REAL,
                        PRIMARY KEY (run, step)
                    ) WITHOUT ROWID;
                    CREATE TABLE epoch_metric (
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        epoch INTEGER NOT NULL,
                        step INTEGER NOT NULL,
                        sequence INTEGER NOT NULL,
                        time REAL NOT NULL,
                        train_loss REAL, train_accuracy REAL, test_loss REAL, test_accuracy REAL,
                        examples_per_second REAL, step_examples_per_second REAL,
                        elapsed_seconds REAL, remaining_seconds REAL,
                        PRIMARY KEY (run, epoch)
                    ) WITHOUT ROWID;
                    CREATE TABLE event (
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        sequence INTEGER NOT NULL,
                        record TEXT NOT NULL,
                        PRIMARY KEY (run, sequence)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2") { database in
            try database.execute(
                sql: """
                    ALTER TABLE step_metric ADD COLUMN gradient_norm REAL;
                    ALTER TABLE step_metric ADD COLUMN dead_share REAL;
                    """)
        }
        // Each change of what a list shows of a run gives it the next revision, so that a live list reads only what has
        // changed. No references change, so their checks are skipped.
        migrator.registerMigration("3", foreignKeyChecks: .immediate) { database in
            let count = "UPDATE revision SET last = last + 1"
            func mark(_ run: String) -> String {
                "\(count); UPDATE run SET revision = (SELECT last FROM revision) WHERE id = \(run);"
            }
            try database.execute(
                sql: """
                    ALTER TABLE run ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
                    CREATE INDEX run_revision ON run (revision);
                    CREATE TABLE revision (last INTEGER NOT NULL, deletions INTEGER NOT NULL);
                    INSERT INTO revision VALUES (0, 0);
                    CREATE TRIGGER run_added AFTER INSERT ON run BEGIN \(mark("NEW.id")) END;
                    CREATE TRIGGER run_changed AFTER UPDATE ON run WHEN NEW.revision = OLD.revision
                        BEGIN \(mark("NEW.id")) END;
                    CREATE TRIGGER run_deleted AFTER DELETE ON run
                        BEGIN UPDATE revision SET deletions = deletions + 1; END;
                    CREATE TRIGGER tag_added AFTER INSERT ON tag BEGIN \(mark("NEW.run")) END;
                    CREATE TRIGGER tag_removed AFTER DELETE ON tag BEGIN \(mark("OLD.run")) END;
                    """)
        }
        // The first epoch that counts for the best: earlier ones were evaluated on other images.
        migrator.registerMigration("4", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "ALTER TABLE run ADD COLUMN best_from INTEGER NOT NULL DEFAULT 0")
        }
        // The data set's facts as JSON. Earlier runs recorded some of them in their start.
        migrator.registerMigration("5", foreignKeyChecks: .immediate) { database in
            try database.execute(
                sql: """
                    ALTER TABLE run ADD COLUMN data_facts TEXT;
                    UPDATE run SET data_facts = (
                        SELECT json_object(
                            'name', json_extract(record, '$.experiment.data.dataset'),
                            'num_classes', json_extract(record, '$.num_classes'),
                            'train_examples', json_extract(record, '$.train_examples'),
                            'test_examples', json_extract(record, '$.test_examples'))
                        FROM (SELECT CASE WHEN json_valid(record) THEN record END AS record, sequence
                            FROM event WHERE event.run = run.id)
                        WHERE json_extract(record, '$.event') = 'run_started' ORDER BY sequence LIMIT 1);
                    """)
        }
        migrator.registerMigration("6", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        migrator.registerMigration("7", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "ALTER TABLE step_metric ADD COLUMN layers TEXT")
        }
        // The recorded place of each step, and of a run's last one: the epochs that a fork inherits may have other
        // numbers of steps. Forks of earlier versions take them from their parents.
        migrator.registerMigration("8", foreignKeyChecks: .immediate) { database in
            try database.execute(
                sql: """
                    ALTER TABLE step_metric ADD COLUMN steps_per_epoch INTEGER;
                    ALTER TABLE step_metric ADD COLUMN examples_seen INTEGER;
                    ALTER TABLE run ADD COLUMN last_step_epoch INTEGER;
                    ALTER TABLE run ADD COLUMN last_step_in_epoch INTEGER;
                    UPDATE step_metric SET steps_per_epoch = (
                        SELECT parent.steps_per_epoch FROM run JOIN run AS parent ON parent.name = run.parent_name
                        WHERE run.id = step_metric.run AND step_metric.step <= run.parent_step)
                    WHERE run IN (
                        SELECT run.id FROM run JOIN run AS parent ON parent.name = run.parent_name
                        WHERE parent.steps_per_epoch != run.steps_per_epoch);
                    UPDATE run SET (last_step_epoch, last_step_in_epoch) = (
                        SELECT epoch, step_in_epoch FROM step_metric WHERE step_metric.run = run.id ORDER BY step DESC LIMIT 1);
                    """)
        }
        // Speeds over the last seconds besides means, seconds of training and evaluation, and the progress of an
        // evaluation.
        migrator.registerMigration("9", foreignKeyChecks: .immediate) { database in
            try database.execute(
                sql: """
                    ALTER TABLE step_metric ADD COLUMN mean_examples_per_second REAL;
                    ALTER TABLE epoch_metric ADD COLUMN train_seconds REAL;
                    ALTER TABLE epoch_metric ADD COLUMN evaluation_seconds REAL;
                    ALTER TABLE run ADD COLUMN evaluated_share REAL;
                    """)
            try fillInStepsPerEpoch(database)
        }
        // Schedules change it from step to step.
        migrator.registerMigration("10", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "ALTER TABLE step_metric ADD COLUMN learning_rate REAL")
        }
        migrator.registerMigration("11", foreignKeyChecks: .immediate) { database in
            try database.execute(
                sql: """
                    ALTER TABLE epoch_metric ADD COLUMN validation_loss REAL;
                    ALTER TABLE epoch_metric ADD COLUMN validation_accuracy REAL;
                    ALTER TABLE run ADD COLUMN best_validation REAL;
                    """)
        }
        return migrator
    }

    /// Fills in the steps per epoch of what forks of earlier versions inherit: from their parents' rows, oldest forks
    /// first; if a parent is gone, from the places of its steps.
    private static func fillInStepsPerEpoch(_ database: Database) throws {
        let forks = try Row.fetchAll(
            database,
            sql: """
                SELECT run.id, run.parent_step, parent.id AS parent, parent.steps_per_epoch
                FROM run LEFT JOIN run AS parent ON parent.name = run.parent_name
                WHERE run.parent_name IS NOT NULL ORDER BY run.id
                """)
        for fork in forks {
            try database.execute(
                sql: """
                    UPDATE step_metric SET steps_per_epoch = ifnull(
                        (SELECT old.steps_per_epoch FROM step_metric AS old
                            WHERE old.run = :parent AND old.step = step_metric.step),
                        ifnull(:stepsPerEpoch, CASE WHEN epoch > 1 THEN (step - step_in_epoch) / (epoch - 1) END))
                    WHERE run = :run AND step <= :step AND examples_seen IS NULL
                    """,
                arguments: [
                    "run": fork["id"], "step": fork["parent_step"], "parent": fork["parent"],
                    "stepsPerEpoch": fork["steps_per_epoch"],
                ])
        }
    }

    /// "vggl", in the header of the file, by which `file` and other programs can identify it.
    private static let applicationID = 0x7667_676C

    /// Returns whether a database is a store, or empty. Those of the first three versions have no ID in their header.
    static func isOurs(_ database: Database) throws -> Bool {
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if id == applicationID { return true }
        guard id == 0 else { return false }
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
            || database.tableExists("run") && database.tableExists("grdb_migrations")
    }
}
