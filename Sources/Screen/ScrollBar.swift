// Shows the visible part of something long.

/// A column that shows the position of a window within what it scrolls over.
package struct ScrollBar: Widget, Hashable, Sendable {
    /// The first visible line.
    package var first: Int
    /// The total number of lines.
    package var count: Int

    package init(first: Int, count: Int) {
        self.first = first
        self.count = count
    }

    /// Draws the bar; the window is as high as the area.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard count > area.height, area.height > 0 else { return }
        let length = max(area.height * area.height / count, 1)
        let most = max(count - area.height, 1)
        let start = ((area.height - length) * min(max(first, 0), most) + most / 2) / most
        for line in 0..<area.height {
            let isThumb = (start..<start + length).contains(line)
            let glyph = isThumb ? buffer.glyphs.rightBars.last ?? "#" : buffer.glyphs.frame.vertical
            buffer.fill(area.row(line), with: glyph, style: Style(isThumb ? .border : .track))
        }
    }
}
