// The store of runs: one SQLite file that several processes use at once, and a folder for each run beside it.

public import Checkpoints
internal import Foundation
internal import GRDB
internal import Glibc

/// Every run that vgglab has made in a folder.
public final class RunStore: Sendable {
    /// Where it is.
    public let folder: String
    /// What a person should know about how it was opened, such as a damaged file that was put aside.
    public let notice: String?
    private let database: DatabaseQueue?

    /// `$XDG_STATE_HOME/vgglab`, else `~/.local/state/vgglab`.
    public static func defaultFolder(environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/vgglab" }
        return "\(environment["HOME"] ?? NSHomeDirectory())/.local/state/vgglab"
    }

    /// Opens the store in `folder`.
    ///
    /// - Parameter creates: whether to make it where there is none; else an empty one is shown and nothing is made.
    /// - Throws: `RunStoreError` where it cannot be used. A damaged file is put aside and not lost.
    public init(folder: String, creates: Bool) throws(RunStoreError) {
        self.folder = folder
        let path = "\(folder)/runs.sqlite"
        guard creates || FileManager.default.fileExists(atPath: path) else {
            database = nil
            notice = nil
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw RunStoreError("\(folder): cannot be made; choose another folder with --runs DIR")
        }
        // One process at a time makes, moves forward or puts aside.
        let lock = Glibc.open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { if lock >= 0 { close(lock) } }
        if lock >= 0 { flock(lock, LOCK_EX) }

        var notice: String?
        do {
            database = try Self.connect(path)
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            let aside = "\(path).damaged-\(Int(Date().timeIntervalSince1970))"
            guard rename(path, aside) == 0 else { throw RunStoreError(path, error) }
            rename("\(path)-journal", "\(aside)-journal")
            notice = "\(path): is damaged; it is kept as \(aside), and a new one is begun"
            do { database = try Self.connect(path) } catch { throw RunStoreError(path, error) }
        } catch let error as RunStoreError {
            throw error
        } catch {
            throw RunStoreError(path, error)
        }
        self.notice = notice
    }

    private static func connect(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            // Not WAL: SQLite before 3.51.3 can lose it when it is reset while another process writes.
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = StoreSchema.migrator
        let isNewer = try database.read { database in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            return try migrator.hasBeenSuperseded(database)
        }
        if isNewer { throw RunStoreError("\(path): was written by a newer vgglab; update this one") }
        try migrator.migrate(database)
        return database
    }

    /// The folder of a run's own files.
    public func folder(of run: RunInfo) -> String { "\(folder)/runs/\(run.name)" }

    /// A run's checkpoints.
    public func checkpoints(of run: RunInfo) -> CheckpointFolder {
        CheckpointFolder("\(folder(of: run))/checkpoints")
    }

    func read<Result>(or empty: Result, _ body: (Database) throws -> Result) throws(RunStoreError) -> Result {
        guard let database else { return empty }
        do {
            return try database.read(body)
        } catch {
            throw wrapped(error)
        }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws(RunStoreError) -> Result {
        guard let database else { throw RunStoreError("\(folder): there are no runs here") }
        do {
            return try database.write(body)
        } catch {
            throw wrapped(error)
        }
    }

    private func wrapped(_ error: any Error) -> RunStoreError {
        error as? RunStoreError ?? RunStoreError("\(folder)/runs.sqlite", error)
    }

    /// A number that changes when another process has written.
    public func changeCounter() throws(RunStoreError) -> Int {
        try read(or: 0) { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }
}
