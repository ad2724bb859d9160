// Whose memory it is, where several runs share a process.

internal import Synchronization

/// The memory that one model, and what feeds it, has mapped. Any thread may use it.
package final class MemoryAccount: Sendable {
    private static let all = Atomic<Int>(0)
    private let own = Atomic<Int>(0)

    /// An account of nothing.
    package init() {}

    deinit { Self.all.subtract(bytes, ordering: .relaxed) }

    /// Bytes that it holds.
    package var bytes: Int { own.load(ordering: .relaxed) }

    /// Bytes that the process's other accounts hold.
    package var bytesOfOthers: Int { Self.all.load(ordering: .relaxed) - bytes }

    /// Notes bytes that were taken or, if negative, given back.
    package func add(_ bytes: Int) {
        own.add(bytes, ordering: .relaxed)
        Self.all.add(bytes, ordering: .relaxed)
    }
}
