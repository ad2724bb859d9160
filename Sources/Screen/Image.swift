// Grey images in cells, two vertically adjacent pixels per cell.

/// A grey image; drawn as large as its area allows without distortion.
package struct Image: Widget, Hashable, Sendable {
    /// Number of pixels per row.
    package let width: Int
    package let height: Int
    /// Row by row; 0 is black.
    package let pixels: [UInt8]

    /// - Precondition: the number of pixels is width times height.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width >= 0 && height >= 0 && pixels.count == width * height, "pixels do not fill the image")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Returns the image's size in cells within a size; two pixels fit into the height of a cell.
    package func fitted(into size: Size) -> Size {
        guard width > 0, height > 0, size.columns > 0, size.rows > 0 else { return Size(columns: 0, rows: 0) }
        let columns = min(size.columns, max(size.rows * 2 * width / height, 1))
        return Size(columns: columns, rows: min(max((columns * height / width + 1) / 2, 1), size.rows))
    }

    /// Draws at the upper left of the area.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        let size = fitted(into: area.size)
        for row in 0..<size.rows {
            for column in 0..<size.columns {
                let upper = level(column, 2 * row, of: size)
                let lower = level(column, 2 * row + 1, of: size)
                let (glyph, style) = cell(upper, lower, on: buffer)
                buffer.set(glyph, style, x: area.x + column, y: area.y + row)
            }
        }
    }

    private func cell(_ upper: Double, _ lower: Double, on buffer: CellBuffer) -> (Character, Style) {
        func gray(_ level: Double) -> Role { .gray(Int((level / 255 * Double(Role.grayCount - 1)).rounded())) }
        let shades = buffer.glyphs.shades
        let mean = (upper + lower) / 2
        guard buffer.colors == .full else {
            return (shades[Int((mean / 255 * Double(shades.count - 1)).rounded())], .normal)
        }
        if buffer.glyphs.isASCII { return (" ", Style(.normal, on: gray(mean))) }
        return (buffer.glyphs.upperHalf, Style(gray(upper), on: gray(lower)))
    }

    /// Returns the mean of the pixels of a half cell, 0…255.
    private func level(_ column: Int, _ halfRow: Int, of size: Size) -> Double {
        let columns = Self.span(column, of: size.columns, over: width)
        let rows = Self.span(halfRow, of: 2 * size.rows, over: height)
        var sum = 0
        for y in rows {
            for x in columns { sum += Int(pixels[y * width + x]) }
        }
        return Double(sum) / Double(rows.count * columns.count)
    }

    private static func span(_ index: Int, of count: Int, over total: Int) -> Range<Int> {
        let start = index * total / count
        return start..<max((index + 1) * total / count, start + 1)
    }
}
