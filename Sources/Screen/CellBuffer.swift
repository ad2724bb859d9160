// A grid of cells that widgets draw into, independent of any terminal; a terminal shows it as a frame.

internal import TerminalText

/// A grid of cells. Drawing outside of it is allowed and has no effect.
package struct CellBuffer: Hashable, Sendable {
    package let size: Size
    /// The characters that the terminal supports.
    package let glyphs: GlyphSet
    /// The colours that the terminal supports; images and heat maps depend on it.
    package let colors: ColorDepth
    private var cells: ContiguousArray<Cell>

    /// Creates a buffer of blank cells.
    package init(size: Size, glyphs: GlyphSet = .unicode, colors: ColorDepth = .full) {
        self.size = size
        self.glyphs = glyphs
        self.colors = colors
        cells = ContiguousArray(repeating: .blank, count: size.columns * size.rows)
    }

    package var bounds: Rect { Rect(size) }

    /// The cell at a position; blank outside.
    package subscript(x: Int, y: Int) -> Cell {
        bounds.contains(Point(x: x, y: y)) ? cells[y * size.columns + x] : .blank
    }

    /// Writes one line of text and returns its width in columns. Control and invisible characters are shown as escapes;
    /// text longer than `width` is cut, with an ellipsis at its end.
    ///
    /// - Parameters:
    ///   - text: may be foreign.
    ///   - point: its first cell, which may be left of the grid.
    ///   - style: its style.
    ///   - width: maximum number of columns; by default up to the right edge.
    @discardableResult
    package mutating func write(_ text: String, at point: Point, style: Style = .normal, width: Int? = nil) -> Int {
        let room = min(width ?? .max, size.columns - point.x)
        guard room > 0, point.y >= 0, point.y < size.rows else { return 0 }
        var used = 0
        var last = 0  // columns used before the last glyph
        for glyph in DisplayText(text).lazy.map(glyphs.shown) {
            guard used + glyph.columns <= room else {
                // The ellipsis is in the last column, or replaces the last glyph.
                let column = used < room ? used : last
                put(glyphs.ellipsis, 1, style, x: point.x + column, y: point.y)
                for blank in column + 1..<max(used, column + 1) {
                    put(" ", 1, style, x: point.x + blank, y: point.y)
                }
                return max(used, column + 1)
            }
            put(glyph.character, glyph.columns, style, x: point.x + used, y: point.y)
            last = used
            used += glyph.columns
        }
        return used
    }

    /// The alignment of a text in its area.
    package enum Alignment: Hashable, Sendable {
        case left
        case center
        case right
    }

    /// Writes one line of text into a row of an area, cut to the area's width.
    package mutating func write(
        _ text: String, in area: Rect, row: Int = 0, style: Style = .normal, align: Alignment = .left
    ) {
        guard row >= 0, row < area.height else { return }
        let free = align == .left ? 0 : max(area.width - glyphs.width(of: text), 0)
        let indent = align == .center ? free / 2 : free
        write(
            text, at: Point(x: area.x + indent, y: area.y + row), style: style,
            width: area.width - indent)
    }

    /// Fills an area with a character; with spaces if it is wider than one column.
    package mutating func fill(_ area: Rect, with character: Character = " ", style: Style = .normal) {
        let area = area.intersection(bounds)
        var text = DisplayText(String(character))
        let glyph = text.next().map(glyphs.shown)
        let character = glyph?.columns == 1 ? glyph?.character ?? " " : " "
        for y in area.y..<area.bottom {
            for x in area.x..<area.right { put(character, 1, style, x: x, y: y) }
        }
    }

    /// Changes the style of an area, but not its text.
    package mutating func restyle(_ area: Rect, _ change: (inout Style) -> Void) {
        let area = area.intersection(bounds)
        for y in area.y..<area.bottom {
            for x in area.x..<area.right { change(&cells[y * size.columns + x].style) }
        }
    }

    /// Sets one cell to a character of the glyph set, one column wide.
    mutating func set(_ character: Character, _ style: Style, x: Int, y: Int) {
        put(character, 1, style, x: x, y: y)
    }

    /// Sets a cell, and the next one for a wide character. Never leaves half of a wide character.
    private mutating func put(_ character: Character, _ columns: Int, _ style: Style, x: Int, y: Int) {
        guard y >= 0, y < size.rows, x < size.columns, x + columns > 0 else { return }
        guard x >= 0, x + columns <= size.columns else {
            // Half of it is outside.
            return put(" ", 1, style, x: max(x, 0), y: y)
        }
        let index = y * size.columns + x
        let end = index + columns - 1
        if cells[index].isContinuation { cells[index - 1].character = " " }
        if x + columns < size.columns, cells[end + 1].isContinuation { cells[end + 1].character = " " }
        cells[index] = Cell(character, style)
        if columns == 2 { cells[end] = Cell(Cell.continuation, style) }
    }

    /// The rows as text, without trailing spaces.
    package var lines: [String] {
        (0..<size.rows).map { y in
            var line = ""
            for x in 0..<size.columns where !self[x, y].isContinuation { line.append(self[x, y].character) }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Calls `body` with each cell that differs from another frame, row by row from the left; with all cells if the
    /// other frame has another size.
    package func forEachChange(from other: CellBuffer?, _ body: (Point, Cell) throws -> Void) rethrows {
        let other = other?.size == size ? other : nil
        for y in 0..<size.rows {
            for x in 0..<size.columns {
                let index = y * size.columns + x
                if let other, other.cells[index] == cells[index] { continue }
                try body(Point(x: x, y: y), cells[index])
            }
        }
    }
}
