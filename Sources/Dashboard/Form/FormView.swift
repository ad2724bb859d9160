// Draws the form for a new variant beside its cost sheet.

internal import Experiments
internal import RunLog
internal import Screen

struct FormView {
    private let form: VariantForm?
    private let sheet: Result<CostSheet, NetworkError>?
    /// Seconds of the whole training; `nil` if unknown.
    private let seconds: Double?
    /// A run with the same settings.
    private let twin: String?
    private let size: Size
    /// Notes on the network's lines, such as a layer's output shape.
    private let notes: [Int: String]

    init(_ state: State) {
        size = state.size
        form = state.form
        twin = form?.parent == nil ? form?.experiment.flatMap { state.twins(of: $0).first } : nil
        guard let form, let experiment = form.preview else {
            (sheet, seconds, notes) = (nil, nil, [:])
            return
        }
        let sheet = Result { () throws(NetworkError) in try CostSheet(experiment, state) }
        self.sheet = sheet
        let numClasses = state.catalog.dataset(of: experiment)?.numClasses
        notes = form.lines.map { $0.notes(on: experiment, numClasses: numClasses) } ?? [:]
        let epochs = experiment.training.epochs - (form.checkpoint.map { $0.epoch - 1 } ?? 0)
        seconds = (try? sheet.get())?.totals?.epochSeconds.map { $0 * Double(max(epochs, 0)) }
    }

    private static let labelWidth = 15
    /// Blocks and layers have shorter labels than settings, and longer texts.
    private static let lineLabelWidth = 9
    /// Columns for the cost sheet and the gap before it, which long lines leave to it.
    private static let sheetWidth = 46
    /// Rows for a network of five blocks and three layers with its costs.
    private static let minRows = 20

    /// Returns the form's area between header and key bar, high enough for the fields, or for the cost sheet below a
    /// fork's checkpoint.
    private func box(in area: Rect) -> Rect {
        let rows = Self.minRows + (form?.parent == nil ? 0 : 1)
        let width = min(area.width, 116)
        let answer = answerRows(width - 4)
        return area.centered(Size(columns: width, rows: max((form?.shown.count ?? 0) + 3, rows - 2) + answer))
    }

    /// Returns the rows for the problems or keys, as far as the fields leave room for them.
    private func answerRows(_ width: Int) -> Int {
        min(max(answer(width, .unicode).count, 2), max(body.height / 3, 2))
    }

    private var body: Rect {
        var rest = Rect(size)
        _ = rest.takeTop(1)
        _ = rest.takeBottom(1)
        return rest
    }

    private func parts(of box: Rect) -> (fields: Rect, answer: Rect, sheet: Rect) {
        var content = Panel.content(of: box).inset(columns: 1, rows: 0)
        let answer = content.takeBottom(answerRows(content.width))
        let lines = (form?.lines?.lines ?? []).map { Self.lineLabelWidth + ($0.valid?.count ?? 0) + 1 }
        let width = max(
            min(max(content.width * 40 / 100, 34), 46), min(lines.max() ?? 0, content.width - Self.sheetWidth))
        let fields = content.takeLeft(width)
        _ = content.takeLeft(2)
        return (fields, answer, content)
    }

    /// The first visible row: scrolled no further than needed for the selected one to be visible.
    var firstRow: Int { firstRow(height: parts(of: box(in: body)).fields.height) }

    private func firstRow(height: Int) -> Int {
        guard let form, height > 0 else { return 0 }
        let shown = form.shown
        let place = shown.firstIndex(of: form.selected) ?? 0
        return min(max(min(form.top, shown.count - height), place - height + 1, 0), place)
    }

    /// Returns the row at a point.
    func row(at point: Point) -> VariantForm.Row? {
        let fields = parts(of: box(in: body)).fields
        guard let form, fields.contains(point) else { return nil }
        let (shown, row) = (form.shown, firstRow(height: fields.height) + point.y - fields.y)
        return shown.indices.contains(row) ? shown[row] : nil
    }

    /// Draws the form; returns the position of the text cursor.
    func draw(in area: Rect, on buffer: inout CellBuffer) -> Point? {
        guard let form else { return nil }
        let box = box(in: area)
        let title = form.parent.map { "Fork of \($0)" } ?? "New from \(form.base.name)"
        let parts = parts(of: box)
        let first = firstRow(height: parts.fields.height)
        let hidden = (first > 0 ? "↑" : "") + (first + parts.fields.height < form.shown.count ? "↓" : "")
        buffer.draw(Panel(title, right: hidden.isEmpty ? "" : "\(hidden) more", focused: true), in: box)
        let cursor = drawFields(form, in: parts.fields, on: &buffer)
        for (row, line) in answer(parts.answer.width, buffer.glyphs).enumerated() {
            buffer.write(line.text, in: parts.answer, row: row, style: line.style)
        }
        if case .success(let sheet)? = sheet {
            let table = BlockTable(sheet, shares: nil)
            var rest = parts.sheet
            let width = max(rest.width - 14, 0)
            let lines = lines(of: sheet, form).flatMap { line in
                line.text.wrapped(to: width, buffer.glyphs).enumerated().map {
                    (label: $0.offset == 0 ? line.label : "", text: $0.element, role: line.role)
                }
            }
            buffer.draw(table, in: rest.takeTop(min(table.height, max(rest.height - min(lines.count, 5), 0))))
            _ = rest.takeTop(rest.height > lines.count ? 1 : 0)
            for (row, line) in lines.enumerated() {
                buffer.write(line.label, in: rest, row: row, style: .dim)
                buffer.write(
                    line.text, at: Point(x: rest.x + 14, y: rest.y + row), style: Style(line.role, bold: true),
                    width: row < rest.height ? width : 0)
            }
        }
        return cursor
    }

    private func drawFields(_ form: VariantForm, in area: Rect, on buffer: inout CellBuffer) -> Point? {
        var cursor: Point?
        let first = firstRow(height: area.height)
        for (place, row) in form.shown.dropFirst(first).prefix(area.height).enumerated() {
            let field = form.field(row)
            let isSelected = row == form.selected
            var line = area.row(place)
            var note = ""
            var labelWidth = Self.labelWidth
            if case .line(let index) = row {
                note = notes[index] ?? ""
                labelWidth = max(Self.lineLabelWidth, field.label.count + 1)
            }
            let label = line.takeLeft(labelWidth)
            let isWrong = form.flaws.contains { $0.row == row }
            let role: Role = isWrong ? .bad : isSelected ? .accent : .dim
            buffer.write(field.label, in: label, style: Style(role, bold: isSelected || isWrong))
            if isSelected { buffer.fill(line, style: Style(.normal, on: .selection)) }
            let style = Style(isWrong ? .bad : .normal, on: isSelected ? .selection : nil)
            if !note.isEmpty, let column = form.lines?.column(of: notes, width: line.width),
                field.text.count + 2 <= column
            {
                let style = Style(.dim, on: isSelected ? .selection : nil)
                buffer.write(note, at: Point(x: line.x + column, y: line.y), style: style, width: line.width - column)
            }
            if field.isChoice {
                let (left, right) = (buffer.glyphs.left, buffer.glyphs.right)
                buffer.write(
                    field.choices.count > 1 ? "\(left) \(field.text) \(right)" : field.text, in: line, style: style)
                continue
            }
            if isSelected, form.isWholeSelected, field.text.count >= line.width {
                // Its beginning says what it is.
                buffer.write(field.text, in: line, style: Style(style.role, on: .selection, reversed: true))
                cursor = Point(x: line.right - 1, y: line.y)
            } else if isSelected {
                cursor = field.line.draw(in: line, style: style, on: &buffer).cursor
                // Highlights what typing would replace.
                let whole = form.isWholeSelected ? min(buffer.glyphs.width(of: field.text), line.width) : 0
                buffer.restyle(line.takeLeft(whole)) { $0.isReversed = true }
            } else {
                buffer.write(field.text, in: line, style: style)
            }
        }
        return cursor
    }

    /// Returns all problems, or the keys.
    private func answer(_ width: Int, _ glyphs: GlyphSet) -> [(text: String, style: Style)] {
        guard let form else { return [] }
        var problems = form.flaws.map { flaw in (flaw.row.map { form.field($0).label + ": " } ?? "") + flaw.problem }
        if case .failure(let error)? = sheet { problems.append(error.description) }
        if !problems.isEmpty { return problems.flatMap { $0.wrapped(to: width, glyphs) }.map { ($0, Style(.bad)) } }
        let same = twin.map { "the same as \($0), seed included: change the seed for another run" } ?? ""
        let hint = form.isLineSelected ? form.lines?.hint : nil
        return [
            (glyphs.shortened(hint ?? same, to: width), hint == nil ? Style(.warning) : .dim),
            ("Enter launches, Ctrl-S saves it as a file, Ctrl-O does both", .dim),
        ]
    }

    /// Returns what the new run starts from and costs, one line each.
    private func lines(of sheet: CostSheet, _ form: VariantForm) -> [(label: String, text: String, role: Role)] {
        var lines: [(label: String, text: String, role: Role)] = []
        if !form.substitutes.isEmpty {
            let text = form.substitutes.map { "\($0.label) \($0.text)" }.joined(separator: ", ")
            lines.append(("costs with", text, .warning))
        }
        lines += (form.checkpoint?.lines ?? []).map { ($0.label, $0.text, .normal) }
        if let rates = form.preview?.rates { lines.append(("rate", rates, .normal)) }
        if let search = form.rateSearch { lines.append(("find lr", search.text, search.isFailed ? .warning : .normal)) }
        let totals = sheet.totals
        lines += [
            ("parameters", totals.map { Readable.count($0.parameters) } ?? CostSheet.unknown, .normal),
            ("MACs", totals.map { "\(Readable.magnitude($0.trainingMACs)) per image" } ?? CostSheet.unknown, .normal),
            ("memory", totals?.memory ?? CostSheet.unknown, totals?.memoryRole ?? .normal),
            ("per epoch", totals.map { $0.epochTime ?? "not measured yet" } ?? CostSheet.unknown, .normal),
        ]
        if let seconds { lines.append(("training", "about \(Readable.duration(seconds: seconds))", .normal)) }
        return lines
    }
}

extension Experiment {
    /// The learning rate over the run as a curve, with its first, highest and last value; `nil` where it is constant.
    fileprivate var rates: String? {
        // What an epoch's steps are is known with its data; a curve of this size does not tell, without steps of warmup.
        guard training.warmupSteps == 0 else { return nil }
        let (stepsPerEpoch, epochs) = (100, training.epochs)
        let rates = stride(from: 0, to: stepsPerEpoch * epochs, by: max(epochs, 1)).map {
            training.learningRate(atStep: $0, stepsPerEpoch: stepsPerEpoch)
        }
        guard let first = rates.first, let last = rates.last, let top = rates.max(), Set(rates).count > 1 else {
            return nil
        }
        let values = [first, top, last].map(Readable.metric)
        let ends = top == first ? [values[0], values[2]] : values
        return "\(CurveText.text(of: rates, width: 24)) \(ends.joined(separator: " → "))"
    }
}

extension RateSearch {
    fileprivate var isFailed: Bool {
        switch answer {
        case nil: false
        case .success(let suggestions)?: suggestions.isEmpty
        case .failure?: true
        }
    }

    fileprivate var text: String {
        switch answer {
        case nil: "training 3 × 100 steps with rates from 1e-7 to 10; Ctrl-F stops"
        case .success(let suggestions)? where suggestions.isEmpty:
            "no suggestion: the loss did not fall by 5 % for most seeds"
        case .success(let suggestions)?:
            suggestions.map(\.description).joined(separator: ", ") + "; Ctrl-F uses the next one"
        case .failure(let problem)?: problem.description
        }
    }
}

extension CheckpointEntry {
    /// Where a fork starts, one line each.
    fileprivate var lines: [(label: String, text: String)] {
        let place = isInsideEpoch ? "inside epoch \(epoch)" : epoch > 1 ? "end of epoch \(epoch - 1)" : "the start"
        let accuracy = testAccuracy.map { Readable.metric($0) } ?? "none yet"
        let isOlder = isInsideEpoch && testAccuracy != nil
        return [
            ("begins at", "\(place), step \(Readable.count(step))"),
            ("test accuracy", isOlder ? "\(accuracy) after epoch \(epoch - 1)" : accuracy),
        ]
    }
}
