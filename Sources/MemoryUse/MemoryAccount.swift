// Divides the memory of a process among its runs.

internal import Synchronization

/// Counts the memory that one model and its data loading have mapped. Thread-safe.
package final class MemoryAccount: Sendable {
    private static let all = Atomic<Int>(0)
    private let own = Atomic<Int>(0)

    package init() {}

    deinit { Self.all.subtract(bytes, ordering: .relaxed) }

    /// Number of bytes in this account.
    package var bytes: Int { own.load(ordering: .relaxed) }

    /// Number of bytes in the process's other accounts.
    package var bytesOfOthers: Int { Self.all.load(ordering: .relaxed) - bytes }

    /// Adds allocated bytes or, if negative, freed ones.
    package func add(_ bytes: Int) {
        own.add(bytes, ordering: .relaxed)
        Self.all.add(bytes, ordering: .relaxed)
    }
}
