// Rows and columns with a heading. Which row is selected and how far it is scrolled is the owner's state; the table
// only shows it and says what lies under the mouse.

/// A table; columns of little weight give way where it is narrow.
package struct Table: Widget {
    package struct Column: Hashable, Sendable {
        /// Its heading.
        package var title: String
        /// Columns of text that it needs.
        package var width: Int
        /// Which goes first where room is scarce: the one with the highest number. 0 never goes.
        package var rank: Int
        /// Where its text stands.
        package var align: CellBuffer.Alignment
        /// Whether it takes what room is left.
        package var isElastic: Bool
        /// Whether what is too long for it keeps its end, too.
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

    /// What stands in a column of a row.
    package struct Entry: Hashable, Sendable, ExpressibleByStringLiteral {
        package var text: String
        /// Its looks.
        package var style: Style

        /// Text with its looks.
        package init(_ text: String, _ style: Style = .normal) {
            self.text = text
            self.style = style
        }

        /// Plain text.
        package init(stringLiteral value: String) { self.init(value) }
    }

    /// A row.
    package struct Row: Hashable, Sendable {
        /// One for each column; what is missing stays empty.
        package var entries: [Entry]
        /// Whether it is marked.
        package var isMarked: Bool
        /// Colours the mark, as the row's curve in a chart.
        package var markRole: Role
        /// Set where the row has no columns, such as a broken file: one text across all of them.
        package var note: Entry?

        /// Its entries.
        package init(_ entries: [Entry], marked: Bool = false, markRole: Role = .match, note: Entry? = nil) {
            self.entries = entries
            isMarked = marked
            self.markRole = markRole
            self.note = note
        }
    }

    /// How the rows are sorted.
    package struct Order: Hashable, Sendable {
        /// By which column.
        package var column: Int
        /// Whether the smallest comes first.
        package var isAscending: Bool

        package init(column: Int, ascending: Bool) {
            self.column = column
            isAscending = ascending
        }
    }

    /// All columns, the leftmost first.
    package var columns: [Column]
    /// How many rows there are.
    package var rowCount: Int
    /// The first row to show; see `offset(after:showing:rowCount:height:)`.
    package var offset: Int
    /// The row under the cursor.
    package var selection: Int?
    /// Shown as an arrow in the heading.
    package var order: Order?
    /// Whether it takes the keys; the selection is fainter where it does not.
    package var isFocused: Bool
    /// Said where there are no rows.
    package var placeholder: String
    private let row: (Int) -> Row

    /// A table whose rows are made when they are shown.
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

    /// A table of these rows.
    package init(
        columns: [Column], rows: [Row], offset: Int = 0, selection: Int? = nil, order: Order? = nil,
        focused: Bool = true, placeholder: String = ""
    ) {
        self.init(
            columns: columns, rowCount: rows.count, offset: offset, selection: selection, order: order,
            focused: focused, placeholder: placeholder, row: { rows[$0] })
    }

    /// Rows that an area shows below the heading.
    package static func height(in area: Rect) -> Int { max(area.height - 1, 0) }

    /// How far to scroll so that a row is seen and no room is wasted, moving as little as possible.
    package static func offset(after offset: Int, showing row: Int?, rowCount: Int, height: Int) -> Int {
        var offset = offset
        if let row { offset = min(max(offset, row - height + 1), row) }
        return max(min(offset, rowCount - height), 0)
    }

    /// The row under a place, or `nil`.
    package func row(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point), point.y > area.y else { return nil }
        let row = firstRow(in: area) + point.y - area.y - 1
        return row < rowCount ? row : nil
    }

    /// The column whose heading lies under a place, or `nil`.
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

    /// Where the columns stand that have room, from the left; each reaches over the table's whole height.
    package func places(in area: Rect) -> [(column: Int, area: Rect)] {
        var room = area
        _ = room.takeLeft(Self.gutter)
        if rowCount > Self.height(in: area) { _ = room.takeRight(2) }
        // Columns of rank 0, and by their ranks all others that fit.
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
