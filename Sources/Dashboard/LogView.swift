// Draws the log up to its newest line, or up to where the person has scrolled.

internal import RunLog
internal import Screen

/// The panel with the log.
struct LogView: Widget {
    private let log: LogBook
    private let localTime: (Double) -> LocalTime
    private let today: String

    init(_ state: State) {
        log = state.log
        localTime = state.localTime
        today = state.localTime(state.time).date
    }

    /// The time of day, `10:05:12`, or the day with it, `05-04 10:05`.
    private func time(of line: LogBook.Line) -> String {
        let time = localTime(line.time)
        return time.date == today ? time.timeOfDay : "\(time.date.suffix(5)) \(time.timeOfDay.prefix(5))"
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let below = log.linesBelow > 0 ? "\(Readable.count(log.linesBelow)) newer below" : ""
        buffer.draw(
            Panel(
                "Log",
                right: below.isEmpty
                    ? "\(Readable.count(log.lines.count)) line\(log.lines.count == 1 ? "" : "s")" : below), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard !log.lines.isEmpty else {
            return buffer.write(
                "nothing has happened yet; what runs and vgglab say is told here", in: content, style: .dim)
        }
        let sources = min(log.lines.suffix(200).map { buffer.glyphs.width(of: $0.source) }.max() ?? 0, 20)
        let times = 13
        let indent = times + (sources > 0 ? sources + 2 : 0)
        // Long lines take several rows; those that fit are found from the lowest on.
        var shown: [(line: LogBook.Line, texts: [String])] = []
        var height = 0
        for line in log.lines.dropLast(log.linesBelow).reversed() where height < content.height {
            let texts = line.text.wrapped(to: content.width - indent, buffer.glyphs)
            height += max(texts.count, 1)
            shown.append((line, texts))
        }
        let isFilled = height < content.height
        // A match near the oldest line has newer ones below it.
        for line in log.lines.suffix(log.linesBelow) where height < content.height {
            let texts = line.text.wrapped(to: content.width - indent, buffer.glyphs)
            height += max(texts.count, 1)
            shown.insert((line, texts), at: 0)
        }
        var row = isFilled ? 0 : min(content.height - height, 0)
        for (line, texts) in shown.reversed() {
            buffer.write(time(of: line).leftPadded(to: times - 2), in: content, row: row, style: .dim)
            buffer.write(
                buffer.glyphs.shortened(line.source, to: sources), at: Point(x: content.x + times, y: content.y + row),
                style: log.isMatch(line.source) ? Style(.match, bold: true) : Style(.accent),
                width: row >= 0 ? sources : 0)
            let style = log.isMatch(line.text) ? Style(.match, bold: true) : line.style
            for (index, text) in texts.enumerated() where row + index >= 0 {
                let place = Point(x: content.x + indent, y: content.y + row + index)
                buffer.write(text, at: place, style: style, width: max(content.width - indent, 0))
            }
            row += max(texts.count, 1)
        }
    }
}

extension LogBook.Line {
    fileprivate var style: Style {
        switch level {
        case .plain: .normal
        case .good: Style(.good)
        case .warning: Style(.warning)
        case .bad: Style(.bad)
        }
    }
}
