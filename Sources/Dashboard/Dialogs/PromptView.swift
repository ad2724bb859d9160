// The last line while the user types into it: label, text, and a hint or problem.

internal import Screen

struct PromptView {
    private let label: String
    private let line: TextLine
    private let answer: String
    private let isProblem: Bool

    init(_ state: State) {
        line = state.line
        let problem = state.lineProblem
        isProblem = problem != nil
        let hint: String
        switch state.dialog {
        case .tags(let runs, _):
            label = "tags of \(Self.runs(runs))"
            hint = "words · Enter saves · Esc cancels"
        case .note(let runs):
            label = "note on \(Self.runs(runs))"
            hint = "Enter saves · Esc cancels"
        case .search:
            label = "search"
            hint = state.log.matches ?? "Enter applies · Esc clears"
        default:
            label = "filter"
            hint = "Enter applies · Esc clears"
        }
        answer = problem ?? hint
    }

    private static func runs(_ names: [String]) -> String {
        names.count == 1 ? names[0] : "\(names.count) runs"
    }

    /// Draws the line; returns the position of the text cursor.
    func draw(in area: Rect, on buffer: inout CellBuffer) -> Point? {
        guard area.width > 4 else { return nil }
        buffer.fill(area, style: Style(.normal, on: .bar))
        var rest = area.inset(columns: 1, rows: 0)
        let labelWidth = buffer.write(
            buffer.glyphs.shortened(label, to: rest.width / 2), at: rest.origin,
            style: Style(.key, on: .bar, bold: true), width: rest.width / 2)
        _ = rest.takeLeft(labelWidth + 1)
        // A problem must be visible, however long the text is.
        let reserved = isProblem ? min(buffer.glyphs.width(of: answer) + 2, rest.width * 2 / 3) : 0
        var text = rest
        _ = text.takeRight(reserved)
        let (cursor, used) = line.draw(in: text, style: Style(.normal, on: .bar), on: &buffer)
        _ = rest.takeLeft(used + 2)
        if rest.width > 8 {
            let answer = buffer.glyphs.shortened(answer, to: rest.width)
            buffer.write(answer, in: rest, style: Style(isProblem ? .warning : .dim, on: .bar), align: .right)
        }
        return cursor
    }
}

extension TextLine {
    /// Draws the part around the text cursor; returns the cursor's position and the number of columns used.
    func draw(in area: Rect, style: Style, on buffer: inout CellBuffer) -> (cursor: Point?, used: Int) {
        guard !area.isEmpty else { return (nil, 0) }
        var skipped = 0
        let characters = Array(text)
        func columns(_ range: Range<Int>) -> Int { buffer.glyphs.width(of: String(characters[range])) }
        // One column is left for the cursor behind the last character.
        while skipped < cursor, columns(skipped..<cursor) >= area.width { skipped += 1 }
        let before = columns(skipped..<cursor)
        let used = buffer.write(String(characters[skipped...]), at: area.origin, style: style, width: area.width)
        return (Point(x: min(area.x + before, area.right - 1), y: area.y), max(used, before + 1))
    }
}
