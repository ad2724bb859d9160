// Images side by side with captions. The owner holds the scroll position as state.

/// Images in rows, with lines of text below each.
package struct ImageGrid: Widget, Hashable, Sendable {
    /// An image with its caption.
    package struct Item: Hashable, Sendable {
        package var image: Image
        /// The lines below it.
        package var caption: [Line]

        package struct Line: Hashable, Sendable {
            package var text: String
            package var style: Style

            package init(_ text: String, _ style: Style = .normal) {
                self.text = text
                self.style = style
            }
        }

        package init(_ image: Image, caption: [Line] = []) {
            self.image = image
            self.caption = caption
        }
    }

    /// The images, starting at the upper left.
    package var items: [Item]
    /// Maximum size of an image in cells.
    package var imageSize: Size
    /// Number of rows of images above the area.
    package var top: Int
    /// Index of the image under the cursor.
    package var selection: Int?

    package init(_ items: [Item], imageSize: Size, top: Int = 0, selection: Int? = nil) {
        self.items = items
        self.imageSize = Size(columns: max(imageSize.columns, 1), rows: max(imageSize.rows, 1))
        self.top = top
        self.selection = selection
    }

    /// Size of an image in cells with its caption and gaps.
    private var pitch: Size {
        let lines = items.map(\.caption.count).max() ?? 0
        return Size(columns: imageSize.columns + 2, rows: imageSize.rows + lines + 1)
    }

    /// Returns the number of images side by side; at least one.
    package func columns(in area: Rect) -> Int { max((area.width + 1) / pitch.columns, 1) }

    /// Returns the number of fully visible rows of images; at least one.
    package func rows(in area: Rect) -> Int { max((area.height + 1) / pitch.rows, 1) }

    /// Returns the index of the image at a point.
    package func item(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point) else { return nil }
        let columns = columns(in: area)
        let column = (point.x - area.x) / pitch.columns
        let index = (max(top, 0) + (point.y - area.y) / pitch.rows) * columns + column
        return column < columns && items.indices.contains(index) ? index : nil
    }

    /// Draws the images that fit; smaller ones if not even one fits.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
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
