// Images side by side, each with what is said of it. How far the grid is scrolled is its owner's state.

/// Images in rows, with lines of text below each.
public struct ImageGrid: Widget, Hashable, Sendable {
    /// An image with what is said of it.
    public struct Item: Hashable, Sendable {
        /// The image.
        public var image: Image
        /// Lines below it.
        public var caption: [Line]

        /// A line below an image.
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
        public init(_ image: Image, caption: [Line] = []) {
            self.image = image
            self.caption = caption
        }
    }

    /// The images, first one at the upper left.
    public var items: [Item]
    /// The cells that an image may take.
    public var imageSize: Size
    /// Rows of images above the area.
    public var top: Int
    /// The image under the cursor.
    public var selection: Int?

    /// All of it.
    public init(_ items: [Item], imageSize: Size, top: Int = 0, selection: Int? = nil) {
        self.items = items
        self.imageSize = Size(columns: max(imageSize.columns, 1), rows: max(imageSize.rows, 1))
        self.top = top
        self.selection = selection
    }

    /// Cells that an image takes with its lines and the gaps around it.
    private var pitch: Size {
        let lines = items.map(\.caption.count).max() ?? 0
        return Size(columns: imageSize.columns + 2, rows: imageSize.rows + lines + 1)
    }

    /// Images side by side; at least one.
    public func columns(in area: Rect) -> Int { max((area.width + 1) / pitch.columns, 1) }

    /// Rows of images that are seen in full; at least one.
    public func rows(in area: Rect) -> Int { max((area.height + 1) / pitch.rows, 1) }

    /// The image under a place.
    public func item(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point) else { return nil }
        let columns = columns(in: area)
        let column = (point.x - area.x) / pitch.columns
        let index = (max(top, 0) + (point.y - area.y) / pitch.rows) * columns + column
        return column < columns && items.indices.contains(index) ? index : nil
    }

    /// Draws the images that have room; smaller ones where there is no room for one.
    public func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        let columns = columns(in: area)
        for (place, index) in items.indices.dropFirst(max(top, 0) * columns).enumerated() {
            let (row, column) = place.quotientAndRemainder(dividingBy: columns)
            let cell = Rect(
                x: area.x + column * pitch.columns, y: area.y + row * pitch.rows, width: pitch.columns - 1,
                height: pitch.rows
            ).intersection(area)
            guard row == 0 || cell.height >= imageSize.rows else { break }
            draw(items[index], in: cell, isSelected: index == selection, on: &buffer)
        }
    }

    private func draw(_ item: Item, in cell: Rect, isSelected: Bool, on buffer: inout CellBuffer) {
        var rest = cell
        var image = rest.takeTop(imageSize.rows)
        buffer.draw(item.image, in: image.takeLeft(imageSize.columns))
        for (row, line) in item.caption.enumerated() {
            var style = line.style
            if isSelected { (style.background, style.isBold) = (.selection, true) }
            if isSelected { buffer.fill(rest.row(row), style: style) }
            buffer.write(line.text, in: rest, row: row, style: style)
        }
    }
}
