// Rows and columns with a heading. The owner holds selection and scroll position as state; the table only shows them
// and maps the mouse to rows and headings.

/// A table; columns of higher rank are dropped where it is narrow.
package struct Table: Widget {
    package struct Column: Hashable, Sendable {
        package var title: String
        /// Required width.
        package var width: Int
        /// Priority: the column with the highest rank is dropped first where room is scarce. 0 is never dropped.
        package var rank: Int
        package var align: CellBuffer.Alignment
        /// Whether it takes the remaining width.
        package var isElastic: Bool
        /// Whether text that is too long keeps its end, too.
        package var keepsEnds: Bool

        package init(
            _ title: String, width: Int, rank: Int = 1, align: CellBuffer.Alignment = .left, elastic: Bool = false,
            keepsEnds: Bool = false
        ) {
            self.title = title
            self.width = max(width, 1)
            self.rank = rank
            self.align = align
            isElastic = elastic
            self.keepsEnds = keepsEnds
        }
    }

    /// The text of a row in a column.
    package struct Entry: Hashable, Sendable, ExpressibleByStringLiteral {
        package var text: String
        package var style: Style

        package init(_ text: String, _ style: Style = .normal) {
            self.text = text
            self.style = style
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    package struct Row: Hashable, Sendable {
        /// One per column; missing ones are empty.
        package var entries: [Entry]
        package var isMarked: Bool
        /// The role of the mark, such as that of the row's curve in a chart.
        package var markRole: Role
        /// A text across all columns, for a row without entries, such as an invalid file.
        package var note: Entry?

        package init(_ entries: [Entry], marked: Bool = false, markRole: Role = .match, note: Entry? = nil) {
            self.entries = entries
            isMarked = marked
            self.markRole = markRole
            self.note = note
        }
    }

    /// The sort order.
    package struct Order: Hashable, Sendable {
        /// Index of the column.
        package var column: Int
        /// Whether the smallest comes first.
        package var isAscending: Bool

        package init(column: Int, ascending: Bool) {
            self.column = column
            isAscending = ascending
        }
    }

    /// The columns from the left.
    package var columns: [Column]
    package var rowCount: Int
    /// The first visible row; see `offset(after:showing:rowCount:height:)`.
    package var offset: Int
    /// The row under the cursor.
    package var selection: Int?
    /// Shown as an arrow in the heading.
    package var order: Order?
    /// Whether it has the focus; otherwise the selection is dimmed.
    package var isFocused: Bool
    /// Shown if there are no rows.
    package var placeholder: String
    private let row: (Int) -> Row

    /// Creates a table whose rows are created when they are shown.
    package init(
        columns: [Column], rowCount: Int, offset: Int = 0, selection: Int? = nil, order: Order? = nil,
        focused: Bool = true, placeholder: String = "", row: @escaping (Int) -> Row
    ) {
        self.columns = columns
        self.rowCount = max(rowCount, 0)
        self.offset = offset
        self.selection = selection
        self.order = order
        isFocused = focused
        self.placeholder = placeholder
        self.row = row
    }

    /// Creates a table with these rows.
    package init(
        columns: [Column], rows: [Row], offset: Int = 0, selection: Int? = nil, order: Order? = nil,
        focused: Bool = true, placeholder: String = ""
    ) {
        self.init(
            columns: columns, rowCount: rows.count, offset: offset, selection: selection, order: order,
            focused: focused, placeholder: placeholder, row: { rows[$0] })
    }

    /// Returns the number of visible rows below the heading.
    package static func height(in area: Rect) -> Int { max(area.height - 1, 0) }

    /// Returns a scroll position that makes a row visible and wastes no room, moved as little as possible.
    package static func offset(after offset: Int, showing row: Int?, rowCount: Int, height: Int) -> Int {
        var offset = offset
        if let row { offset = min(max(offset, row - height + 1), row) }
        return max(min(offset, rowCount - height), 0)
    }

    /// Returns the row at a point, or `nil`.
    package func row(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point), point.y > area.y else { return nil }
        let row = firstRow(in: area) + point.y - area.y - 1
        return row < rowCount ? row : nil
    }

    /// Returns the column whose heading is at a point, or `nil`.
    package func heading(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point), point.y == area.y else { return nil }
        return places(in: area).first { $0.area.contains(point) }?.column
    }

    private func firstRow(in area: Rect) -> Int {
        Self.offset(after: offset, showing: nil, rowCount: rowCount, height: Self.height(in: area))
    }

    // MARK: Layout

    private static let gutter = 2
    private static let gap = 1

    /// Returns the areas of the columns that fit, from the left, each of the table's whole height.
    package func places(in area: Rect) -> [(column: Int, area: Rect)] {
        var room = area
        _ = room.takeLeft(Self.gutter)
        if rowCount > Self.height(in: area) { _ = room.takeRight(2) }
        // Columns of rank 0, and all others that fit, by rank.
        var shown = columns.indices.filter { columns[$0].rank == 0 }
        for column in columns.indices.sorted(by: { columns[$0].rank < columns[$1].rank })
        where columns[column].rank > 0 && width(of: shown + [column]) <= room.width {
            shown.append(column)
        }
        shown.sort()
        var free = max(room.width - width(of: shown), 0)
        var elastic = shown.count { columns[$0].isElastic }
        return shown.map { column in
            var width = columns[column].width
            if columns[column].isElastic {
                width += free / elastic
                free -= free / elastic
                elastic -= 1
            }
            let place = room.takeLeft(width)
            _ = room.takeLeft(Self.gap)
            return (column, place)
        }
    }

    private func width(of shown: [Int]) -> Int {
        shown.reduce(0) { $0 + columns[$1].width } + Self.gap * max(shown.count - 1, 0)
    }

    // MARK: Drawing

    /// Draws the heading and the rows that fit.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        guard !area.isEmpty else { return }
        let places = places(in: area)
        for place in places { drawHeading(place.column, in: place.area, on: &buffer) }
        let first = firstRow(in: area)
        let height = Self.height(in: area)
        for line in 0..<min(height, rowCount - first) {
            draw(row(first + line), in: area.row(line + 1), at: places, on: &buffer)
            if first + line == selection { highlight(area.row(line + 1), on: &buffer) }
        }
        if rowCount == 0 { buffer.write(placeholder, in: area.inset(columns: 1, rows: 0), row: 1, style: .dim) }
        if rowCount > height {
            var bar = area
            _ = bar.takeTop(1)
            ScrollBar(first: first, count: rowCount).draw(in: bar.takeRight(1), on: &buffer)
        }
    }

    private func drawHeading(_ column: Int, in area: Rect, on buffer: inout CellBuffer) {
        let isSorted = order?.column == column
        let arrow = order?.isAscending == true ? buffer.glyphs.ascending : buffer.glyphs.descending
        let title = columns[column].title + (isSorted ? String(arrow) : "")
        let style = Style(isSorted ? .accent : .title, bold: true)
        buffer.write(title, in: area, style: style, align: columns[column].align)
    }

    private func draw(_ row: Row, in line: Rect, at places: [(column: Int, area: Rect)], on buffer: inout CellBuffer) {
        if row.isMarked {
            buffer.write(String(buffer.glyphs.mark), in: line, style: Style(row.markRole, bold: true))
        }
        if let note = row.note {
            var text = line
            _ = text.takeLeft(Self.gutter)
            return buffer.write(buffer.glyphs.shortened(note.text, to: text.width), in: text, style: note.style)
        }
        for place in places where place.column < row.entries.count {
            let entry = row.entries[place.column]
            let text =
                columns[place.column].keepsEnds ? buffer.glyphs.shortened(entry.text, to: place.area.width) : entry.text
            buffer.write(
                text, in: place.area.row(line.y - place.area.y), style: entry.style,
                align: columns[place.column].align)
        }
    }

    private func highlight(_ line: Rect, on buffer: inout CellBuffer) {
        buffer.restyle(line) { style in
            style.background = .selection
            if isFocused { style.isBold = true }
        }
    }
}
