// A flag that requests a run to stop; the loop checks it throughout a step.

internal import Synchronization

/// Requests a run to end after its current step. Any thread may set it; it cannot be cleared.
package final class StopRequest: Sendable {
    private let flag = Atomic(false)

    package init() {}

    /// Whether the run should end.
    package var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Requests the run to end.
    package func request() { flag.store(true, ordering: .relaxed) }
}
