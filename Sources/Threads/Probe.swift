// Checks whether threads are available.

internal import Synchronization

/// Returns whether this many more threads can be started now. Libraries that need threads do not report when they get
/// none.
package func canStartThreads(_ count: Int) -> Bool {
    let gate = Gate()
    // None of them ends before the last one has started.
    return gate.lock.withLock { _ in
        (0..<count).allSatisfy { _ in startThread { gate.lock.withLock { _ in } } }
    }
}

private final class Gate: Sendable {
    let lock = Mutex(())
}
