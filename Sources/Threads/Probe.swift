// Whether there are threads to be had.

internal import Synchronization

/// Whether the system lets so many more threads start now. Libraries that need one do not say that they have none.
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
