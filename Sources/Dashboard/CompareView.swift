// Draws runs side by side: what differs in their settings first, then what they reached.

internal import RunLog
internal import Screen

/// The panel with the compared runs.
struct CompareView: Widget {
    private let comparison: Comparison
    private let catalog: Catalog

    init(_ state: State) {
        catalog = state.catalog
        comparison = Comparison(state.shownRuns, in: state.catalog)
    }

    private static let widest = 18

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let runs = comparison.runs
        buffer.draw(Panel("Compare", right: "\(runs.count) run\(runs.count == 1 ? "" : "s")"), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard runs.count > 1 else {
            let advice = "mark two or more runs in the overview with Space, then press c"
            return buffer.write(advice, in: content, row: content.height / 2, style: .dim, align: .center)
        }
        let rows = comparison.settings + comparison.figures
        let labels = (rows.map(\.label.count).max() ?? 0) + 2
        let fitting = max((content.width - labels) / (Self.widest / 2 + 2), 1)
        let shown = min(runs.count, fitting)
        let width = min((content.width - labels) / shown, Self.widest + 2)
        let columns = content.columns([.exactly(labels)] + Array(repeating: .exactly(width), count: shown))

        for index in 0..<shown {
            let place = columns[index + 1]
            let style = Style(.series(catalog.color(of: runs[index].name)), bold: true)
            buffer.write(
                runs[index].name, in: Rect(x: place.x, y: place.y, width: place.width - 1, height: 1), style: style)
        }
        if shown < runs.count {
            buffer.write("+\(runs.count - shown) more", in: columns[0], style: .dim)
        }
        var y = 1
        func draw(_ rows: [Comparison.Row], under heading: String) {
            guard !rows.isEmpty, y < content.height else { return }
            buffer.write(heading, in: content, row: y, style: .title)
            y += 1
            for row in rows where y < content.height {
                buffer.write(row.label, in: columns[0], row: y, style: .dim)
                for index in 0..<shown {
                    let isBest = row.best == index
                    let place = columns[index + 1]
                    let text = Rect(x: place.x, y: place.y + y, width: place.width - 1, height: 1)
                    let mark = isBest ? " \(buffer.glyphs.isASCII ? "*" : "★")" : ""
                    buffer.write(
                        row.values[index] + mark, in: text, style: Style(isBest ? .good : .normal, bold: isBest))
                }
                y += 1
            }
        }
        let same = [Comparison.Row(label: "nothing differs", values: Array(repeating: "", count: runs.count))]
        draw(comparison.settings.isEmpty ? same : comparison.settings, under: "Settings that differ")
        draw(comparison.figures, under: "Figures")
    }
}
