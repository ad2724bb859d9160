// The location of a store, how it is opened, and what happens to an unusable one.

import TestSupport
import Experiments
import Foundation
import GRDB
import RunStore
import Testing

@Suite struct RunStoreTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    @Test(arguments: [
        (["XDG_STATE_HOME": "/state", "HOME": "/home/a"], "/state/vgglab"),
        (["XDG_STATE_HOME": "relative", "HOME": "/home/a"], "/home/a/.local/state/vgglab"),
        (["XDG_STATE_HOME": "", "HOME": "/home/a"], "/home/a/.local/state/vgglab"),
    ]) func `the folder follows the XDG base directories`(environment: [String: String], folder: String) {
        #expect(RunStore.defaultFolder(environment: environment) == folder)
    }

    @Test(arguments: [[:], ["HOME": ""], ["HOME": "somewhere"]])
    func `without HOME the system's user database gives the home folder`(
        environment: [String: String]
    ) throws {
        let entry = try #require(getpwuid(getuid())?.pointee.pw_dir.map { String(cString: $0) })
        #expect(RunStore.defaultFolder(environment: environment) == "\(entry)/.local/state/vgglab")
    }

    @Test func `reading does not create a store`() throws {
        let folder = temporary.file("none")
        let store = try RunStore(folder: folder, creates: false)
        #expect(try store.runs().isEmpty && store.names().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(throws: RunStoreError.self) { try store.create(.made()) }
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `the default store is private, and others follow their folder and umask`() throws {
        let before = umask(0o002)
        defer { umask(before) }
        let usual = try RunStore(folder: temporary.file("usual/vgglab"), creates: true, isPrivate: true)
        _ = try usual.create(.made())
        for path in ["usual", "usual/vgglab"] { #expect(try mode(of: temporary.file(path)) == 0o700) }
        let shared = try RunStore(folder: temporary.file("a/b"), creates: true)
        let (run, _) = try shared.create(.made())
        for path in [temporary.file("a"), shared.folder, shared.folder(of: run)] {
            #expect(try mode(of: path) == 0o775, "\(path)")
        }
        for path in ["runs.sqlite", ".lock", "runs/a-1/owner", "runs/a-1/experiment.yaml"] {
            #expect(try mode(of: "\(shared.folder)/\(path)") == 0o664, "\(path)")
        }
    }

    @Test func `another program's database is left alone`() throws {
        let path = temporary.file("runs.sqlite")
        try temporary.database().write { try $0.execute(sql: "CREATE TABLE run (a); INSERT INTO run VALUES (1)") }
        let bytes = try Data(contentsOf: URL(filePath: path))
        for creates in [true, false] {
            let error = #expect(throws: RunStoreError.self) { try temporary.store(creates: creates) }
            #expect(error?.description == "\(path): is another program's database")
            #expect(error?.remedy == .otherFolder)
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test func `a store has its application ID in the header`() throws {
        _ = try temporary.store()
        #expect(try temporary.database().read { try Int.fetchOne($0, sql: "PRAGMA application_id") } == 0x7667_676C)
        try temporary.database().write { try $0.execute(sql: "PRAGMA application_id = 7") }
        #expect(throws: RunStoreError.self) { try temporary.store() }
    }

    @Test(arguments: [true, false]) func `a named pipe in place of the store's file is reported`(creates: Bool)
        throws
    {
        let path = temporary.file("runs.sqlite")
        #expect(mkfifo(path, 0o600) == 0)
        let error = #expect(throws: RunStoreError.self) { try temporary.store(creates: creates) }
        #expect(error?.description == "\(path): is not a regular file; move it away")
    }

    @Test(arguments: [true, false]) func `a file is not a folder of runs`(creates: Bool) throws {
        let file = temporary.file("file")
        try Data("x".utf8).write(to: URL(filePath: file))
        let error = #expect(throws: RunStoreError.self) { try RunStore(folder: file, creates: creates) }
        #expect(error?.description == "\(file): is not a folder")
        #expect(error?.remedy == .otherFolder)
        let within = #expect(throws: RunStoreError.self) { try RunStore(folder: "\(file)/a", creates: true) }
        #expect(within?.description.contains("cannot be written") == true)
    }

    /// Kinds of damage to a store's file.
    enum Damage: CaseIterable { case text, cutOff, pageOverwritten, empty }

    private func damage(_ damage: Damage) throws -> Data {
        let url = URL(filePath: temporary.file("runs.sqlite"))
        var bytes = try Data(contentsOf: url)
        switch damage {
        case .text: bytes = Data(repeating: UInt8(ascii: "x"), count: 10_000)
        case .cutOff: bytes.removeLast(bytes.count / 2)
        case .pageOverwritten:
            // A table of metrics, so that all tables still exist.
            let sql = "SELECT rootpage FROM sqlite_master WHERE name = 'step_metric'"
            let page = try temporary.database().read { try #require(try Int.fetchOne($0, sql: sql)) }
            for place in (page - 1) * 4096..<page * 4096 { bytes[place] = 0xA5 }
        case .empty: bytes = Data()
        }
        try bytes.write(to: url)
        return bytes
    }

    @Test(arguments: Damage.allCases) func `a damaged store is renamed and does not prevent training`(
        damage: Damage
    ) throws {
        _ = try temporary.store().create(.made())
        let bytes = try self.damage(damage)
        let store = try temporary.store()
        #expect(try store.runs().isEmpty)
        let (run, _) = try store.create(.made())
        // The lost run's folder still exists, with its checkpoints and its experiment.
        #expect(run.name == "a-2")
        #expect(FileManager.default.fileExists(atPath: temporary.file("runs/a-1/experiment.yaml")))
        if damage == .empty { return }  // SQLite treats it as a new one
        let notice = try #require(store.notice)
        #expect(notice.hasPrefix("\(temporary.file("runs.sqlite")): was damaged; it was renamed to "))
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        let aside = try #require(names.first { $0.contains(".damaged-") && !$0.hasSuffix("-wal") })
        #expect(try Data(contentsOf: URL(filePath: temporary.file(aside))) == bytes)
        #expect(notice.contains(aside))

        // A second damaged store of the same day gets a different name.
        _ = try self.damage(.text)
        _ = try temporary.store()
        let all = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(all.count { $0.contains(".damaged-") && !$0.hasSuffix("-wal") } == 2)
    }

    @Test(arguments: [false, true]) func `a folder in place of the store's file is reported`(creates: Bool)
        throws
    {
        let path = temporary.file("runs.sqlite")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = #expect(throws: RunStoreError.self) { try temporary.store(creates: creates) }
        #expect(error?.description == "\(path): is a folder in the place of the store's file; move it away")
    }

    @Test func `reading a damaged store leaves it in place`() throws {
        _ = try temporary.store().create(.made())
        let bytes = try damage(.text)
        let error = #expect(throws: RunStoreError.self) { try temporary.store(creates: false) }
        #expect(error?.description.hasPrefix("\(temporary.file("runs.sqlite")): is damaged; ") == true)
        #expect(try Data(contentsOf: URL(filePath: temporary.file("runs.sqlite"))) == bytes)
    }

    @Test func `damage found while a store is used is remembered until it is opened again`() throws {
        let store = try temporary.store(checks: false)
        _ = try store.create(.made())
        try store.check()
        try temporary.database().inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        _ = try damage(.pageOverwritten)
        // The fast open does not check for it, and the first page is intact.
        _ = try temporary.store(checks: false)
        let error = #expect(throws: RunStoreError.self) { try store.check() }
        #expect(error?.description.hasPrefix("\(temporary.file("runs.sqlite")): is damaged; ") == true)
        let next = try temporary.store(checks: false)
        #expect(next.notice?.contains("it was renamed to ") == true)
        #expect(try next.runs().isEmpty)
        #expect(try temporary.store(checks: false).notice == nil)
    }

    @Test func `a store suspected without reason stays in use`() throws {
        _ = try temporary.store().create(.made())
        try Data().write(to: URL(filePath: temporary.file("runs.sqlite-is-damaged")))
        let store = try temporary.store(checks: false)
        #expect(store.notice == nil)
        #expect(try store.runs().count == 1)
        #expect(!FileManager.default.fileExists(atPath: temporary.file("runs.sqlite-is-damaged")))
    }

    @Test(arguments: [true, false]) func `a store of a newer version is refused`(creates: Bool) throws {
        _ = try temporary.store().create(.made())
        try temporary.database().write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        let error = #expect(throws: RunStoreError.self) { try temporary.store(creates: creates) }
        #expect(
            error?.description
                == "\(temporary.file("runs.sqlite")): was written by a newer vgglab; update this one")
    }

    @Test func `a store of version 1 opens with its runs`() throws {
        try temporary.database().write { try $0.execute(sql: versionOne) }
        let store = try temporary.store(creates: false)
        let run = try store.run(named: "old-1")
        #expect(try store.runs() == [run])
        // Triggers of later versions work as in new stores.
        try temporary.store().setNote("moved forward", of: run)
        #expect(try store.runs().map(\.note) == ["moved forward"])
        #expect(run.state == .completed)
        #expect(run.tags == ["first"])
        #expect(try store.epochs(of: run).map(\.testAccuracy) == [0.8])
        #expect(try store.steps(of: run).map(\.loss) == [0.5])
        #expect(try store.steps(of: run).map(\.gradientNorm) == [nil])
        #expect(try temporary.store().create(.made("old")).run.name == "old-2")
    }

    @Test func `two processes use one store`() throws {
        let (one, other) = (try temporary.store(), try temporary.store())
        let (run, claim) = try one.create(.made())
        #expect(try other.runs().map(\.name) == ["a-1"])
        #expect(try other.runs()[0].state == .running)
        try other.setNote("seen", of: run)
        try other.changeTags(of: run, add: ["b", "a"], remove: [])
        #expect(try one.runs()[0].note == "seen")
        #expect(try one.runs(newest: 1)[0].tags == ["a", "b"])
        try one.changeTags(of: run, add: [], remove: ["b"])
        #expect(try one.runs()[0].tags == ["a"])
        withExtendedLifetime(claim) {}
    }

    private func journalMode() throws -> String? {
        try temporary.database().read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
    }

    @Test func `runs are read while another program is writing`() throws {
        let writing = try temporary.store()
        let (run, _) = try writing.create(.made())
        let other = try temporary.database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE; UPDATE run SET note = 'half'") }
        let store = try temporary.store(creates: false, patience: 0)
        #expect(try store.runs().map(\.note) == [""])
        #expect(try store.run(named: "a").name == "a-1")
        #expect(try store.records(of: run).isEmpty)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        #expect(try store.runs().map(\.note) == ["half"])
    }

    @Test func `a store with a rollback journal is read, and switched to a write-ahead log for training`() throws {
        try temporary.database().write { try $0.execute(sql: versionOne) }
        _ = try temporary.store(creates: false).runs()
        #expect(try journalMode() == "delete")
        #expect(try temporary.store().runs().count == 1)
        #expect(try journalMode() == "wal")
    }

    @Test func `simultaneous writers take turns without loss`() throws {
        let run = try temporary.store().create(.made()).run
        let folder = temporary.path
        DispatchQueue.concurrentPerform(iterations: 6) { number in
            guard let store = try? RunStore(folder: folder, creates: number == 0) else { return }
            for tag in 0..<40 {
                try? store.changeTags(of: run, add: ["\(number)-\(tag)"], remove: [])
                _ = try? store.runs()
            }
        }
        #expect(try temporary.store().run(named: "a").tags.count == 240)
        try temporary.store().check()
    }

    @Test func `a writer waits for the store's lock, and after a while is told that it is locked`() throws {
        let store = try temporary.store(patience: 0.05)
        let (run, _) = try store.create(.made())
        let lock = open(temporary.file(".lock"), O_RDWR)
        #expect(flock(lock, LOCK_EX) == 0)
        let error = #expect(throws: RunStoreError.self) { try store.setNote("x", of: run) }
        #expect(error?.description.hasSuffix("another program has locked it; try again when that has ended") == true)
        #expect(try store.run(named: "a").note == "")
        #expect(try temporary.store(creates: false, patience: 0).runs().count == 1)
        close(lock)
        try store.setNote("x", of: run)
        #expect(try store.run(named: "a").note == "x")
    }

    @Test func `a store locked by another program is reported after a while`() throws {
        let store = try temporary.store(patience: 0.05)
        let (run, _) = try store.create(.made())
        let other = try temporary.database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let error = #expect(throws: RunStoreError.self) { try store.setNote("x", of: run) }
        #expect(error?.description.hasSuffix("another program has locked it; try again when that has ended") == true)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try store.setNote("x", of: run)
    }
}

/// The tables of the first version, with a run. Never change them: such stores exist.
private let versionOne = """
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1');
    CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL,
        experiment_hash TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', host TEXT NOT NULL,
        machine TEXT NOT NULL, threads INTEGER NOT NULL, engine TEXT NOT NULL, program TEXT NOT NULL,
        dataset TEXT NOT NULL, data_checksum TEXT NOT NULL, created_at REAL NOT NULL, ended_at REAL,
        elapsed_seconds REAL NOT NULL DEFAULT 0, step INTEGER NOT NULL DEFAULT 0, steps_per_epoch INTEGER NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 0, epochs INTEGER NOT NULL, loss REAL, train_accuracy REAL, test_accuracy REAL,
        best_accuracy REAL, best_epoch INTEGER, examples_per_second REAL, peak_memory_bytes INTEGER, parent_name TEXT,
        parent_step INTEGER, note TEXT NOT NULL DEFAULT '');
    CREATE TABLE name_counter (base TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE tag (
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, tag TEXT NOT NULL,
        PRIMARY KEY (run, tag)) WITHOUT ROWID;
    CREATE TABLE step_metric (
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, step INTEGER NOT NULL, sequence INTEGER NOT NULL,
        time REAL NOT NULL, epoch INTEGER NOT NULL, step_in_epoch INTEGER NOT NULL, loss REAL, mean_loss REAL,
        mean_accuracy REAL, examples_per_second REAL, elapsed_seconds REAL, remaining_seconds REAL,
        PRIMARY KEY (run, step)) WITHOUT ROWID;
    CREATE TABLE epoch_metric (
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
        sequence INTEGER NOT NULL, time REAL NOT NULL, train_loss REAL, train_accuracy REAL, test_loss REAL,
        test_accuracy REAL, examples_per_second REAL, step_examples_per_second REAL, elapsed_seconds REAL,
        remaining_seconds REAL,
        PRIMARY KEY (run, epoch)) WITHOUT ROWID;
    CREATE TABLE event (
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, sequence INTEGER NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (run, sequence)) WITHOUT ROWID;
    INSERT INTO run VALUES (
        1, 'old-1', 'name: old', 'abc', 'completed', '', 'host', 'machine', 2, 'engine', 'vgglab 0.1.0', 'data', 'abc',
        1e9, 1e9, 7, 3, 3, 1, 1, 0.6, 0.7, 0.8, 0.8, 1, 100, 1000, NULL, NULL, '');
    INSERT INTO name_counter VALUES ('old', 1);
    INSERT INTO tag VALUES (1, 'first');
    INSERT INTO step_metric VALUES (1, 1, 1, 1e9, 1, 1, 0.5, 0.5, 0.5, 10, 1, 2);
    INSERT INTO epoch_metric VALUES (1, 1, 3, 4, 1e9, 0.6, 0.7, 0.5, 0.8, 10, 20, 7, 0);
    INSERT INTO event VALUES (1, 0, '{}');
    """
