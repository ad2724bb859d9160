// How a run is asked to stop: a flag that the loop reads once a step.

internal import Synchronization

/// A wish that a run end after its current step. Any thread may make it, and it cannot be taken back.
package final class StopRequest: Sendable {
    private let flag = Atomic(false)

    package init() {}

    /// Whether the run should end.
    package var isMade: Bool { flag.load(ordering: .relaxed) }

    /// Asks the run to end.
    package func make() { flag.store(true, ordering: .relaxed) }
}
