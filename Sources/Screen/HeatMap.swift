// A matrix of shares as colours, with their figures where there is room. Without colours the figures must do, or
// shades where the cells are too narrow for them.

/// A matrix whose cells are as hot as their shares are large.
public struct HeatMap: Widget, Hashable, Sendable {
    /// A cell of the matrix.
    public struct Entry: Hashable, Sendable {
        /// From 0 to 1.
        public var share: Double
        /// Its figure.
        public var text: String

        /// Both.
        public init(_ share: Double, _ text: String) {
            self.share = share
            self.text = text
        }
    }

    /// Row by row; missing ones stay empty.
    public var entries: [[Entry]]
    /// The rows' titles.
    public var rowTitles: [String]
    /// The columns' titles, cut to the cells' width.
    public var columnTitles: [String]
    /// The row and column under the cursor.
    public var selection: (row: Int, column: Int)? {
        get { selectedRow.flatMap { row in selectedColumn.map { (row, $0) } } }
        set { (selectedRow, selectedColumn) = (newValue?.row, newValue?.column) }
    }
    private var selectedRow: Int?
    private var selectedColumn: Int?

    /// All of it.
    public init(
        _ entries: [[Entry]], rowTitles: [String], columnTitles: [String], selection: (row: Int, column: Int)? = nil
    ) {
        self.entries = entries
        self.rowTitles = rowTitles
        self.columnTitles = columnTitles
        self.selection = selection
    }

    private var columns: Int { max(entries.map(\.count).max() ?? 0, columnTitles.count) }

    private static let widestCell = 8

    private struct Layout {
        var titles: Rect
        var cells: Rect
        var cellWidth: Int
        var hasFigures: Bool
    }

    private func layout(in area: Rect, glyphs: GlyphSet) -> Layout {
        var cells = area
        _ = cells.takeTop(1)
        let figures = entries.joined().map { glyphs.width(of: $0.text) }.max() ?? 0
        let titles = (rowTitles.map { glyphs.width(of: $0) }.max() ?? 0) + 1
        // Titles give way to figures.
        let room = max(area.width - columns * (figures + 1), area.width / 4)
        let side = cells.takeLeft(min(titles, room))
        let cellWidth = columns == 0 ? 0 : min(cells.width / columns, Self.widestCell)
        return Layout(titles: side, cells: cells, cellWidth: cellWidth, hasFigures: figures < cellWidth)
    }

    /// The row and column under a place.
    public func cell(at point: Point, in area: Rect, glyphs: GlyphSet = .unicode) -> (row: Int, column: Int)? {
        let layout = layout(in: area, glyphs: glyphs)
        guard layout.cells.contains(point), layout.cellWidth > 0 else { return nil }
        let (row, column) = (point.y - layout.cells.y, (point.x - layout.cells.x) / layout.cellWidth)
        return entries.indices.contains(row) && entries[row].indices.contains(column) ? (row, column) : nil
    }

    /// Draws the titles and as many cells as fit.
    public func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        let layout = layout(in: area, glyphs: buffer.glyphs)
        let (cells, width) = (layout.cells, layout.cellWidth)
        for (row, title) in rowTitles.enumerated() where row < cells.height {
            let isSelected = row == selectedRow
            buffer.write(
                title, in: layout.titles.row(row).withoutLastColumn,
                style: Style(isSelected ? .accent : .normal, bold: isSelected), align: .right)
        }
        guard width > 0 else { return }
        for (column, title) in columnTitles.enumerated() {
            let place = Rect(x: cells.x + column * width, y: area.y, width: width, height: min(area.height, 1))
            let isSelected = column == selectedColumn
            // A column between titles where there is room, and no ellipsis in place of half of what can be said.
            let room = width > 2 ? place.withoutFirstColumn : place
            buffer.write(
                String(title.prefix(room.width)), in: room,
                style: Style(isSelected ? .accent : .normal, bold: isSelected), align: .right)
        }
        for (row, line) in entries.enumerated() where row < cells.height {
            for (column, entry) in line.enumerated() {
                let place = Rect(x: cells.x + column * width, y: cells.y + row, width: width, height: 1)
                let isSelected = row == selectedRow && column == selectedColumn
                draw(entry, in: place, layout, isSelected: isSelected, on: &buffer)
            }
        }
    }

    private func draw(_ entry: Entry, in place: Rect, _ layout: Layout, isSelected: Bool, on buffer: inout CellBuffer) {
        let share = entry.share > 0 ? min(entry.share, 1) : 0
        let isColored = buffer.colors >= .sixteen
        // Little is not nothing: only a share of 0 has the coldest colour.
        let step = share == 0 ? 0 : 1 + min(Int(share * Double(Role.heatCount - 1)), Role.heatCount - 2)
        // Without colours, what is nothing is faint, what matters bold, and what most are underlined.
        let style =
            isColored
            ? Style(.normal, on: .heat(step), bold: isSelected, reversed: isSelected)
            : Style(
                share == 0 ? .dim : .normal, bold: isSelected || share >= 0.05, reversed: isSelected,
                underlined: share >= 0.5)
        buffer.fill(place, style: style)
        if layout.hasFigures {
            buffer.write(entry.text, in: place, style: style, align: .right)
        } else if !isColored {
            let shades = buffer.glyphs.shades
            buffer.fill(place, with: shades[min(Int(share * Double(shades.count)), shades.count - 1)], style: style)
        }
    }
}

extension Rect {
    fileprivate var withoutFirstColumn: Rect { Rect(x: x + 1, y: y, width: width - 1, height: height) }
    fileprivate var withoutLastColumn: Rect { Rect(x: x, y: y, width: width - 1, height: height) }
}
