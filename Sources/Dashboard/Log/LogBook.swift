// Notices, events of runs and messages of libraries since the dashboard started, and earlier events of runs. The number
// of lines is limited.

internal import Experiments
internal import RunLog

struct LogBook: Hashable {
    /// The importance of a line.
    enum Level: Hashable {
        case plain, good, warning, bad
    }

    struct Line: Hashable {
        /// Seconds since 1970.
        var time: Double
        /// The run's name; empty for the dashboard.
        var source: String
        var text: String
        var level: Level
        /// Sequence number of its record, if it has one.
        var sequence: Int?
    }

    /// Maximum number of lines; older ones are dropped.
    static let maxLines = 5000

    private(set) var lines: [Line] = []
    /// The text searched for; empty for none.
    private(set) var search = ""
    /// Number of lines that match.
    private(set) var matchCount = 0
    /// Number of lines below the visible ones; 0 follows the newest.
    private(set) var linesBelow = 0

    mutating func append(_ text: String, level: Level = .plain, at time: Double) {
        append(Line(time: time, source: "", text: text, level: level))
    }

    private mutating func append(_ line: Line) {
        lines.append(line)
        if isMatch(line) { matchCount += 1 }
        if linesBelow > 0 { linesBelow += 1 }
        let surplus = max(lines.count - Self.maxLines, 0)
        matchCount -= lines.prefix(surplus).count(where: isMatch)
        lines.removeFirst(surplus)
        linesBelow = min(linesBelow, lines.count - 1)
    }

    /// Appends a record, unless it is mere progress.
    mutating func append(_ record: RunRecord) {
        if let line = Line(record), !lines.suffix(1000).contains(where: line.isSame(as:)) { append(line) }
    }

    /// Inserts records from before the dashboard started at the beginning, except those that are already there.
    mutating func putBefore(_ records: [RunRecord]) {
        let old = records.compactMap(Line.init).filter { !lines.contains(where: $0.isSame(as:)) }
        lines.insert(contentsOf: old.suffix(max(Self.maxLines - lines.count, 0)), at: 0)
        matchCount = lines.count(where: isMatch)
    }

    /// Scrolls by rows, with `page` visible lines; negative is towards older lines.
    mutating func scroll(by rows: Int, page: Int) {
        let (moved, overflows) = linesBelow.subtractingReportingOverflow(rows)
        linesBelow = overflows ? (rows < 0 ? lines.count : 0) : moved
        linesBelow = min(max(linesBelow, 0), max(lines.count - page, 0))
    }

    mutating func setSearch(_ text: String) {
        search = text
        matchCount = lines.count(where: isMatch)
        if !text.isEmpty { findMatch(backwards: true, fromHere: true) }
    }

    /// Number of matching lines as text; `nil` without a search.
    var matches: String? {
        search.isEmpty ? nil : "\(Readable.count(matchCount)) match\(matchCount == 1 ? "" : "es")"
    }

    private func isMatch(_ line: Line) -> Bool { isMatch(line.text) || isMatch(line.source) }

    private func isMatch(_ text: String) -> Bool { !search.isEmpty && text.lowercased().contains(search.lowercased()) }

    /// Returns the character ranges of matches in a text.
    func matches(in text: String) -> [Range<Int>] {
        let wanted = search.map { $0.lowercased() }
        guard !wanted.isEmpty else { return [] }
        let characters = text.map { $0.lowercased() }
        var found: [Range<Int>] = []
        for start in characters.indices where start >= found.last?.upperBound ?? 0 {
            let end = start + wanted.count
            if end <= characters.count, characters[start..<end].elementsEqual(wanted) { found.append(start..<end) }
        }
        return found
    }

    /// Scrolls to make the next matching line the lowest visible one.
    mutating func findMatch(backwards: Bool, fromHere: Bool = false) {
        let here = lines.count - 1 - linesBelow
        let found =
            backwards
            ? lines.indices.last { $0 <= here - (fromHere ? 0 : 1) && isMatch(lines[$0]) }
            : lines.indices.first { $0 > here && isMatch(lines[$0]) }
        if let found { linesBelow = lines.count - 1 - found }
    }

    fileprivate static func line(of event: RunEvent) -> (String, Level)? {
        func metric(_ value: Double) -> String { Readable.metric(value) }
        switch event {
        case .progress, .evaluating: return nil
        case .runStarted(let started):
            let start = started.resumedStep > 0 ? "resumed at step \(Readable.count(started.resumedStep))" : "started"
            return (
                "\(start) with \(started.threads) thread\(started.threads == 1 ? "" : "s"), \(started.engine)", .plain
            )
        case .epochFinished(let epoch):
            return (
                "epoch \(epoch.epoch): loss \(metric(epoch.trainLoss)), train acc \(metric(epoch.trainAccuracy)), "
                    + "test loss \(metric(epoch.testLoss)), test acc \(metric(epoch.testAccuracy)), "
                    + "\(Readable.rate(epoch.examplesPerSecond)) images/s", .plain
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
                return ("completed in \(time)\(best ?? "")", .good)
            case .stopped: return ("stopped after step \(Readable.count(summary.step)), \(time)", .plain)
            case .diverged(let step): return ("diverged at step \(Readable.count(step))", .bad)
            case .failed(let reason): return ("failed: \(reason)", .bad)
            }
        }
    }
}

extension LogBook.Line {
    /// Creates a line for a record; `nil` for mere progress.
    fileprivate init?(_ record: RunRecord) {
        guard let (text, level) = LogBook.line(of: record.event) else { return nil }
        self.init(time: record.time, source: record.run, text: text, level: level, sequence: record.sequence)
    }

    /// Whether both describe the same record; a store rounds its time to milliseconds.
    fileprivate func isSame(as line: LogBook.Line) -> Bool {
        sequence != nil && sequence == line.sequence && source == line.source && (time - line.time).magnitude < 1
    }
}
