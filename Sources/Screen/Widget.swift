// What draws itself. Widgets are values: they know what to show, never where the terminal is or which keys there are.

/// Something that draws itself into an area.
package protocol Widget {
    /// Draws within the area, which may be empty or lie partly outside; touches no cell beyond it.
    func draw(in area: Rect, on buffer: inout CellBuffer)
}

extension CellBuffer {
    /// Draws a widget.
    package mutating func draw(_ widget: some Widget, in area: Rect) {
        widget.draw(in: area, on: &self)
    }
}
