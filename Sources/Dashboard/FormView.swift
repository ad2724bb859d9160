// Draws the form for a new variant with its cost sheet beside it.

internal import Experiments
internal import RunLog
internal import Screen

/// The form that lies over a view.
struct FormView {
    private let form: VariantForm?
    private let sheet: Result<CostSheet, NetworkError>?
    /// Seconds of the whole training; `nil` while unknown.
    private let seconds: Double?
    /// A run that was trained the same way.
    private let twin: String?
    private let size: Size

    init(_ state: State) {
        size = state.size
        form = state.form
        guard let form, case .success(let experiment) = form.result else {
            (sheet, seconds, twin) = (nil, nil, nil)
            return
        }
        seconds = state.seconds(of: [experiment])
        twin = form.parent == nil ? state.twins(of: experiment).first : nil
        sheet = Result { () throws(NetworkError) in
            try CostSheet(experiment, state)
        }
    }

    private static let labelWidth = 15
    /// Rows that a network of five blocks and three layers needs with what it costs.
    private static let leastRows = 20

    /// Below header and above key bar, as high as the fields, or the cost sheet below a fork's checkpoint, need.
    private func box(in area: Rect) -> Rect {
        let rows = Self.leastRows + (form?.parent == nil ? 0 : 1)
        return area.centered(Size(columns: min(area.width, 116), rows: max((form?.fields.count ?? 0) + 5, rows)))
    }

    private var body: Rect {
        var rest = Rect(size)
        _ = rest.takeTop(1)
        _ = rest.takeBottom(1)
        return rest
    }

    private func parts(of box: Rect) -> (fields: Rect, answer: Rect, sheet: Rect) {
        var content = Panel.content(of: box).inset(columns: 1, rows: 0)
        let answer = content.takeBottom(2)
        let fields = content.takeLeft(min(max(content.width * 40 / 100, 34), 46))
        _ = content.takeLeft(2)
        return (fields, answer, content)
    }

    /// The first field that is shown, so that the selected one is.
    private func firstField(height: Int) -> Int {
        guard let form, height > 0 else { return 0 }
        return max(form.selected - height + 1, 0)
    }

    /// The field under a place.
    func field(at point: Point) -> Int? {
        let fields = parts(of: box(in: body)).fields
        guard let form, fields.contains(point) else { return nil }
        let index = firstField(height: fields.height) + point.y - fields.y
        return form.fields.indices.contains(index) ? index : nil
    }

    /// Draws it; says where the text cursor is.
    func draw(in area: Rect, on buffer: inout CellBuffer) -> Point? {
        guard let form else { return nil }
        let box = box(in: area)
        let title = form.parent.map { "Fork of \($0)" } ?? "New from \(form.base.name)"
        buffer.draw(Panel(title, focused: true), in: box)
        let parts = parts(of: box)
        let cursor = drawFields(form, in: parts.fields, on: &buffer)
        drawAnswer(form, in: parts.answer, on: &buffer)
        if case .success(let sheet)? = sheet {
            let table = BlockTable(sheet, shares: nil)
            var rest = parts.sheet
            buffer.draw(table, in: rest.takeTop(min(table.height, max(rest.height - 5, 0))))
            _ = rest.takeTop(1)
            let whole: [(label: String, text: String)] =
                seconds.map { [("training", "about \(Readable.duration(seconds: $0))")] } ?? []
            for (row, line) in ((form.checkpoint?.lines ?? []) + sheet.lines + whole).enumerated() {
                buffer.write(line.label, in: rest, row: row, style: .dim)
                buffer.write(
                    line.text, at: Point(x: rest.x + 14, y: rest.y + row), style: Style(.normal, bold: true),
                    width: row < rest.height ? max(rest.width - 14, 0) : 0)
            }
        }
        return cursor
    }

    private func drawFields(_ form: VariantForm, in area: Rect, on buffer: inout CellBuffer) -> Point? {
        var cursor: Point?
        let first = firstField(height: area.height)
        for (row, index) in form.fields.indices.dropFirst(first).prefix(area.height).enumerated() {
            let field = form.fields[index]
            let isSelected = index == form.selected
            var line = area.row(row)
            let label = line.takeLeft(Self.labelWidth)
            var isWrong = false
            if case .failure(let flaw) = form.result { isWrong = flaw.field == index }
            let role: Role = isWrong ? .bad : isSelected ? .accent : .dim
            buffer.write(field.label, in: label, style: Style(role, bold: isSelected || isWrong))
            if isSelected { buffer.fill(line, style: Style(.normal, on: .selection)) }
            let style = Style(isWrong ? .bad : .normal, on: isSelected ? .selection : nil)
            guard field.choices.isEmpty else {
                let glyphs = buffer.glyphs
                buffer.write(
                    isSelected && field.choices.count > 1 ? "\(glyphs.left) \(field.text) \(glyphs.right)" : field.text,
                    in: line, style: style)
                continue
            }
            if isSelected {
                cursor = field.line.draw(in: line, style: style, on: &buffer).cursor
                // What typing replaces.
                let whole = form.isWholeSelected ? min(buffer.glyphs.width(of: field.text), line.width) : 0
                buffer.restyle(line.takeLeft(whole)) { $0.isReversed = true }
            } else {
                buffer.write(field.text, in: line, style: style)
            }
        }
        return cursor
    }

    private func drawAnswer(_ form: VariantForm, in area: Rect, on buffer: inout CellBuffer) {
        switch (form.result, sheet) {
        case (.failure(let flaw), _):
            let name = flaw.field.map { form.fields[$0].label + ": " } ?? ""
            for (row, line) in (name + flaw.problem).wrapped(to: area.width, buffer.glyphs).prefix(2).enumerated() {
                buffer.write(line, in: area, row: row, style: Style(.bad))
            }
        case (_, .failure(let error)?):
            buffer.write(error.description, in: area, row: 1, style: Style(.bad))
        case (.success, _):
            if let twin {
                buffer.write(
                    "the same as \(twin), seed included: change the seed for another run", in: area,
                    style: Style(.warning))
            }
            buffer.write("Enter launches, Ctrl-S saves it as a file, Ctrl-O does both", in: area, row: 1, style: .dim)
        }
    }
}

extension CheckpointEntry {
    /// Where a fork begins, a line each.
    fileprivate var lines: [(label: String, text: String)] {
        let place = isInsideEpoch ? "inside epoch \(epoch)" : epoch > 1 ? "end of epoch \(epoch - 1)" : "the start"
        let accuracy = testAccuracy.map { Readable.fixed($0, decimals: 3) } ?? "none yet"
        let isOlder = isInsideEpoch && testAccuracy != nil
        return [
            ("begins at", "\(place), step \(Readable.count(step))"),
            ("test accuracy", isOlder ? "\(accuracy) after epoch \(epoch - 1)" : accuracy),
        ]
    }
}

extension CostSheet {
    /// What it costs, a line each.
    fileprivate var lines: [(label: String, text: String)] {
        [
            ("parameters", totals.map { Readable.count($0.parameters) } ?? Self.unknown),
            ("MACs", totals.map { "\(Readable.magnitude($0.trainingMACs)) a picture" } ?? Self.unknown),
            ("memory", totals?.memory ?? Self.unknown),
            ("an epoch", totals.map { $0.epochTime ?? "not measured here yet" } ?? Self.unknown),
        ]
    }
}
