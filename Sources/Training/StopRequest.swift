// How somebody else asks a run to stop: a flag that the loop reads once a step.

internal import Synchronization

/// A wish that a run end after its current step. Any thread may make it, and it cannot be taken back.
public final class StopRequest: Sendable {
    private let flag = Atomic(false)

    /// No wish yet.
    public init() {}

    /// Whether the run should end.
    public var isMade: Bool { flag.load(ordering: .relaxed) }

    /// Asks the run to end.
    public func make() { flag.store(true, ordering: .relaxed) }
}
