// The log for programs: JSON Lines, one object per line, each starting with `event`, `run`, `sequence` and `time`.

package import Experiments
internal import FoundationEssentials

/// Formats a run as JSON Lines.
///
/// `event` is `run_started`, `progress`, `evaluating`, `epoch_finished`, `checkpoint_saved`, `warning` or
/// `run_finished`; `time` is UTC as ISO 8601 with milliseconds. Keys have a fixed order, a number that is not finite is
/// `null`, and warnings are lines like all others.
package struct JSONLinesLog: RunLogRenderer {
    private var throttle: Throttle

    /// - Parameter progressInterval: seconds of the run between two progress lines; 0 writes every step. The last step
    ///   of an epoch is always written.
    package init(progressInterval: Double = 1) {
        throttle = Throttle(interval: progressInterval)
    }

    /// Formats the line for the next record, if it gets one.
    package mutating func render(_ record: RunRecord) -> LogOutput {
        switch record.event {
        case .progress(let progress):
            let isLast = progress.stepInEpoch >= progress.stepsPerEpoch
            guard isLast || throttle.isOpen(at: progress.elapsedSeconds) else { return LogOutput() }
            throttle.restart(at: progress.elapsedSeconds)
        case .evaluating(let progress):
            guard throttle.isOpen(at: progress.elapsedSeconds) else { return LogOutput() }
            throttle.restart(at: progress.elapsedSeconds)
        default: break
        }
        return LogOutput(standardOutput: record.json.text + "\n")
    }
}

extension RunRecord {
    /// The record as a line of JSON Lines.
    package var json: JSON {
        let head: [JSON.Member] = [
            JSON.Member("event", .string(event.name)),
            JSON.Member("run", .string(run)),
            JSON.Member("sequence", .integer(sequence)),
            JSON.Member("time", time.isFinite ? .string(Self.iso8601(time)) : .null),
        ]
        return .object(head + event.members)
    }

    private static func iso8601(_ seconds: Double) -> String {
        // From year 1 to the end of year 9999. Adding half a microsecond prevents .123 from being truncated to .122.
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let milliseconds = (clamped * 1000).rounded() / 1000
        return Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            .format(Date(timeIntervalSince1970: milliseconds + 0.000_000_5))
    }
}
