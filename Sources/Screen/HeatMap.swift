// A matrix of shares as colours and numbers, scrolled if it is larger than its area. Without colours, there are only
// numbers.

/// A matrix with cells coloured by their shares.
package struct HeatMap: Widget, Hashable, Sendable {
    /// A cell of the matrix.
    package struct Entry: Hashable, Sendable {
        /// From 0 to 1.
        package var share: Double
        /// Its number as text.
        package var text: String

        package init(_ share: Double, _ text: String) {
            self.share = share
            self.text = text
        }
    }

    /// Row by row; missing ones are empty.
    package var entries: [[Entry]]
    package var rowTitles: [String]
    /// Titles of the columns, cut to the width of cells.
    package var columnTitles: [String]
    /// Row and column under the cursor.
    package var selection: (row: Int, column: Int)? {
        get { selectedRow.flatMap { row in selectedColumn.map { (row, $0) } } }
        set { (selectedRow, selectedColumn) = (newValue?.row, newValue?.column) }
    }
    private var selectedRow: Int?
    private var selectedColumn: Int?
    /// The first row and column to show, unless the selection requires others; see `shown(in:)`.
    package var first: (row: Int, column: Int) {
        get { (firstRow, firstColumn) }
        set { (firstRow, firstColumn) = (newValue.row, newValue.column) }
    }
    private var firstRow = 0
    private var firstColumn = 0

    package init(
        _ entries: [[Entry]], rowTitles: [String], columnTitles: [String], selection: (row: Int, column: Int)? = nil,
        first: (row: Int, column: Int) = (0, 0)
    ) {
        self.entries = entries
        self.rowTitles = rowTitles
        self.columnTitles = columnTitles
        self.selection = selection
        self.first = first
    }

    private var columns: Int { max(entries.map(\.count).max() ?? 0, columnTitles.count) }

    private static let widestCell = 8

    private struct Layout {
        var titles: Rect
        var cells: Rect
        var cellWidth: Int
        var rows: Range<Int>
        var columns: Range<Int>
        var hasFigures: Bool
    }

    private func layout(in area: Rect, glyphs: GlyphSet) -> Layout {
        var cells = area
        _ = cells.takeTop(1)
        let figures = entries.joined().map { glyphs.width(of: $0.text) }.max() ?? 0
        let titles = (rowTitles.map { glyphs.width(of: $0) }.max() ?? 0) + 1
        // Numbers take precedence over titles.
        let room = max(area.width - columns * (figures + 1), area.width / 4)
        let side = cells.takeLeft(min(titles, room))
        let cellWidth = columns == 0 ? 0 : max(min(cells.width / columns, Self.widestCell), figures + 1)
        let (rowCount, height) = (max(entries.count, rowTitles.count), cells.height)
        let width = cellWidth == 0 ? 0 : cells.width / cellWidth
        return Layout(
            titles: side, cells: cells, cellWidth: cellWidth,
            rows: Self.range(from: firstRow, showing: selectedRow, count: rowCount, room: height),
            columns: Self.range(from: firstColumn, showing: selectedColumn, count: columns, room: width),
            hasFigures: figures < cellWidth)
    }

    private static func range(from first: Int, showing selected: Int?, count: Int, room: Int) -> Range<Int> {
        let first = Table.offset(after: first, showing: selected, rowCount: count, height: room)
        return first..<min(first + room, count)
    }

    /// Returns the visible rows and columns: from the first ones on, moved as little as possible so that the selected
    /// cell is visible.
    package func shown(in area: Rect, glyphs: GlyphSet = .unicode) -> (rows: Range<Int>, columns: Range<Int>) {
        let layout = layout(in: area, glyphs: glyphs)
        return (layout.rows, layout.columns)
    }

    /// Returns the row and column at a point.
    package func cell(at point: Point, in area: Rect, glyphs: GlyphSet = .unicode) -> (row: Int, column: Int)? {
        let layout = layout(in: area, glyphs: glyphs)
        guard layout.cells.contains(point), layout.cellWidth > 0 else { return nil }
        let row = layout.rows.lowerBound + point.y - layout.cells.y
        let column = layout.columns.lowerBound + (point.x - layout.cells.x) / layout.cellWidth
        guard layout.rows.contains(row), layout.columns.contains(column) else { return nil }
        return entries.indices.contains(row) && entries[row].indices.contains(column) ? (row, column) : nil
    }

    /// Draws the visible titles and cells.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        let layout = layout(in: area, glyphs: buffer.glyphs)
        let (cells, width) = (layout.cells, layout.cellWidth)
        for row in layout.rows where rowTitles.indices.contains(row) {
            let isSelected = row == selectedRow
            buffer.write(
                rowTitles[row], in: layout.titles.row(row - layout.rows.lowerBound).withoutLastColumn,
                style: Style(isSelected ? .accent : .normal, bold: isSelected), align: .right)
        }
        for (index, column) in layout.columns.enumerated() {
            let x = cells.x + index * width
            let isSelected = column == selectedColumn
            if columnTitles.indices.contains(column) {
                let place = Rect(x: x, y: area.y, width: width, height: min(area.height, 1))
                // A gap between titles if there is room, and no ellipsis in place of half of the text.
                let room = width > 2 ? place.withoutFirstColumn : place
                buffer.write(
                    String(columnTitles[column].prefix(room.width)), in: room,
                    style: Style(isSelected ? .accent : .normal, bold: isSelected), align: .right)
            }
            for row in layout.rows where entries.indices.contains(row) && entries[row].indices.contains(column) {
                let place = Rect(x: x, y: cells.y + row - layout.rows.lowerBound, width: width, height: 1)
                draw(
                    entries[row][column], in: place, layout, isSelected: isSelected && row == selectedRow,
                    on: &buffer)
            }
        }
    }

    private func draw(_ entry: Entry, in place: Rect, _ layout: Layout, isSelected: Bool, on buffer: inout CellBuffer) {
        let share = entry.share > 0 ? min(entry.share, 1) : 0
        let isColored = buffer.colors >= .sixteen
        // Only a share of exactly 0 has the coldest colour.
        let step = share == 0 ? 0 : 1 + min(Int(share * Double(Role.heatCount - 1)), Role.heatCount - 2)
        // Without colours, 0 is dim, shares from 5 % on are bold, and those from 50 % on are underlined.
        let style =
            isColored
            ? Style(.normal, on: .heat(step), bold: isSelected, reversed: isSelected)
            : Style(
                share == 0 ? .dim : .normal, bold: isSelected || share >= 0.05, reversed: isSelected,
                underlined: share >= 0.5)
        buffer.fill(place, style: style)
        // A truncated number would be a different number.
        if layout.hasFigures { buffer.write(entry.text, in: place, style: style, align: .right) }
    }
}

extension Rect {
    fileprivate var withoutFirstColumn: Rect { Rect(x: x + 1, y: y, width: width - 1, height: height) }
    fileprivate var withoutLastColumn: Rect { Rect(x: x, y: y, width: width - 1, height: height) }
}
