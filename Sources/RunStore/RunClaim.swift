// Whose run it is: a file that the owning process holds locked. The system lets go of it when the process ends, in
// whatever way, so that no owner can be dead, and no process number is ever mistaken for another's.

internal import Checkpoints
internal import Foundation
internal import Glibc

/// A run that this process alone may train, until this object is gone.
public final class RunClaim: Sendable {
    private let descriptor: Int32

    /// Who holds a run.
    public struct Owner: Codable, Sendable {
        let user: String
        let host: String
        /// The number of the process.
        public let process: Int32
        let since: String

        /// `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
        public var text: String { "\(user)@\(host), process \(process), since \(since)" }
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Claims the run of this folder, which is made where it is missing.
    ///
    /// - Throws: `RunStoreError`, within a second, that names the owner if there is one.
    static func take(_ folder: String, of name: String) throws(RunStoreError) -> RunClaim {
        let path = "\(folder)/owner"
        do throws(CheckpointError) { try Folders.make(folder) } catch {
            throw RunStoreError("\(error); choose another folder with --runs DIR")
        }
        // Somebody who only looks whether a run is held holds it himself for some microseconds; and a lock on the file
        // of a run that was deleted meanwhile is a lock on nothing.
        for _ in 0..<20 {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else {
                // The folder was there just now: somebody removes it.
                if errno == ENOENT { throw RunStoreError("run \(name) has been deleted") }
                throw RunStoreError(CheckpointError(folder, code: errno).description)
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                let claim = RunClaim(descriptor)
                guard isFile(descriptor, at: path) else { continue }
                claim.sign()
                return claim
            }
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK || code == EINTR else {
                throw RunStoreError(
                    "\(path): this file system cannot lock files (\(String(cString: strerror(code)))); "
                        + "choose a folder on another one with --runs DIR")
            }
            usleep(10_000)
        }
        throw RunStoreError("run \(name) is being trained by \(owner(path)?.text ?? "another process")")
    }

    /// Whether a file that is open is still the one of this name.
    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev
            && opened.st_ino == named.st_ino
    }

    /// Writes who holds it, for others to name.
    private func sign() {
        let owner = Owner(
            user: NSUserName(), host: ProcessInfo.processInfo.hostName, process: getpid(),
            since: Date().formatted(.iso8601))
        if let json = try? JSONEncoder().encode(owner) {
            ftruncate(descriptor, 0)
            _ = json.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    static func owner(_ path: String) -> Owner? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Owner.self, from: $0) }
    }

    /// Whether some process holds the run of this folder.
    static func isHeld(_ folder: String) -> Bool {
        // Read only, so that a store that cannot be written can be looked at, too.
        let descriptor = open("\(folder)/owner", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Shared, so that two that look do not see each other.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
