// Draws runs side by side: first the settings that differ, then the results.

internal import RunLog
internal import Screen

struct CompareView: Widget {
    private let comparison: Comparison
    private let catalog: Catalog
    /// Index of the first visible row.
    private let top: Int

    init(_ state: State) {
        catalog = state.catalog
        top = state.comparison.top
        comparison = Comparison(state.shownRuns, in: state.catalog)
    }

    private static let widest = 18

    /// All rows; `nil` for a heading.
    private var rows: [Comparison.Row?] {
        let same = Comparison.Row(label: "none", values: comparison.runs.map { _ in "" })
        let settings = comparison.settings.isEmpty ? [same] : comparison.settings
        return [nil] + settings + [nil] + comparison.figures
    }

    /// Returns the last row that can be scrolled to the top.
    func lastTop(in area: Rect) -> Int { max(rows.count - max(area.height - 3, 1), 0) }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let runs = comparison.runs
        let more = top < lastTop(in: area) && runs.count > 1 ? " · ↓ more" : ""
        buffer.draw(Panel("Compare", right: "\(runs.count) run\(runs.count == 1 ? "" : "s")\(more)"), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard runs.count > 1 else {
            let advice = "mark two or more runs in the overview with Space, then press c"
            return buffer.writeAnswer(advice, in: content)
        }
        let labels = (rows.compactMap { $0?.label.count }.max() ?? 0) + 2
        let fitting = max((content.width - labels) / (Self.widest / 2 + 2), 1)
        let shown = min(runs.count, fitting)
        let width = min((content.width - labels) / shown, Self.widest + 2)
        let columns = content.columns([.exactly(labels)] + Array(repeating: .exactly(width), count: shown))

        for index in 0..<shown {
            let place = columns[index + 1]
            let style = Style(.series(catalog.color(of: runs[index].name)), bold: true)
            let name = buffer.glyphs.shortened(runs[index].name, to: place.width - 1)
            buffer.write(name, in: place, style: style)
        }
        if shown < runs.count {
            buffer.write("+\(runs.count - shown) more", in: columns[0], style: .dim)
        }
        let first = min(top, lastTop(in: area))
        for (line, row) in rows.dropFirst(first).prefix(max(content.height - 1, 0)).enumerated() {
            let y = line + 1
            guard let row else {
                // Each of the two parts has a heading.
                let isSettings = first + line == 0
                buffer.write(isSettings ? "Settings that differ" : "Results", in: content, row: y, style: .title)
                continue
            }
            buffer.write(row.label, in: columns[0], row: y, style: .dim)
            for index in 0..<shown {
                let isBest = row.best == index
                let place = columns[index + 1]
                let text = Rect(x: place.x, y: place.y + y, width: place.width - 1, height: 1)
                let mark = isBest ? " \(buffer.glyphs.isASCII ? "*" : "★")" : ""
                buffer.write(row.values[index] + mark, in: text, style: Style(isBest ? .good : .normal, bold: isBest))
            }
        }
    }
}
