// What a log makes of a run's records: text for the two streams, nothing written yet. Who owns the streams writes
// it, so that every line can be tested without a terminal, a file or a clock.

package import Experiments

/// Text to write, complete with its line ends.
package struct LogOutput: Sendable, Hashable {
    /// For standard output. Goes first, and is flushed before the other is written: it takes a line that is
    /// rewritten in place off the screen.
    package var standardOutput: String
    /// For standard error: warnings.
    package var standardError: String

    /// Nothing, where nothing else is said.
    package init(standardOutput: String = "", standardError: String = "") {
        self.standardOutput = standardOutput
        self.standardError = standardError
    }

    /// Whether there is nothing to write.
    package var isEmpty: Bool { standardOutput.isEmpty && standardError.isEmpty }
}

/// Turns a run's records, in their order, into text.
package protocol RunLogRenderer: Sendable {
    /// What to write for the next record; empty where this log leaves it out.
    mutating func render(_ record: RunRecord) -> LogOutput
}
