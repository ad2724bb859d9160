// Draws a network block by block: shapes, parameters, and shares of the time of a step, or of the multiply-accumulates
// if no time was measured.

internal import Experiments
internal import RunLog
internal import Screen

/// The panel with the network of the selected experiment or run.
struct NetworkView: Widget {
    private let title: String
    private let problem: String?
    private let table: BlockTable?
    private let lines: [(text: String, style: Style)]

    init(_ state: State) {
        let row = state.tab == .run ? state.selectedRun.map(ListRow.run) : state.list.selectedRow
        title = row.map { "\($0.name) · blocks" } ?? "Blocks"
        guard let row, let experiment = row.experiment else {
            (problem, table, lines) = (row?.problem, nil, [])
            return
        }
        let sheet: CostSheet
        do throws(NetworkError) {
            sheet = if let run = row.run { try CostSheet(run, state) } else { try CostSheet(experiment, state) }
        } catch {
            (problem, table, lines) = (error.description, nil, [])
            return
        }
        problem = nil
        table = BlockTable(sheet, shares: row.run.flatMap { state.catalog.profiles[$0.name] })
        var lines: [(String, Style)] = []
        if let run = row.run, let diagnosis = state.catalog.series[run.name]?.diagnosis {
            lines.append(("\(diagnosis.badge): \(diagnosis.reason)", Style(diagnosis.isFatal ? .bad : .warning)))
        }
        if let run = row.run, !run.reason.isEmpty { lines.append((run.reason, Style(.bad))) }
        lines.append((sheet.summary, Style(sheet.totals?.memoryRole ?? .normal)))
        let images = ImageCounts(
            experiment.data, of: row.run.map(state.catalog.dataset) ?? state.catalog.dataset(of: experiment))
        if images.isLimited { lines.append((images.sentence, .normal)) }
        if !experiment.description.isEmpty { lines.append((experiment.description, .dim)) }
        self.lines = lines
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel(title), in: area)
        var rest = Panel.content(of: area).inset(columns: 1, rows: 0)
        if let problem {
            for (row, line) in problem.wrapped(to: rest.width, buffer.glyphs).enumerated() {
                buffer.write(line, in: rest, row: row, style: Style(.bad))
            }
        }
        guard let table else { return }
        buffer.draw(table, in: rest.takeTop(table.height))
        var row = 0
        for line in lines {
            for text in line.text.wrapped(to: rest.width, buffer.glyphs) {
                buffer.write(text, in: rest, row: row, style: line.style)
                row += 1
            }
        }
    }
}

extension CostSheet {
    /// The costs in one sentence.
    var summary: String {
        guard let totals else { return "parameters, memory and time: \(Self.unknown)" }
        let time = totals.epochTime.map { " · \($0) per epoch" } ?? ""
        let memory = totals.memoryBytes == nil ? "" : " · \(totals.memory)"
        return
            "\(Readable.magnitude(totals.parameters)) parameters · \(Readable.magnitude(totals.trainingMACs)) MACs per image"
            + memory + time
    }
}

/// A table of blocks with shapes, parameters and shares.
struct BlockTable: Widget {
    private let rows: [(cells: [String], share: Double)]
    private let heading: [String]

    /// Required number of rows.
    var height: Int { rows.count + 1 }

    /// - Parameter shares: each layer's share of the measured time of a step; `nil` to show shares of the
    ///   multiply-accumulates.
    init(_ sheet: CostSheet, shares: [LayerShare]?) {
        heading = ["", "output", "parameters", shares == nil ? "MACs" : "time"]
        let total = Double(max(sheet.rows.reduce(0) { $0 + $1.forwardMACs }, 1))
        var rows = sheet.rows.map { row in
            let shape = row.shape?.map(String.init).joined(separator: "×") ?? "?"
            let parameters = row.parameters.map { $0 > 0 ? Readable.count($0) : "" } ?? "?"
            let measured = shares?.filter { $0.layer.map(row.layers.contains) ?? false }.reduce(0) { $0 + $1.share }
            return (cells: [row.label, shape, parameters], share: measured ?? Double(row.forwardMACs) / total)
        }
        let rest = shares?.reduce(0) { $0 + ($1.layer == nil ? $1.share : 0) } ?? 0
        if rest > 0 { rows.append((["loss", "", ""], rest)) }
        self.rows = rows
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let widths = (0..<3).map { column in
            ([heading[column]] + rows.map { $0.cells[column] }).map(buffer.glyphs.width).max() ?? 0
        }
        // A truncated number would be a different number, so a number that does not fit is left out.
        let hasParameters = widths.reduce(0) { $0 + $1 + 2 } <= area.width
        let columns = area.columns(
            widths.enumerated().map { .exactly($0.offset < 2 || hasParameters ? $0.element + 2 : 0) } + [.rest])
        for (column, text) in heading.enumerated() {
            let place = columns[column]
            let align: CellBuffer.Alignment = column == 2 ? .right : .left
            buffer.write(
                text, in: column == 2 ? Rect(x: place.x, y: place.y, width: place.width - 2, height: 1) : place,
                style: Style(.title, bold: true), align: align)
        }
        for (index, row) in rows.enumerated() {
            guard index + 1 < area.height else { break }
            for (column, text) in row.cells.enumerated() {
                let place = columns[column]
                let text = column == 2 ? text.leftPadded(to: widths[2]) : text
                buffer.write(text, in: place, row: index + 1, style: column == 0 ? .dim : .normal)
            }
            let bar = columns[3]
            guard row.share > 0, bar.width >= 5 else { continue }
            buffer.write("\(Readable.fixed(row.share * 100, decimals: 0)) %".leftPadded(to: 5), in: bar, row: index + 1)
            let gauge = Rect(x: bar.x + 6, y: bar.y + index + 1, width: max(bar.width - 7, 0), height: 1)
            buffer.draw(Gauge(row.share, track: false), in: gauge)
        }
    }
}
