// A frame around an area, with titles in its top line.

/// A frame; draws nothing in areas that are too small for one.
package struct Panel: Widget, Hashable, Sendable {
    package var title: String
    /// A second title at the right; omitted if both do not fit.
    package var rightTitle: String
    /// Whether it has the focus.
    package var isFocused: Bool

    package init(_ title: String, right: String = "", focused: Bool = false) {
        self.title = title
        rightTitle = right
        isFocused = focused
    }

    /// Returns the area of the content.
    package static func content(of area: Rect) -> Rect { area.inset() }

    /// Draws the frame and clears its content.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard area.width >= 2, area.height >= 2 else { return buffer.fill(area) }
        let frame = buffer.glyphs.frame
        let style = Style(isFocused ? .borderFocused : .border, bold: isFocused)
        buffer.fill(area)
        buffer.fill(area.row(0), with: frame.horizontal, style: style)
        buffer.fill(area.row(area.height - 1), with: frame.horizontal, style: style)
        for column in [area.x, area.right - 1] {
            let side = Rect(x: column, y: area.y + 1, width: 1, height: area.height - 2)
            buffer.fill(side, with: frame.vertical, style: style)
        }
        for (x, y, corner) in [
            (area.x, area.y, frame.topLeft), (area.right - 1, area.y, frame.topRight),
            (area.x, area.bottom - 1, frame.bottomLeft), (area.right - 1, area.bottom - 1, frame.bottomRight),
        ] {
            if area.contains(Point(x: x, y: y)) { buffer.set(corner, style, x: x, y: y) }
        }
        drawTitles(in: area.row(0).inset(columns: 2, rows: 0), on: &buffer)
    }

    private func drawTitles(in line: Rect, on buffer: inout CellBuffer) {
        guard line.width >= 3 else { return }
        var used = 0
        if !title.isEmpty {
            let style = Style(isFocused ? .borderFocused : .title, bold: true)
            used = buffer.write(" ", at: line.origin)
            let title = buffer.glyphs.shortened(title, to: line.width - 2)
            used += buffer.write(title, at: Point(x: line.x + used, y: line.y), style: style, width: line.width - 2)
            used += buffer.write(" ", at: Point(x: line.x + used, y: line.y))
        }
        let right = buffer.glyphs.width(of: rightTitle)
        guard !rightTitle.isEmpty, used + right + 3 <= line.width else { return }
        buffer.write(" \(rightTitle) ", at: Point(x: line.right - right - 2, y: line.y), style: .dim)
    }
}
