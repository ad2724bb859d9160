// Draws the log, ending at its newest line or at the scroll position.

internal import RunLog
internal import Screen

struct LogView: Widget {
    private let log: LogBook
    private let localTime: (Double) -> LocalTime

    init(_ state: State) {
        log = state.log
        localTime = state.localTime
    }

    /// Formats day and time, such as `05-04 10:05:12`.
    private func time(of line: LogBook.Line) -> String {
        let time = localTime(line.time)
        return "\(time.date.suffix(5)) \(time.timeOfDay)"
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let count =
            log.linesBelow > 0
            ? "\(Readable.count(log.linesBelow)) newer below"
            : "\(Readable.count(log.lines.count)) line\(log.lines.count == 1 ? "" : "s")"
        buffer.draw(Panel("Log", right: [log.matches, count].compactMap(\.self).joined(separator: " · ")), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard !log.lines.isEmpty else {
            return buffer.write(
                "no messages yet; messages from runs and vgglab appear here", in: content, style: .dim)
        }
        let sources = min(log.lines.suffix(200).map { buffer.glyphs.width(of: $0.source) }.max() ?? 0, 20)
        let times = 16
        let indent = times + (sources > 0 ? sources + 2 : 0)
        // Long lines wrap; those that fit are collected from the bottom up.
        var shown: [(line: LogBook.Line, texts: [String])] = []
        var height = 0
        for line in log.lines.dropLast(log.linesBelow).reversed() where height < content.height {
            let texts = line.text.wrapped(to: content.width - indent, buffer.glyphs)
            height += max(texts.count, 1)
            shown.append((line, texts))
        }
        let isFilled = height < content.height
        // A match near the oldest line is shown with newer lines below it.
        for line in log.lines.suffix(log.linesBelow) where height < content.height {
            let texts = line.text.wrapped(to: content.width - indent, buffer.glyphs)
            height += max(texts.count, 1)
            shown.insert((line, texts), at: 0)
        }
        var row = isFilled ? 0 : min(content.height - height, 0)
        for (line, texts) in shown.reversed() {
            buffer.write(time(of: line), in: content, row: row, style: .dim)
            let source = buffer.glyphs.shortened(line.source, to: sources)
            let place = Point(x: content.x + times, y: content.y)
            write([source], of: source, at: place, row: row, width: sources, Style(.accent), on: &buffer)
            write(
                texts, of: line.text, at: Point(x: content.x + indent, y: content.y), row: row,
                width: content.width - indent, line.style, on: &buffer)
            row += max(texts.count, 1)
        }
    }

    /// Writes the lines of a wrapped text and highlights matches.
    ///
    /// - Parameters:
    ///   - point: position of row 0.
    ///   - first: the row of the first line; may be negative.
    private func write(
        _ lines: [String], of text: String, at point: Point, row first: Int, width: Int, _ style: Style,
        on buffer: inout CellBuffer
    ) {
        let matches = log.matches(in: text)
        let characters = Array(text)
        var place = 0
        for (row, line) in zip(first..., lines) {
            if row >= 0 {
                buffer.write(line, at: Point(x: point.x, y: point.y + row), style: style, width: max(width, 0))
            }
            guard !matches.isEmpty else { continue }
            var x = point.x
            for character in line {
                // Spaces at which the text was wrapped are not in its lines.
                let index = characters[place...].firstIndex(of: character) ?? place
                place = min(index + 1, characters.count)
                let columns = buffer.glyphs.width(of: String(character))
                if row >= 0, x + columns <= point.x + width, matches.contains(where: { $0.contains(index) }) {
                    let cell = Rect(x: x, y: point.y + row, width: columns, height: 1)
                    buffer.restyle(cell) { $0 = Style(.match, bold: true) }
                }
                x += columns
            }
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
