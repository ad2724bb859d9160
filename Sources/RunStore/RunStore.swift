// The store of runs: one SQLite file that several processes use at once, and a folder for each run beside it.

public import Checkpoints
internal import Foundation
internal import GRDB
internal import Glibc
public import RunLog
internal import Synchronization

/// Every run that vgglab has made in a folder.
public final class RunStore: Sendable {
    /// Where it is.
    public let folder: String
    /// What a person should know about how it was opened, such as a damaged file that was put aside.
    public let notice: String?
    private let commands: CommandText
    private let database: DatabaseQueue?
    private let busyMode: Database.BusyMode
    /// Stands behind the file's name in that of an empty file that says that damage was found.
    private static let damaged = "-is-damaged"
    let cache = Mutex<RunsCache?>(nil)

    /// `$XDG_STATE_HOME/vgglab`, else `~/.local/state/vgglab`.
    public static func defaultFolder(environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/vgglab" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/vgglab" }
        let entry = getpwuid(getuid())?.pointee.pw_dir.map { String(cString: $0) }
        return "\(entry ?? "/tmp")/.local/state/vgglab"
    }

    /// Opens the store in `folder`.
    ///
    /// - Parameters:
    ///   - creates: whether it is to be trained in: it is made where there is none, and a damaged file is put aside.
    ///     Otherwise nothing is made, and a store that is not there has no runs.
    ///   - checks: whether the file is read whole first, which takes a second for millions of metrics; otherwise only
    ///     where it was found damaged before.
    ///   - patience: seconds to wait while another process writes.
    ///   - commands: makes commands about this store.
    ///   - onWait: called, on any thread, when another process has been waited for two seconds.
    /// - Throws: `RunStoreError` where it cannot be used.
    public init(
        folder: String, creates: Bool, checks: Bool = true, patience: Double = 10,
        commands: CommandText = CommandText(),
        onWait: (@Sendable () -> Void)? = nil
    ) throws(RunStoreError) {
        self.folder = folder
        busyMode = Self.busyMode(patience, onWait)
        self.commands = commands
        let path = "\(folder)/runs.sqlite"
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
            throw RunStoreError("\(folder): is not a folder; choose another one with --runs DIR")
        }
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw RunStoreError("\(path): is a folder in the place of the store's file; move it away")
        }
        guard creates || FileManager.default.fileExists(atPath: path) else {
            database = nil
            notice = nil
            return
        }
        if creates {
            do throws(CheckpointError) { try Folders.make(folder) } catch {
                throw RunStoreError("\(error); choose another folder with --runs DIR")
            }
        }
        // One process at a time makes, moves forward or puts aside.
        let lock = Glibc.open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { if lock >= 0 { close(lock) } }
        if lock >= 0 { flock(lock, LOCK_EX) }

        var notice: String?
        let mark = path + Self.damaged
        do {
            let isSuspect = FileManager.default.fileExists(atPath: mark)
            database = try Self.connect(path, creates: creates, checks: creates && (checks || isSuspect), busyMode)
            if creates && isSuspect { unlink(mark) }
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            guard creates else { throw RunStoreError(path, error) }
            do {
                let aside = try Self.putAside(path)
                notice = "\(path): is damaged; it is kept as \(aside), and a new one is begun"
                unlink(mark)
                database = try Self.connect(path, creates: creates, checks: false, busyMode)
            } catch {
                throw RunStoreError(path, error)
            }
        } catch let error as RunStoreError {
            throw error
        } catch {
            throw RunStoreError(path, error)
        }
        self.notice = notice
    }

    /// Tries every hundredth of a second, and says when that has taken long.
    private static func busyMode(_ patience: Double, _ onWait: (@Sendable () -> Void)?) -> Database.BusyMode {
        .callback { tries in
            if tries == 200 { onWait?() }
            usleep(10_000)
            return Double(tries) / 100 < patience
        }
    }

    /// Gives a damaged file another name, and its journal, without which it cannot be mended.
    private static func putAside(_ path: String) throws -> String {
        let day = Date().formatted(.iso8601.year().month().day())
        let names = sequence(first: 1) { $0 + 1 }.lazy.map { "\(path).damaged-\(day)-\($0)" }
        guard let aside = names.first(where: { !FileManager.default.fileExists(atPath: $0) }),
            rename(path, aside) == 0
        else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        rename("\(path)-journal", "\(aside)-journal")
        return aside
    }

    /// Reads the whole file, beside other uses of the store.
    ///
    /// - Throws: `RunStoreError` if it is damaged; whoever opens the store to train in it next puts the file aside.
    public func check() throws(RunStoreError) {
        guard database != nil else { return }
        let path = "\(folder)/runs.sqlite"
        do {
            var configuration = Configuration()
            configuration.busyMode = busyMode
            configuration.readonly = true
            try DatabaseQueue(path: path, configuration: configuration).read(Self.check)
        } catch {
            throw wrapped(error)
        }
    }

    private static func check(_ database: Database) throws {
        if let flaw = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), flaw != "ok" {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: flaw)
        }
    }

    private static func connect(
        _ path: String, creates: Bool, checks: Bool, _ busyMode: Database.BusyMode
    ) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = busyMode
        configuration.prepareDatabase { database in
            // Not WAL: SQLite before 3.51.3 can lose it when it is reset while another process writes.
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = StoreSchema.migrator
        let (isNewer, isCurrent) = try database.read { database in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            if checks { try check(database) }
            return (try migrator.hasBeenSuperseded(database), try migrator.hasCompletedMigrations(database))
        }
        if isNewer { throw RunStoreError("\(path): was written by a newer vgglab; update this one") }
        // A store on a read-only disk can be looked at: where nothing is to be done nothing is written, and an older one
        // has all that is told of it.
        if !isCurrent {
            do { try migrator.migrate(database) } catch let error as DatabaseError
                where error.resultCode == .SQLITE_READONLY
            {
                if creates { throw error }
            }
        }
        return database
    }

    /// A command about this store for a user to copy.
    public func command(_ command: CommandText.Command, _ operand: String? = nil, _ options: [String] = []) -> String {
        commands.line(command, operand, options)
    }

    /// The folder of a run's own files.
    public func folder(of run: RunInfo) -> String { folder(named: run.name) }

    /// A run's experiment as a file that can be trained again.
    public func experimentPath(of run: RunInfo) -> String { experimentPath(of: run.name) }

    /// A run's checkpoints.
    public func checkpoints(of run: RunInfo) -> CheckpointFolder {
        CheckpointFolder("\(folder(of: run))/checkpoints", bestFrom: run.bestFrom)
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
        let path = "\(folder)/runs.sqlite"
        if [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains((error as? DatabaseError)?.resultCode) {
            let mark = Glibc.open(path + Self.damaged, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            if mark >= 0 { close(mark) }
        }
        return error as? RunStoreError ?? RunStoreError(path, error)
    }
}
