// A log's output for a run's records: text for the two streams. The owner of the streams writes it, so that every line
// can be tested without a terminal, a file or a clock.

package import Experiments

/// Text to write, including line ends.
package struct LogOutput: Sendable, Hashable {
    /// For standard output. Must be written and flushed before the other: it clears a line that is rewritten in place.
    package var standardOutput: String
    /// For standard error: warnings.
    package var standardError: String

    package init(standardOutput: String = "", standardError: String = "") {
        self.standardOutput = standardOutput
        self.standardError = standardError
    }

    package var isEmpty: Bool { standardOutput.isEmpty && standardError.isEmpty }
}

/// Formats a run's records, in order.
package protocol RunLogRenderer: Sendable {
    /// Formats the next record; empty if this log leaves it out.
    mutating func render(_ record: RunRecord) -> LogOutput
}
