// Draws the list of experiments and runs, and maps the mouse to rows and headings.

internal import Experiments
internal import RunLog
internal import Screen

struct RunListView: Widget {
    private let list: RunList
    private let table: Table
    /// Columns from the left; `nil` is the sign of the state.
    private let order: [ListColumn?]
    private let title: String
    private let isFocused: Bool

    init(_ state: State) {
        list = state.list
        isFocused = state.panel == .list && state.dialog == .none
        let (rows, total) = (state.list.rows.count, state.list.total)
        let marked = state.list.marks.isEmpty ? "" : " · \(state.list.marks.count) marked"
        let filter = state.list.filterText.isEmpty ? "" : " · /\(state.list.filterText)"
        title = (rows == total ? "" : "\(rows) of ") + "\(total)" + marked + filter

        let sortColumn = state.preferences.sortColumn
        let order = Self.order(for: state.list.rows, sortedBy: sortColumn)
        self.order = order
        let columns = Self.columns(order, for: state.list.rows, sortedBy: sortColumn)
        let sorted = order.firstIndex { $0?.key == sortColumn }
        let (catalog, list) = (state.catalog, state.list)
        table = Table(
            columns: columns, rowCount: rows, offset: list.scroll.top, selection: list.selectedIndex,
            order: sorted.map { Table.Order(column: $0, ascending: !state.preferences.isDescending) },
            focused: isFocused, placeholder: Self.placeholder(state)
        ) { Self.row(list.rows[$0], order, list, catalog) }
    }

    /// Only the rows that are likely to be visible are measured.
    private static func measured(_ rows: [ListRow]) -> [ListRow] { rows.prefix(200).filter { $0.problem == nil } }

    /// Limits and seeds are shown only if some row has one.
    private static func order(for rows: [ListRow], sortedBy sorted: String) -> [ListColumn?] {
        let seen = measured(rows)
        return [nil]
            + ListColumn.all.filter { column in
                guard let idleText = column.idleText, column.key != sorted else { return true }
                return seen.contains { column.text($0) != idleText }
            }
    }

    private static func columns(
        _ order: [ListColumn?], for rows: [ListRow], sortedBy sorted: String
    ) -> [Table.Column] {
        let seen = measured(rows)
        return order.map { column in
            guard let column else { return Table.Column("", width: 1, rank: 0) }
            let longest = seen.map { GlyphSet.unicode.width(of: column.text($0)) }.max() ?? 0
            let arrow = column.key == sorted ? column.title.count + 1 : 0
            // The sort column is always shown.
            return Table.Column(
                column.title, width: max(min(max(longest, column.width.lowerBound), column.width.upperBound), arrow),
                rank: arrow > 0 ? 0 : column.rank,
                align: [ListColumn.name, .state].contains(column) ? .left : .right, elastic: column == .name,
                keepsEnds: column == .name)
        }
    }

    private static func placeholder(_ state: State) -> String {
        if !state.isLoaded { return "loading experiments and runs" }
        if state.list.total > 0 { return "no matches; Esc clears the filter" }
        return "no experiments here: n creates one"
    }

    private static func row(
        _ row: ListRow, _ order: [ListColumn?], _ list: RunList, _ catalog: Catalog
    ) -> Table.Row {
        let isMarked = list.marks.contains(row.id)
        let role: Role = row.run.map { .series(catalog.color(of: $0.name)) } ?? .match
        if let problem = row.problem {
            return Table.Row([], marked: isMarked, markRole: role, note: Table.Entry("! \(problem)", Style(.bad)))
        }
        let diagnosis = row.run.flatMap(catalog.diagnosis)
        let signRole = diagnosis != nil && row.role == .good ? .warning : row.role
        let entries = order.map { column -> Table.Entry in
            switch column {
            case nil: Table.Entry(row.sign, Style(signRole, bold: true))
            case ListColumn.state?:
                diagnosis.map { Table.Entry($0.badge, Style($0.isFatal ? .bad : .warning)) }
                    ?? Table.Entry(ListColumn.state.text(row), Style(row.role))
            case ListColumn.name?: Table.Entry(row.name, Style(.normal, bold: row.run?.isRunning == true))
            case let column?: Table.Entry(column.text(row), Style(row.run == nil ? .dim : .normal))
            }
        }
        return Table.Row(entries, marked: isMarked, markRole: role)
    }

    func row(at point: Point, in area: Rect) -> Int? { table.row(at: point, in: Panel.content(of: area)) }

    func column(at point: Point, in area: Rect) -> ListColumn? {
        table.heading(at: point, in: Panel.content(of: area)).flatMap { order[$0] }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        // Filter and sort order take precedence over the title.
        let (long, short) = ("Experiments and runs", "Runs")
        func room(_ name: String) -> Int { area.width - name.count - 9 }
        let width = buffer.glyphs.width(of: title)
        let right = width <= room(short) ? title : String(title.prefix(max(room(short) - 1, 0))) + "…"
        buffer.draw(Panel(width <= room(long) ? long : short, right: right, focused: isFocused), in: area)
        buffer.draw(table, in: Panel.content(of: area))
    }
}

extension ListRow {
    /// A character for the state, so that no information depends on colour alone.
    var sign: String {
        switch self {
        case .experiment: problem == nil ? "·" : "!"
        case .run(let run):
            switch run.state {
            case .running: "▶"
            case .paused: "="
            case .queued: "+"
            case .completed: "✓"
            case .stopped: "■"
            case .interrupted: "!"
            case .diverged, .failed: "✗"
            }
        }
    }

    var role: Role {
        switch self {
        case .experiment: problem == nil ? .dim : .bad
        case .run(let run):
            switch run.state {
            case .running: run.isReplay ? .normal : .accent
            case .paused, .stopped, .interrupted: .warning
            case .queued: .normal
            case .completed: .good
            case .diverged, .failed: .bad
            }
        }
    }
}
