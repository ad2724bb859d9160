// The log as text: a header, progress at a humane rate, a line an epoch, and the notebook's last words.
// What each line says is in TextLog+Lines.swift.

package import Experiments

/// Renders a run as text. On a terminal one progress line is rewritten in place; elsewhere it is a line now and then.
package struct TextLog: RunLogRenderer {
    /// Only the run's name, epochs and the end: no header, no progress.
    package let quiet: Bool
    /// Columns of the terminal; `nil` where standard output is none. May change while a run continues.
    package var terminalColumns: Int?

    var started: RunStarted?
    private var epochs: [EpochMetrics] = []
    private var latest: Progress?
    private var layers: [LayerHealth] = []
    /// What was said last of the run's learning.
    private var badge: String?
    private var throttle: Throttle
    private var hasLineInPlace = false

    /// - Parameters:
    ///   - quiet: only the run's name, epochs and the end.
    ///   - terminalColumns: columns of the terminal; `nil` where standard output is none.
    package init(quiet: Bool = false, terminalColumns: Int? = nil) {
        self.quiet = quiet
        self.terminalColumns = terminalColumns
        // In place, ten times a second; as lines of their own, every ten seconds, the first ten seconds into the run.
        throttle = terminalColumns == nil ? Throttle(interval: 10, start: 0) : Throttle(interval: 0.1)
    }

    /// What to write for the next record.
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

    /// The epoch of a run's last step; `nil` where that was not heard of. A fork's steps before it may be of other epochs.
    func epoch(ofStep step: Int) -> Int? {
        if let latest, latest.step == step { return latest.epoch }
        if let last = epochs.last, last.step == step { return last.epoch }
        guard let started, started.resumedStep == 0, started.stepsPerEpoch > 0 else { return nil }
        return (step - 1) / started.stepsPerEpoch + 1
    }

    /// What is wrong with the run's learning, unless it was said before.
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
        // Its begin, and then as time goes by.
        render(line(of: progress), at: progress.elapsedSeconds, always: progress.examples == 0)
    }

    /// - Parameter always: on a terminal whatever was shown last.
    private mutating func render(_ line: String, at seconds: Double, always: Bool = false) -> LogOutput {
        guard throttle.isOpen(at: seconds) || (always && terminalColumns != nil) else { return LogOutput() }
        throttle.restart(at: seconds)
        guard let terminalColumns else { return lines([line]) }
        // The last column stays free: a cursor after it would make erase-to-end take the last character away.
        let text = line.prefix(max(terminalColumns - 1, 0))
        hasLineInPlace = true
        return LogOutput(standardOutput: "\r\(text)\u{1B}[K")
    }

    /// Whole lines, after the one in place is taken away.
    private mutating func lines(_ lines: [String]) -> LogOutput {
        let erase = hasLineInPlace ? "\r\u{1B}[K" : ""
        hasLineInPlace = false
        return LogOutput(standardOutput: erase + lines.map { "\($0)\n" }.joined())
    }
}
