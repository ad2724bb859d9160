// The log as text: a header, progress at a readable rate, one line per epoch, and the results. TextLog+Lines.swift
// formats the lines.

package import Experiments

/// Formats a run as text. On a terminal, one progress line is rewritten in place; elsewhere, progress is an occasional
/// line.
package struct TextLog: RunLogRenderer {
    /// Whether to leave out header and progress, and write only the run's name, epochs and the end.
    package let quiet: Bool
    /// Columns of the terminal; `nil` if standard output is not one. May change during a run.
    package var terminalColumns: Int?

    var started: RunStarted?
    private var epochs: [EpochMetrics] = []
    private var latest: Progress?
    private var layers: [LayerHealth] = []
    /// The last reported diagnosis.
    private var badge: String?
    private var throttle: Throttle
    private var hasLineInPlace = false

    /// - Parameters:
    ///   - quiet: writes only the run's name, epochs and the end.
    ///   - terminalColumns: columns of the terminal; `nil` if standard output is not one.
    package init(quiet: Bool = false, terminalColumns: Int? = nil) {
        self.quiet = quiet
        self.terminalColumns = terminalColumns
        // In place ten times a second; as separate lines every ten seconds, starting after the first ten.
        throttle = terminalColumns == nil ? Throttle(interval: 10, start: 0) : Throttle(interval: 0.1)
    }

    /// Formats the next record.
    package mutating func render(_ record: RunRecord) -> LogOutput {
        switch record.event {
        case .runStarted(let run):
            started = run
            (epochs, latest, layers, badge) = ([], nil, [], nil)
            let name = "run \(Readable.visible(record.run))"
            return lines([quiet ? name : "\(name)\(header(of: run))"])
        case .progress(let progress):
            latest = progress
            if !progress.layers.isEmpty { layers = progress.layers }
            return quiet ? LogOutput() : render(progress)
        case .evaluating(let progress): return quiet ? LogOutput() : render(progress)
        case .epochFinished(let metrics):
            throttle.restart(at: metrics.elapsedSeconds)
            epochs.append(metrics)
            let isLast = metrics.epoch == started?.experiment.training.epochs
            return lines([line(of: metrics)] + (isLast ? [] : newDiagnosis()))
        case .checkpointSaved:
            return LogOutput()
        case .warning(let text):
            var output = lines([])
            output.standardError = "warning: \(Readable.visible(text))\n"
            return output
        case .runFinished(let summary):
            badge = nil
            let isOver = summary.outcome == .completed || summary.outcome == .stopped
            let diagnosis = isOver ? newDiagnosis() : []
            var closing = closingLines(of: summary)
            closing[closing.count - 1] = "run \(Readable.visible(record.run)): \(closing[closing.count - 1])"
            return lines(diagnosis + closing)
        }
    }

    /// Returns the epoch of a run's last step; `nil` if unknown. A fork's earlier steps may be of other epochs.
    func epoch(ofStep step: Int) -> Int? {
        if let latest, latest.step == step { return latest.epoch }
        if let last = epochs.last, last.step == step { return last.epoch }
        guard let started, started.resumedStep == 0, started.stepsPerEpoch > 0 else { return nil }
        return (step - 1) / started.stepsPerEpoch + 1
    }

    /// Returns a diagnosis that has not been reported before.
    private mutating func newDiagnosis() -> [String] {
        let found = LearningRecord(started, epochs: epochs, latest: latest, layers: layers).diagnosis
        defer { badge = found?.badge }
        guard let found, found.badge != badge else { return [] }
        return ["\(found.badge): \(found.reason)"]
    }

    private mutating func render(_ progress: Progress) -> LogOutput {
        render(line(of: progress), at: progress.elapsedSeconds)
    }

    private mutating func render(_ progress: EvaluationProgress) -> LogOutput {
        // At its start, and then from time to time.
        render(line(of: progress), at: progress.elapsedSeconds, always: progress.examples == 0)
    }

    /// - Parameter always: on a terminal, ignores the rate.
    private mutating func render(_ line: String, at seconds: Double, always: Bool = false) -> LogOutput {
        guard throttle.isOpen(at: seconds) || (always && terminalColumns != nil) else { return LogOutput() }
        throttle.restart(at: seconds)
        guard let terminalColumns else { return lines([line]) }
        // The last column stays free: after it, erase-to-end would erase the last character.
        let text = line.prefix(max(terminalColumns - 1, 0))
        hasLineInPlace = true
        return LogOutput(standardOutput: "\r\(text)\u{1B}[K")
    }

    /// Formats complete lines, after clearing the line in place.
    private mutating func lines(_ lines: [String]) -> LogOutput {
        let erase = hasLineInPlace ? "\r\u{1B}[K" : ""
        hasLineInPlace = false
        return LogOutput(standardOutput: erase + lines.map { "\($0)\n" }.joined())
    }
}
