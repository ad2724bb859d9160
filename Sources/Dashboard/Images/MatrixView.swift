// Draws the confusion matrix as a heat map, and describes the cell under the cursor.

internal import RunLog
internal import Screen

struct MatrixView: Widget {
    private let images: Images
    private let isFocused: Bool

    init(_ state: State) {
        images = state.images
        isFocused = state.images.panel == .matrix && state.dialog == .none
    }

    private func heatMap(_ report: PredictionReport) -> HeatMap {
        let entries = report.confusion.map { counts in
            let total = Double(max(counts.reduce(0, +), 1))
            return counts.map { HeatMap.Entry(Double($0) / total, $0 == 0 ? "·" : "\($0)") }
        }
        let names = report.confusion.indices.map { report.name(of: $0) }
        return HeatMap(
            entries, rowTitles: names, columnTitles: names, selection: (images.truth, images.prediction),
            first: images.firstCell)
    }

    private func content(of area: Rect) -> Rect { Panel.content(of: area).inset(columns: 1, rows: 0) }

    /// Returns the number of rows for summaries, of all classes and of one, where the matrix leaves room.
    private static func summaryRows(in content: Rect) -> Int { content.height >= 14 ? 2 : 1 }

    /// Returns the area of the heat map, above the sentences.
    private func map(in area: Rect) -> Rect {
        var content = content(of: area)
        _ = content.takeBottom(1 + Self.summaryRows(in: content))
        return content
    }

    /// Returns the first visible row and column; `nil` without a matrix.
    func firstCell(in area: Rect) -> (row: Int, column: Int)? {
        guard !area.isEmpty, let report = images.report else { return nil }
        let shown = heatMap(report).shown(in: map(in: area))
        return (shown.rows.lowerBound, shown.columns.lowerBound)
    }

    /// Returns which part is visible; `nil` if all of it is.
    private func part(_ report: PredictionReport, in area: Rect) -> String? {
        let (count, shown) = (report.confusion.count, heatMap(report).shown(in: map(in: area)))
        guard shown.rows.count < count || shown.columns.count < count else { return nil }
        func text(_ range: Range<Int>) -> String { "\(range.lowerBound + 1)–\(range.upperBound)" }
        return "\(text(shown.rows)) × \(text(shown.columns)) of \(count) classes"
    }

    /// Returns the cell at a point.
    func cell(at point: Point, in area: Rect) -> (truth: Int, prediction: Int)? {
        guard let report = images.report else { return nil }
        return heatMap(report).cell(at: point, in: map(in: area)).map { ($0.row, $0.column) }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let run = images.run.map { "\($0)" } ?? ""
        let step = images.report.map { " after step \(Readable.count($0.step))" } ?? ""
        // If both do not fit, which part is visible takes precedence.
        let part = images.report.flatMap { self.part($0, in: area) }
        let titles = [[part, run + step].compactMap(\.self).joined(separator: " · "), part ?? ""]
        let title = "Confusion matrix"
        let right = titles.first { buffer.glyphs.width(of: title + $0) + 9 <= area.width } ?? ""
        buffer.draw(Panel(title, right: right, focused: isFocused), in: area)
        var content = content(of: area)
        guard let report = images.report, !report.confusion.isEmpty else {
            return buffer.writeAnswer(images.answer, in: content)
        }
        let summaryRows = Self.summaryRows(in: content)
        let sentence = sentence(report)
        let advice = " · Enter shows them"
        let hasRoom = buffer.glyphs.width(of: sentence + advice) <= content.width
        buffer.write(hasRoom ? sentence + advice : sentence, in: content.takeBottom(1), style: Style(.accent))
        for line in summaries(report).prefix(summaryRows).reversed() {
            buffer.write(line, in: content.takeBottom(1), style: .dim)
        }
        buffer.draw(heatMap(report), in: content)
    }

    /// Returns accuracy over all test images, and recall and precision of the class in the cursor's row.
    private func summaries(_ report: PredictionReport) -> [String] {
        func share(_ part: Int, of all: Int) -> String {
            all > 0 ? Readable.fixed(Double(part) / Double(all), decimals: 3) : "–"
        }
        func count(_ truth: Int, _ prediction: Int) -> Int {
            let row = report.confusion[truth]
            return row.indices.contains(prediction) ? row[prediction] : 0
        }
        let classes = report.confusion.indices
        let (right, all) = (classes.reduce(0) { $0 + count($1, $1) }, report.confusion.joined().reduce(0, +))
        let overall =
            "accuracy \(share(right, of: all)): \(Readable.count(right)) of \(Readable.count(all)) test images"
        let own = images.truth
        guard classes.contains(own) else { return [overall, ""] }
        let recall = share(count(own, own), of: report.confusion[own].reduce(0, +))
        let precision = share(count(own, own), of: classes.reduce(0) { $0 + count($1, own) })
        return [overall, "\(report.name(of: own)): recall \(recall), precision \(precision)"]
    }

    private func sentence(_ report: PredictionReport) -> String {
        guard report.confusion.indices.contains(images.truth),
            report.confusion[images.truth].indices.contains(images.prediction)
        else { return "" }
        let row = report.confusion[images.truth]
        let (count, total) = (row[images.prediction], row.reduce(0, +))
        let percent = Readable.fixed(100 * Double(count) / Double(max(total, 1)), decimals: 1)
        let truth = report.name(of: images.truth)
        let what =
            images.truth == images.prediction
            ? "classified correctly" : "classified as \(report.name(of: images.prediction))"
        return "\(Readable.count(count)) of \(Readable.count(total)) \(truth) \(what) (\(percent) %)"
    }
}
