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
            entries, rowTitles: names, columnTitles: names, selection: (pictures.truth, pictures.prediction))
    }

    private func content(of area: Rect) -> Rect { Panel.content(of: area).inset(columns: 1, rows: 0) }

    /// The cell under a place.
    func cell(at point: Point, in area: Rect) -> (truth: Int, prediction: Int)? {
        guard let report = pictures.report else { return nil }
        var content = content(of: area)
        _ = content.takeBottom(1)
        return heatMap(report).cell(at: point, in: content).map { ($0.row, $0.column) }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let run = pictures.run.map { "\($0)" } ?? ""
        let step = pictures.report.map { " after step \(Readable.count($0.step))" } ?? ""
        buffer.draw(Panel("Truth × prediction", right: run + step, focused: isFocused), in: area)
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
            ? "seen as such" : "taken for \(report.name(of: pictures.prediction))"
        return "\(Readable.count(count)) of \(Readable.count(total)) \(truth) \(what) (\(percent) %)"
    }
}
