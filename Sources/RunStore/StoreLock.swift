// Write access to a store: one process at a time locks a file beside it, for a whole transaction and the checkpoint of
// the write-ahead log that may follow.
//
// SQLite before 3.51.3 can lose a commit when a checkpoint is in progress while another connection commits and resets
// the log (https://sqlite.org/wal.html, "The WAL-reset bug"). With the lock, a checkpoint never coincides with a
// commit; readers need no lock.

internal import Foundation
internal import Glibc

/// The lock, held as long as this object exists. Meanwhile Ctrl-Z does not stop the process.
final class StoreLock: Sendable {
    /// -1 on a file system without locks, where SQLite's own must suffice, and where nothing can be written anyway.
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        Suspension.end()
    }

    /// Waits for the lock.
    ///
    /// - Parameters:
    ///   - isShared: excludes writers, but not others who share the lock.
    ///   - patience: seconds to wait.
    ///   - onWait: called once after two seconds.
    /// - Throws: `RunStoreError` if another process keeps it locked.
    static func take(
        _ folder: String, isShared: Bool = false, patience: Double, onWait: (@Sendable () -> Void)? = nil
    ) throws(RunStoreError) -> StoreLock {
        var tries = 0
        while true {
            Suspension.begin()
            if let descriptor = attempt("\(folder)/.lock", isShared ? LOCK_SH : LOCK_EX) {
                return StoreLock(descriptor)
            }
            Suspension.end()
            guard Double(tries) / 100 < patience else {
                throw RunStoreError(
                    "\(folder)/runs.sqlite: another program has locked it; try again when that has ended")
            }
            if tries == 200 { onWait?() }
            usleep(10_000)
            tries += 1
        }
    }

    /// - Returns: the locked file, -1 if there is nothing to lock, `nil` while another process has it locked.
    private static func attempt(_ path: String, _ operation: Int32) -> Int32? {
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
        // Another user's file can be locked although it cannot be written.
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return -1 }
        var (opened, named) = (stat(), stat())
        if flock(descriptor, operation | LOCK_NB) != 0 {
            let isTaken = errno == EWOULDBLOCK || errno == EINTR
            close(descriptor)
            return isTaken ? nil : -1
        }
        // A lock on a file that has been removed meanwhile is worthless.
        if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino { return descriptor }
        close(descriptor)
        return nil
    }
}

/// Returns whether a folder is on a file system known to be local, where all processes share memory maps, as the
/// write-ahead log requires. On any other, such as a network file system, a store keeps its rollback journal.
func canShareMemory(in folder: String) -> Bool {
    guard let real = realpath(folder, nil) else { return false }
    defer { free(real) }
    let path = String(cString: real) + "/"
    let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo") ?? Data()
    var (place, type) = ("", "")
    for line in String(decoding: mounts, as: UTF8.self).split(separator: "\n") {
        // 36 35 98:0 /root /mount/point options … - type device options
        let words = line.split(separator: " ")
        guard words.count > 4, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
        let mount = words[4].replacing("\\040", with: " ")
        // Of several mounts at one path, the last one is visible.
        if path.hasPrefix(mount.hasSuffix("/") ? mount : mount + "/"), mount.count >= place.count {
            (place, type) = (String(mount), String(words[dash + 1]))
        }
    }
    return ["ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "overlay"].contains(type)
}
