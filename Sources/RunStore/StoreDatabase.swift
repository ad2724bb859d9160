// The store's file, used by several processes at once: readers never wait for a writer, and writers take turns.

internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

final class StoreDatabase: Sendable {
    private let folder: String
    private let patience: Double
    private let onWait: (@Sendable () -> Void)?
    /// `nil` if only the file itself can be read: on a disk that is full or read-only, the log's shared memory cannot
    /// be created.
    private let connection = Mutex<DatabaseQueue?>(nil)

    private var path: String { "\(folder)/runs.sqlite" }

    init(folder: String, patience: Double, onWait: (@Sendable () -> Void)?) {
        self.folder = folder
        self.patience = patience
        self.onWait = onWait
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        // Tries every hundredth of a second, and reports when that takes long.
        configuration.busyMode = .callback { [patience, onWait] tries in
            if tries == 200 { onWait?() }
            usleep(10_000)
            return Double(tries) / 100 < patience
        }
        // Copies the log into the file after each commit, so that it takes no more space than a journal.
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1")
        }
        return configuration
    }

    /// Opens the file, and if it is opened for training, migrates it to this version and sets the journal mode for its
    /// file system.
    ///
    /// - Parameters:
    ///   - creates: whether it is opened for training; the caller must have the store's lock then.
    ///   - checks: whether to check the integrity of the whole file.
    func open(creates: Bool, checks: Bool) throws {
        let migrator = StoreSchema.migrator
        let look = { [path] (database: Database) throws -> (Bool, Bool, String?) in
            guard try StoreSchema.isOurs(database) else {
                throw RunStoreError("\(path): is another program's database", .otherFolder)
            }
            if checks { try Self.check(database) }
            return (
                try migrator.hasBeenSuperseded(database), try migrator.hasCompletedMigrations(database),
                try String.fetchOne(database, sql: "PRAGMA journal_mode")
            )
        }
        // Reading only the file would wait for the lock, and a store opened for training must be written anyway.
        let (isNewer, isCurrent, journal) = creates ? try connected().read(look) : try read(look)
        if isNewer { throw RunStoreError("\(path): was written by a newer vgglab; update this one") }
        let wanted = canShareMemory(in: folder) ? "wal" : "delete"
        guard !isCurrent || creates && journal != wanted else { return }
        do {
            guard creates else { return try exclusively { try migrator.migrate($0) } }
            // If other processes have it open in another mode, that mode stays.
            if journal != wanted {
                try? connected().inDatabase { try $0.execute(sql: "PRAGMA journal_mode = \(wanted)") }
            }
            try migrator.migrate(try connected())
        } catch let error as DatabaseError where !creates && error.cannotWrite {
            // A store that cannot be written is read as it is: older versions have all required columns.
        }
    }

    /// Checks the integrity of the whole file, while the store may be in use.
    func check() throws {
        var configuration = configuration
        configuration.readonly = true
        try DatabaseQueue(path: path, configuration: configuration).read(Self.check)
    }

    private static func check(_ database: Database) throws {
        if let flaw = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), flaw != "ok" {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: flaw)
        }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do { return try connected().read(body) } catch let error as DatabaseError where error.isOfSharedMemory {
            return try readAlone(body)
        }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try exclusively { try $0.write(body) }
    }

    /// Runs `body` with the store's lock.
    private func exclusively<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        let lock = try StoreLock.take(folder, patience: patience, onWait: onWait)
        defer { withExtendedLifetime(lock) {} }
        return try body(try connected())
    }

    private func connected() throws -> DatabaseQueue {
        try connection.withLock { connection in
            if let connection { return connection }
            let new = try DatabaseQueue(path: path, configuration: configuration)
            // SQLite touches nothing before the first statement.
            _ = try new.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            connection = new
            return new
        }
    }

    /// Reads only the file, while no process can write it: all commits are in it, or in its journal.
    private func readAlone<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let lock = try StoreLock.take(folder, isShared: true, patience: patience, onWait: onWait)
        defer { withExtendedLifetime(lock) {} }
        for log in ["\(path)-wal", "\(path)-journal"] {
            var status = stat()
            guard stat(log, &status) != 0 || status.st_size == 0 else {
                throw RunStoreError(
                    "\(log): contains changes that cannot be read without writing here; copy the folder to another disk"
                )
            }
        }
        var configuration = Configuration()
        configuration.readonly = true
        let name = path.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "/")))
        return try DatabaseQueue(path: "file:\(name ?? path)?immutable=1", configuration: configuration).read(body)
    }
}

extension DatabaseError {
    /// Whether the log's shared memory cannot be created or used here.
    fileprivate var isOfSharedMemory: Bool {
        switch extendedResultCode {
        case .SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP, .SQLITE_READONLY_CANTINIT,
            .SQLITE_READONLY_CANTLOCK, .SQLITE_READONLY_DIRECTORY:
            true
        default: resultCode == .SQLITE_CANTOPEN
        }
    }

    /// Whether the file cannot be written by this user, or on this disk.
    var cannotWrite: Bool {
        [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM].contains(resultCode) || isOfSharedMemory
    }
}
