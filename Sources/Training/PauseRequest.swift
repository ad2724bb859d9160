// A flag that requests a run to pause; the loop checks it between two steps.

internal import Glibc
internal import Synchronization

/// Requests a run to wait after its current step. Any thread may set and clear it.
package final class PauseRequest: Sendable {
    private let flag = Atomic(false)

    package init() {}

    /// Whether the run should wait.
    package var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Requests the run to wait.
    package func request() { flag.store(true, ordering: .relaxed) }

    /// Lets the run continue.
    package func clear() { flag.store(false, ordering: .relaxed) }

    /// Waits until the run may continue or is requested to stop. Both are polled fifty times a second, which feels
    /// immediate.
    func wait(unless stop: StopRequest) {
        while isRequested && !stop.isRequested { usleep(20_000) }
    }
}
