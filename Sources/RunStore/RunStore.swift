// The store of runs: one SQLite file that several processes can use at once, and one folder for each run beside it.

package import Checkpoints
internal import Experiments
internal import Files
internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

/// All runs in a folder.
package final class RunStore: Sendable {
    package let folder: String
    /// A message about how it was opened, such as a damaged file that was renamed.
    package let notice: String?
    private let database: StoreDatabase?
    /// Suffix of an empty file that marks a damaged store.
    private static let damaged = "-is-damaged"
    let cache = Mutex<RunsCache?>(nil)

    /// Returns `$XDG_STATE_HOME/vgglab`, else `~/.local/state/vgglab`; `nil` for a user without a home.
    package static func defaultFolder(environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/vgglab" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/vgglab" }
        return getpwuid(getuid())?.pointee.pw_dir.map { "\(String(cString: $0))/.local/state/vgglab" }
    }

    /// Opens the store in `folder`.
    ///
    /// - Parameters:
    ///   - creates: whether it is opened for training: it is created if missing, and a damaged file is renamed.
    ///     Otherwise nothing is created, and a missing store has no runs.
    ///   - checks: whether to check the integrity of the whole file first, which takes a second for millions of
    ///     metrics; otherwise it is checked only if it was marked as damaged.
    ///   - isPrivate: whether a new folder is accessible only for its owner; otherwise the process's umask applies.
    ///   - patience: seconds to wait while another process writes.
    ///   - onWait: called once, on any thread, after waiting for another process for two seconds.
    /// - Throws: `RunStoreError` if it cannot be used.
    package init(
        folder: String, creates: Bool, checks: Bool = true, isPrivate: Bool = false, patience: Double = 10,
        onWait: (@Sendable () -> Void)? = nil
    ) throws(RunStoreError) {
        self.folder = folder
        let path = "\(folder)/runs.sqlite"
        guard try Self.check(folder, path) || creates else {
            database = nil
            notice = nil
            return
        }
        if creates {
            do throws(FileError) { try Folders.make(folder, isPrivate: isPrivate) } catch {
                throw RunStoreError("\(error)", .otherFolder)
            }
            Self.makeFile(path)
        }
        // One process at a time creates, migrates or renames the file.
        let lock = try creates ? StoreLock.take(folder, patience: patience, onWait: onWait) : nil
        defer { withExtendedLifetime(lock) {} }
        func open(checks: Bool) throws -> StoreDatabase {
            let database = StoreDatabase(folder: folder, patience: patience, onWait: onWait)
            try database.open(creates: creates, checks: checks)
            return database
        }

        var notice: String?
        let mark = path + Self.damaged
        do {
            let isSuspect = Folders.exists(mark)
            database = try open(checks: creates && (checks || isSuspect))
            if creates && isSuspect { unlink(mark) }
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            guard creates else { throw RunStoreError(path, error) }
            do {
                let aside = try Self.putAside(path)
                notice = "\(path): was damaged; it was renamed to \(aside), and a new store was started"
                unlink(mark)
                Self.makeFile(path)
                database = try open(checks: false)
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

    /// Creates an empty file if missing: SQLite itself would never give write permission to a group.
    private static func makeFile(_ path: String) {
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if file >= 0 { close(file) }
    }

    /// Checks what is at the path of a store.
    ///
    /// - Returns: whether there is a store's file.
    /// - Throws: `RunStoreError` if something else is there, or if this user has no permission.
    private static func check(_ folder: String, _ path: String) throws(RunStoreError) -> Bool {
        guard let place = try kind(of: folder) else { return false }
        guard place == S_IFDIR else {
            throw RunStoreError("\(folder): is not a folder", .otherFolder)
        }
        switch try kind(of: path) {
        case nil: return false
        case S_IFREG:
            guard access(path, R_OK) == 0 || errno != EACCES else { throw RunStoreError.unreadable(path) }
            return true
        case S_IFDIR: throw RunStoreError("\(path): is a folder in the place of the store's file; move it away")
        default: throw RunStoreError("\(path): is not a regular file; move it away")
        }
    }

    /// Returns the kind of file at a path; `nil` if there is none.
    private static func kind(of path: String) throws(RunStoreError) -> mode_t? {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT }
        if errno == EACCES { throw RunStoreError.unreadable(path) }
        return nil
    }

    /// Renames a damaged file, and its journal, which is needed to repair it.
    private static func putAside(_ path: String) throws -> String {
        let day = Date().formatted(.iso8601.year().month().day())
        let names = sequence(first: 1) { $0 + 1 }.lazy.map { "\(path).damaged-\(day)-\($0)" }
        guard let aside = names.first(where: { !FileManager.default.fileExists(atPath: $0) }),
            rename(path, aside) == 0
        else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        for suffix in ["-journal", "-wal"] { rename(path + suffix, aside + suffix) }
        unlink("\(path)-shm")
        return aside
    }

    /// Checks the integrity of the whole file, while the store may be in use.
    ///
    /// - Throws: `RunStoreError` if it is damaged; the next process that opens the store for training renames the file.
    package func check() throws(RunStoreError) {
        do { try database?.check() } catch { throw wrapped(error) }
    }

    /// Returns the folder of a run's own files.
    package func folder(of run: RunInfo) -> String { folder(named: run.name) }

    /// Returns the path of a run's experiment, from which it can be trained again.
    package func experimentPath(of run: RunInfo) -> String { experimentPath(of: run.name) }

    /// Returns a run's checkpoints.
    package func checkpoints(of run: RunInfo) -> CheckpointFolder {
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
            let mark = Glibc.open(path + Self.damaged, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
            if mark >= 0 { close(mark) }
        }
        return error as? RunStoreError ?? RunStoreError(path, error)
    }
}
