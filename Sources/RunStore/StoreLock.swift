// Who writes a store: one process at a time holds a file beside it locked, for a whole transaction and the checkpoint of
// the write-ahead log that may follow.
//
// SQLite before 3.51.3 can lose a commit when a checkpoint is under way while another connection commits and resets the
// log (https://sqlite.org/wal.html, "The WAL-reset bug"). With the lock no checkpoint meets a commit; readers need none.

internal import Foundation
internal import Glibc

/// The lock, until this object is gone. The process is not stopped by a Ctrl-Z meanwhile.
final class StoreLock: Sendable {
    /// -1 on a file system that has no locks, where SQLite's own have to do, and where nothing can be written anyway.
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        Suspension.end()
    }

    /// Waits for the lock.
    ///
    /// - Parameters:
    ///   - isShared: has writers wait, and not others who share it.
    ///   - patience: seconds to wait.
    ///   - onWait: called once when that has taken two seconds.
    /// - Throws: `RunStoreError` where another process keeps it locked.
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
                    "\(folder)/runs.sqlite: another program keeps it locked; try again when that is done")
            }
            if tries == 200 { onWait?() }
            usleep(10_000)
            tries += 1
        }
    }

    /// - Returns: the locked file, -1 where there is nothing to lock, `nil` while another process has it.
    private static func attempt(_ path: String, _ operation: Int32) -> Int32? {
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
        // Another user's can be locked all the same.
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return -1 }
        var (opened, named) = (stat(), stat())
        if flock(descriptor, operation | LOCK_NB) != 0 {
            let isTaken = errno == EWOULDBLOCK || errno == EINTR
            close(descriptor)
            return isTaken ? nil : -1
        }
        // A lock on a file that was removed meanwhile is a lock on nothing.
        if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino { return descriptor }
        close(descriptor)
        return nil
    }
}

/// Whether a folder is on a file system whose memory maps are one for all processes that use it, as the write-ahead log
/// needs: one that is known to be on this machine. On any other, such as one over a network, a store keeps its rollback
/// journal.
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
        // Of several in one place the last one is seen.
        if path.hasPrefix(mount.hasSuffix("/") ? mount : mount + "/"), mount.count >= place.count {
            (place, type) = (String(mount), String(words[dash + 1]))
        }
    }
    return ["ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "overlay"].contains(type)
}
