/// Why an experiment cannot be trained on this machine, or a run cannot continue. `description` is one sentence.
package struct RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
