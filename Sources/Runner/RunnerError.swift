// Why an experiment cannot be trained here, or a run cannot go on.

/// Something that stands in a run's way before its first step. `description` is one sentence for a person.
public struct RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String

    init(_ description: String) { self.description = description }
}
