// How somebody else asks a run to wait: a flag that the loop reads between two steps.

internal import Glibc
internal import Synchronization

/// A wish that a run wait after its current step. Any thread may make it and take it back.
public final class HoldRequest: Sendable {
    private let flag = Atomic(false)

    /// No wish yet.
    public init() {}

    /// Whether the run should wait.
    public var isMade: Bool { flag.load(ordering: .relaxed) }

    /// Asks the run to wait.
    public func make() { flag.store(true, ordering: .relaxed) }

    /// Lets the run go on.
    public func end() { flag.store(false, ordering: .relaxed) }

    /// Waits until the wish is taken back, or somebody asks the run to stop. Both are looked at fifty times a second,
    /// which a person takes for at once.
    func wait(unless stop: StopRequest) {
        while isMade && !stop.isMade { usleep(20_000) }
    }
}
