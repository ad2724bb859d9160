// Why an experiment cannot be trained here, or a run cannot continue.

/// Something that stands in a run's way before its first step. `description` is one sentence.
package struct RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
