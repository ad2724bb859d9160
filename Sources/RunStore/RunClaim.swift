// The ownership of a run: a folder, and a file in it, that the owning process has locked. The system releases the locks
// however the process ends, so no owner can be dead, and no process ID is ever mistaken for another process's.

internal import Checkpoints
internal import Files
internal import Foundation
internal import Glibc
internal import Synchronization

/// The exclusive right of this process to train a run, as long as this object exists.
package final class RunClaim: Sendable {
    /// Two locks, because either file can be removed while a process has it locked: the next process must get both.
    private struct Locks {
        /// -1 on a file system that cannot lock a folder.
        var folder: Int32
        var owner: Int32

        func release() {
            close(owner)
            if folder >= 0 { close(folder) }
        }
    }

    private let path: String
    private let name: String
    private let locks: Mutex<Locks>

    private init(_ path: String, _ name: String, _ locks: Locks) {
        self.path = path
        self.name = name
        self.locks = Mutex(locks)
    }

    deinit { locks.withLock { $0.release() } }

    /// Claims the run of this folder, which is created if missing.
    ///
    /// - Parameters:
    ///   - isNew: whether the folder has just been created for the run.
    ///   - experiment: the run's experiment as YAML, which identifies a folder without our mark.
    /// - Throws: `RunStoreError`, within a second, that names the owner if there is one; also if the folder is not
    ///   ours.
    static func take(
        _ folder: String, of name: String, isNew: Bool = false, experiment: String = ""
    ) throws(RunStoreError) -> RunClaim {
        let isMade: Bool
        do throws(FileError) { isMade = try Folders.make(folder) } catch {
            throw RunStoreError("\(error)", .otherFolder)
        }
        guard isNew || isMade || RunFolder.isOurs(folder, name: name, experiment: experiment) else {
            throw RunStoreError("\(folder): was not created by vgglab for run \(name); move it elsewhere")
        }
        do throws(RunStoreError) {
            return RunClaim(folder, name, try lock(folder, of: name))
        } catch {
            if isNew || isMade {
                unlink("\(folder)/owner")
                rmdir(folder)
            }
            throw error
        }
    }

    private static func lock(_ folder: String, of name: String) throws(RunStoreError) -> Locks {
        // Checking whether a run is locked locks it for some microseconds; and if the run has been deleted meanwhile, a
        // lock on its file is worthless.
        for _ in 0..<20 {
            let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard place >= 0 else { throw failure(errno, folder, name) }
            var locks = Locks(folder: place, owner: -1)
            if flock(place, LOCK_EX | LOCK_NB) != 0 {
                if errno == EWOULDBLOCK || errno == EINTR {
                    close(place)
                    usleep(10_000)
                    continue
                }
                close(place)
                locks.folder = -1
            }
            do throws(RunStoreError) {
                if let owner = try lockOwner(of: folder, name) {
                    locks.owner = owner
                    return locks
                }
            } catch {
                if locks.folder >= 0 { close(locks.folder) }
                throw error
            }
            if locks.folder >= 0 { close(locks.folder) }
            usleep(10_000)
        }
        throw RunStoreError("run \(name) is being trained by \(RunOwner(in: folder)?.text ?? "another process")")
    }

    /// Locks and signs the `owner` file in a folder.
    ///
    /// - Returns: its descriptor; `nil` if another process has it locked.
    private static func lockOwner(of folder: String, _ name: String) throws(RunStoreError) -> Int32? {
        let path = "\(folder)/owner"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        guard descriptor >= 0 else { throw failure(errno, folder, name) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            guard isFile(descriptor, at: path) else {
                close(descriptor)
                return nil
            }
            RunOwner(of: name).sign(descriptor)
            return descriptor
        }
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK || code == EINTR else {
            throw RunStoreError(
                "\(path): this file system cannot lock files (\(String(cString: strerror(code))))", .otherFileSystem)
        }
        return nil
    }

    private static func failure(_ code: Int32, _ folder: String, _ name: String) -> RunStoreError {
        // The folder has just been there: someone is removing it.
        if code == ENOENT { return RunStoreError("run \(name) has been deleted") }
        return RunStoreError(FileError(.folder, folder, code: code).description)
    }

    /// Returns whether an open file is still the one with this name.
    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev
            && opened.st_ino == named.st_ino
    }

    /// Restores the run's folder or `owner` file if it was removed.
    ///
    /// - Returns: whether something was missing.
    /// - Throws: `RunStoreError` if it cannot be created, or if another process has the run now.
    func restore() throws(RunStoreError) -> Bool {
        let result = locks.withLock { locks in
            Result { () throws(RunStoreError) in
                let hasFolder = locks.folder < 0 || Self.isFile(locks.folder, at: path)
                if hasFolder && Self.isFile(locks.owner, at: "\(path)/owner") { return false }
                guard hasFolder else {
                    do throws(FileError) { try Folders.make(path) } catch { throw RunStoreError("\(error)") }
                    let new = try Self.lock(path, of: name)
                    locks.release()
                    locks = new
                    return true
                }
                guard let owner = try Self.lockOwner(of: path, name) else {
                    throw RunStoreError("run \(name) is being trained by another process, too")
                }
                close(locks.owner)
                locks.owner = owner
                return true
            }
        }
        return try result.get()
    }

    /// Returns whether any process has locked the run of this folder.
    static func isHeld(_ folder: String) -> Bool {
        isLocked("\(folder)/owner", O_NOFOLLOW | O_NONBLOCK) || isLocked(folder, O_DIRECTORY)
    }

    private static func isLocked(_ path: String, _ flags: Int32) -> Bool {
        // Read-only, so that this works in a store that cannot be written, too.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Shared, so that two simultaneous checks do not affect each other.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
