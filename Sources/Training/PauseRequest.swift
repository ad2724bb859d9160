// How a run is asked to pause: a flag that the loop reads between two steps.

internal import Glibc
internal import Synchronization

/// A wish that a run wait after its current step. Any thread may make it and take it back.
package final class PauseRequest: Sendable {
    private let flag = Atomic(false)

    package init() {}

    /// Whether the run should wait.
    package var isMade: Bool { flag.load(ordering: .relaxed) }

    /// Asks the run to wait.
    package func make() { flag.store(true, ordering: .relaxed) }

    /// Resumes the run.
    package func end() { flag.store(false, ordering: .relaxed) }

    /// Waits until the run is resumed or asked to stop. Both are looked at fifty times a second,
    /// which a user takes for at once.
    func wait(unless stop: StopRequest) {
        while isMade && !stop.isMade { usleep(20_000) }
    }
}
