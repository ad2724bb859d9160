// Whose run it is: a file that the owning process holds locked. The system lets go of it when the process ends, in
// whatever way, so that no owner can be dead, and no process number is ever mistaken for another's.

internal import Foundation
internal import Glibc

/// A run that this process alone may train, until this object is gone.
public final class RunClaim: Sendable {
    private let descriptor: Int32

    /// Who holds a run.
    private struct Owner: Codable {
        let user: String
        let host: String
        let process: Int32
        let since: String

        var text: String { "\(user)@\(host), process \(process), since \(since)" }
    }

    init(_ folder: String, name: String) throws(RunStoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw RunStoreError("\(folder): cannot be made; choose another folder with --runs DIR")
        }
        let path = "\(folder)/owner"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw RunStoreError("\(path): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // The owner writes its name right after it has the lock.
            var owner = Self.owner(path)
            for _ in 0..<20 where owner == nil {
                usleep(10_000)
                owner = Self.owner(path)
            }
            close(descriptor)
            throw RunStoreError("run \(name) is being trained by \(owner?.text ?? "another process")")
        }
        let owner = Owner(
            user: NSUserName(), host: ProcessInfo.processInfo.hostName, process: getpid(),
            since: Date().formatted(.iso8601))
        if let json = try? JSONEncoder().encode(owner) {
            ftruncate(descriptor, 0)
            _ = json.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    deinit { close(descriptor) }

    private static func owner(_ path: String) -> Owner? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Owner.self, from: $0) }
    }

    /// Whether some process holds the run of this folder.
    static func isHeld(_ folder: String) -> Bool {
        let descriptor = open("\(folder)/owner", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Shared, so that two that look do not see each other.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
