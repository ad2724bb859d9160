// Helpers for tests of widgets: drawing as text, and a sweep over sizes.

import Screen
import Testing

/// The widget's rows at this size, drawn at the upper left of a buffer of the same size.
func drawn(_ widget: some Widget, columns: Int, rows: Int, glyphs: GlyphSet = .unicode) -> [String] {
    var buffer = CellBuffer(size: Size(columns: columns, rows: rows), glyphs: glyphs)
    buffer.draw(widget, in: buffer.bounds)
    return buffer.lines
}

/// Draws the widget into areas of all sizes from 0 × 0 on, and checks that nothing beyond the area changes.
func sweep(_ widget: some Widget, glyphs: GlyphSet = .unicode, colors: ColorDepth = .full) {
    let sizes = [0, 1, 2, 3, 5, 8, 13, 20, 33, 60, 80, 120, 200].flatMap { columns in
        [0, 1, 2, 3, 4, 5, 6, 9, 14, 24, 60].map { Size(columns: columns, rows: $0) }
    }
    for size in sizes {
        var buffer = CellBuffer(
            size: Size(columns: size.columns + 4, rows: size.rows + 2), glyphs: glyphs, colors: colors)
        buffer.fill(buffer.bounds, with: "~")
        let area = Rect(x: 2, y: 1, width: size.columns, height: size.rows)
        buffer.draw(widget, in: area)
        for y in 0..<buffer.size.rows {
            for x in 0..<buffer.size.columns where !area.contains(Point(x: x, y: y)) {
                if buffer[x, y].character != "~" || buffer[x, y].style != .normal {
                    Issue.record("\(type(of: widget)) at \(size) changes (\(x), \(y)) outside of its area")
                    return
                }
            }
        }
        // Partly outside of the buffer.
        buffer.draw(widget, in: Rect(x: -3, y: -1, width: size.columns, height: size.rows))
        buffer.draw(widget, in: Rect(x: buffer.size.columns - 2, y: 2, width: size.columns, height: size.rows))
        let isPlain = buffer.lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
        #expect(!glyphs.isASCII || isPlain)
    }
}
