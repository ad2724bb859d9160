// What was said while the dashboard was up: notices, what runs told, lines that libraries printed; and before it, what
// runs told then. Bounded.

internal import Experiments
internal import RunLog

/// The log's state.
struct LogBook: Hashable {
    /// How much a line matters.
    enum Level: Hashable {
        case plain, good, warning, bad
    }

    /// A line.
    struct Line: Hashable {
        /// Seconds since the dashboard began; negative before.
        var seconds: Double
        /// Who said it: a run's name, or empty for the dashboard.
        var source: String
        var text: String
        var level: Level
    }

    /// Older lines are dropped beyond so many.
    static let mostLines = 5000

    private(set) var lines: [Line] = []
    /// What is searched for; empty for nothing.
    private(set) var search = ""
    /// Lines that lie below the screen; 0 follows the newest.
    private(set) var linesBelow = 0

    mutating func append(_ text: String, from source: String = "", level: Level = .plain, at seconds: Double) {
        lines.append(Line(seconds: seconds, source: source, text: text, level: level))
        if linesBelow > 0 { linesBelow += 1 }
        if lines.count > Self.mostLines { lines.removeFirst(lines.count - Self.mostLines) }
        linesBelow = min(linesBelow, lines.count - 1)
    }

    /// Takes what a run said, unless it is mere progress.
    mutating func append(_ record: RunRecord, at seconds: Double) {
        guard let (text, level) = Self.line(of: record.event) else { return }
        append(text, from: record.run, level: level, at: seconds)
    }

    /// Puts what runs said before the dashboard began before all else.
    ///
    /// - Parameter secondsToStart: when it began, by the clock of the records.
    mutating func putBefore(_ records: [RunRecord], secondsToStart: Double) {
        let old = records.compactMap { record in
            Self.line(of: record.event).map { text, level in
                Line(seconds: min(record.time - secondsToStart, 0), source: record.run, text: text, level: level)
            }
        }
        lines.insert(contentsOf: old.suffix(max(Self.mostLines - lines.count, 0)), at: 0)
    }

    /// Scrolls a screen of `page` lines; negative is towards older lines.
    mutating func scroll(by rows: Int, page: Int) {
        let (moved, overflows) = linesBelow.subtractingReportingOverflow(rows)
        linesBelow = overflows ? (rows < 0 ? lines.count : 0) : moved
        linesBelow = min(max(linesBelow, 0), max(lines.count - page, 0))
    }

    mutating func setSearch(_ text: String) {
        search = text
        if !text.isEmpty { findMatch(backwards: true, fromHere: true) }
    }

    func isMatch(_ line: Line) -> Bool {
        !search.isEmpty && (line.text + " " + line.source).lowercased().contains(search.lowercased())
    }

    /// Scrolls so that the next line that matches is the lowest one shown.
    mutating func findMatch(backwards: Bool, fromHere: Bool = false) {
        let here = lines.count - 1 - linesBelow
        let found =
            backwards
            ? lines.indices.last { $0 <= here - (fromHere ? 0 : 1) && isMatch(lines[$0]) }
            : lines.indices.first { $0 > here && isMatch(lines[$0]) }
        if let found { linesBelow = lines.count - 1 - found }
    }

    private static func line(of event: RunEvent) -> (String, Level)? {
        func metric(_ value: Double) -> String { Readable.fixed(value, decimals: 3) }
        switch event {
        case .progress: return nil
        case .runStarted(let started):
            let start = started.resumedStep > 0 ? "resumed at step \(Readable.count(started.resumedStep))" : "started"
            return (
                "\(start) with \(started.threads) thread\(started.threads == 1 ? "" : "s"), \(started.engine)", .plain
            )
        case .epochFinished(let epoch):
            return (
                "epoch \(epoch.epoch): loss \(metric(epoch.trainLoss)), train acc \(metric(epoch.trainAccuracy)), "
                    + "test loss \(metric(epoch.testLoss)), test acc \(metric(epoch.testAccuracy)), "
                    + "\(ListColumn.rate(epoch.examplesPerSecond)) images/s", .plain
            )
        case .checkpointSaved(let saved):
            return (
                "checkpoint at step \(Readable.count(saved.step)): \(Readable.bytes(saved.byteCount)) in "
                    + Readable.duration(seconds: saved.seconds), .plain
            )
        case .warning(let text): return (text, .warning)
        case .runFinished(let summary):
            let time = Readable.duration(seconds: summary.elapsedSeconds)
            switch summary.outcome {
            case .completed:
                let best = summary.bestEpoch.map { ": best test acc \(metric($0.testAccuracy)) in epoch \($0.epoch)" }
                return ("done in \(time)\(best ?? "")", .good)
            case .stopped: return ("stopped after step \(Readable.count(summary.step)), \(time)", .plain)
            case .diverged(let step): return ("diverged at step \(Readable.count(step))", .bad)
            case .failed(let reason): return ("failed: \(reason)", .bad)
            }
        }
    }
}
