// Draws the confusion matrix as a heat map, with the cell under the cursor in words.

internal import RunLog
internal import Screen

/// The panel with the confusion matrix.
struct MatrixView: Widget {
    private let pictures: Pictures
    private let isFocused: Bool

    init(_ state: State) {
        pictures = state.pictures
        isFocused = state.pictures.panel == .matrix && state.dialog == .none
    }

    private func heatMap(_ report: PredictionReport) -> HeatMap {
        let entries = report.confusion.map { counts in
            let total = Double(max(counts.reduce(0, +), 1))
            return counts.map { HeatMap.Entry(Double($0) / total, $0 == 0 ? "·" : "\($0)") }
        }
        let names = report.confusion.indices.map { report.name(of: $0) }
        return HeatMap(
            entries, rowTitles: names, columnTitles: names, selection: (pictures.truth, pictures.prediction),
            first: pictures.firstCell)
    }

    private func content(of area: Rect) -> Rect { Panel.content(of: area).inset(columns: 1, rows: 0) }

    /// Where the heat map stands, above the sentence.
    private func map(in area: Rect) -> Rect {
        var content = content(of: area)
        _ = content.takeBottom(1)
        return content
    }

    /// The first row and column that are shown; `nil` without a matrix.
    func firstCell(in area: Rect) -> (row: Int, column: Int)? {
        guard !area.isEmpty, let report = pictures.report else { return nil }
        let shown = heatMap(report).shown(in: map(in: area))
        return (shown.rows.lowerBound, shown.columns.lowerBound)
    }

    /// Which part is shown, where that is not all of it.
    private func part(_ report: PredictionReport, in area: Rect) -> String? {
        let (count, shown) = (report.confusion.count, heatMap(report).shown(in: map(in: area)))
        guard shown.rows.count < count || shown.columns.count < count else { return nil }
        func text(_ range: Range<Int>) -> String { "\(range.lowerBound + 1)–\(range.upperBound)" }
        return "\(text(shown.rows)) × \(text(shown.columns)) of \(count) classes"
    }

    /// The cell under a place.
    func cell(at point: Point, in area: Rect) -> (truth: Int, prediction: Int)? {
        guard let report = pictures.report else { return nil }
        return heatMap(report).cell(at: point, in: map(in: area)).map { ($0.row, $0.column) }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let run = pictures.run.map { "\($0)" } ?? ""
        let step = pictures.report.map { " after step \(Readable.count($0.step))" } ?? ""
        // Where both have no room, what is not seen goes first.
        let part = pictures.report.flatMap { self.part($0, in: area) }
        let titles = [[part, run + step].compactMap(\.self).joined(separator: " · "), part ?? ""]
        let title = "Confusion matrix"
        let right = titles.first { buffer.glyphs.width(of: title + $0) + 9 <= area.width } ?? ""
        buffer.draw(Panel(title, right: right, focused: isFocused), in: area)
        var content = content(of: area)
        guard let report = pictures.report, !report.confusion.isEmpty else {
            return buffer.writeAnswer(pictures.answer, in: content)
        }
        let sentence = sentence(report)
        let advice = " · Enter shows them"
        let hasRoom = buffer.glyphs.width(of: sentence + advice) <= content.width
        buffer.write(hasRoom ? sentence + advice : sentence, in: content.takeBottom(1), style: Style(.accent))
        buffer.draw(heatMap(report), in: content)
    }

    private func sentence(_ report: PredictionReport) -> String {
        guard report.confusion.indices.contains(pictures.truth),
            report.confusion[pictures.truth].indices.contains(pictures.prediction)
        else { return "" }
        let row = report.confusion[pictures.truth]
        let (count, total) = (row[pictures.prediction], row.reduce(0, +))
        let percent = Readable.fixed(100 * Double(count) / Double(max(total, 1)), decimals: 1)
        let truth = report.name(of: pictures.truth)
        let what =
            pictures.truth == pictures.prediction
            ? "classified correctly" : "taken for \(report.name(of: pictures.prediction))"
        return "\(Readable.count(count)) of \(Readable.count(total)) \(truth) \(what) (\(percent) %)"
    }
}
