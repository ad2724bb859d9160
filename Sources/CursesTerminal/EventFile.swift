// A file descriptor that a thread can wait for and any thread can make readable. It lives as long as any writer, so
// that a late call cannot reach another file with the same number.

internal import CTerminalSignals
internal import Glibc

/// An eventfd.
final class EventFile: Sendable {
    let file: Int32

    init() throws(TerminalError) {
        file = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard file >= 0 else { throw .refused("make an event file", errno) }
    }

    deinit { close(file) }

    /// Makes it readable.
    func signal() {
        var one: UInt64 = 1
        _ = write(file, &one, 8)  // fails only if it is already readable
    }

    /// Returns whether it was readable, and makes it unreadable.
    func take() -> Bool {
        var count: UInt64 = 0
        return read(file, &count, 8) == 8
    }
}
