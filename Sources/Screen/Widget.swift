// Widgets are values that draw themselves: they know what to show, but nothing about the terminal or keys.

/// A value that can draw itself into an area.
package protocol Widget {
    /// Draws within the area, which may be empty or partly outside; changes no cell beyond it.
    func draw(in area: Rect, on buffer: inout CellBuffer)
}

extension CellBuffer {
    package mutating func draw(_ widget: some Widget, in area: Rect) {
        widget.draw(in: area, on: &self)
    }
}
