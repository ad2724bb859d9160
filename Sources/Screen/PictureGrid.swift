// Pictures side by side, each with what is said of it. How far the grid is scrolled is its owner's state.

/// Pictures in rows, with lines of text below each.
public struct PictureGrid: Widget, Hashable, Sendable {
    /// A picture with what is said of it.
    public struct Item: Hashable, Sendable {
        /// The picture.
        public var picture: Picture
        /// Lines below it.
        public var caption: [Line]

        /// A line below a picture.
        public struct Line: Hashable, Sendable {
            /// The text.
            public var text: String
            /// Its looks.
            public var style: Style

            /// Both.
            public init(_ text: String, _ style: Style = .normal) {
                self.text = text
                self.style = style
            }
        }

        /// Both.
        public init(_ picture: Picture, caption: [Line] = []) {
            self.picture = picture
            self.caption = caption
        }
    }

    /// The pictures, first one at the upper left.
    public var items: [Item]
    /// The cells that a picture may take.
    public var pictureSize: Size
    /// Rows of pictures above the area.
    public var top: Int
    /// The picture under the cursor.
    public var selection: Int?

    /// All of it.
    public init(_ items: [Item], pictureSize: Size, top: Int = 0, selection: Int? = nil) {
        self.items = items
        self.pictureSize = Size(columns: max(pictureSize.columns, 1), rows: max(pictureSize.rows, 1))
        self.top = top
        self.selection = selection
    }

    /// Cells that a picture takes with its lines and the gaps around it.
    private var pitch: Size {
        let lines = items.map(\.caption.count).max() ?? 0
        return Size(columns: pictureSize.columns + 2, rows: pictureSize.rows + lines + 1)
    }

    /// Pictures side by side; at least one.
    public func columns(in area: Rect) -> Int { max((area.width + 1) / pitch.columns, 1) }

    /// Rows of pictures that are seen in full; at least one.
    public func rows(in area: Rect) -> Int { max((area.height + 1) / pitch.rows, 1) }

    /// The picture under a place.
    public func item(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point) else { return nil }
        let columns = columns(in: area)
        let column = (point.x - area.x) / pitch.columns
        let index = (max(top, 0) + (point.y - area.y) / pitch.rows) * columns + column
        return column < columns && items.indices.contains(index) ? index : nil
    }

    /// Draws the pictures that have room; smaller ones where there is no room for one.
    public func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        let columns = columns(in: area)
        for (place, index) in items.indices.dropFirst(max(top, 0) * columns).enumerated() {
            let (row, column) = place.quotientAndRemainder(dividingBy: columns)
            let cell = Rect(
                x: area.x + column * pitch.columns, y: area.y + row * pitch.rows, width: pitch.columns - 1,
                height: pitch.rows
            ).intersection(area)
            guard row == 0 || cell.height >= pictureSize.rows else { break }
            draw(items[index], in: cell, isSelected: index == selection, on: &buffer)
        }
    }

    private func draw(_ item: Item, in cell: Rect, isSelected: Bool, on buffer: inout CellBuffer) {
        var rest = cell
        var picture = rest.takeTop(pictureSize.rows)
        buffer.draw(item.picture, in: picture.takeLeft(pictureSize.columns))
        for (row, line) in item.caption.enumerated() {
            var style = line.style
            if isSelected { (style.background, style.isBold) = (.selection, true) }
            if isSelected { buffer.fill(rest.row(row), style: style) }
            buffer.write(line.text, in: rest, row: row, style: style)
        }
    }
}
