// Lines made of dots: eight per cell with Braille characters, one per cell in ASCII.

/// Dots on a grid of cells, with the index of the last line in each cell.
package struct DotCanvas {
    let columns: Int
    let rows: Int
    let dotsAcross: Int  // dots per cell
    let dotsDown: Int
    private(set) var dots: [UInt8]
    private(set) var owners: [UInt16]

    package init(columns: Int, rows: Int, isASCII: Bool) {
        self.columns = columns
        self.rows = rows
        dotsAcross = isASCII ? 1 : 2
        dotsDown = isASCII ? 1 : 4
        dots = Array(repeating: 0, count: columns * rows)
        owners = Array(repeating: 0, count: columns * rows)
    }

    package var width: Int { columns * dotsAcross }
    package var height: Int { rows * dotsDown }

    /// The appearance of a line.
    package struct Pen {
        var owner: UInt16
        var isDashed: Bool

        package init(owner: UInt16, isDashed: Bool = false) {
            self.owner = owner
            self.isDashed = isDashed
        }
    }

    mutating func set(x: Int, y: Int, _ pen: Pen) {
        guard x >= 0, y >= 0, x < width, y < height, !pen.isDashed || x % 6 < 3 else { return }
        let cell = y / dotsDown * columns + x / dotsAcross
        dots[cell] |= dotsAcross == 1 ? 1 : Self.braille[y % 4 * 2 + x % 2]
        owners[cell] = pen.owner
    }

    /// Draws a straight line between two positions in dots, clipped to the canvas.
    package mutating func line(from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ pen: Pen) {
        guard width > 0, height > 0, let (start, end) = clipped(start, end) else { return }
        let across = end.x - start.x
        let down = end.y - start.y
        let steps = max(max(across.magnitude, down.magnitude).rounded(.up), 1)
        for step in 0...Int(steps) {
            let part = Double(step) / steps
            set(x: Int((start.x + across * part).rounded()), y: Int((start.y + down * part).rounded()), pen)
        }
    }

    /// Returns the part of a line within the canvas, or `nil`.
    ///
    /// **Source**: Liang and Barsky, A new concept and method for line clipping, ACM TOG 3(1), 1984.
    private func clipped(
        _ start: (x: Double, y: Double), _ end: (x: Double, y: Double)
    ) -> ((x: Double, y: Double), (x: Double, y: Double))? {
        let across = end.x - start.x
        let down = end.y - start.y
        var enter = 0.0
        var leave = 1.0
        for (toward, distance) in [
            (-across, start.x), (across, Double(width - 1) - start.x),
            (-down, start.y), (down, Double(height - 1) - start.y),
        ] {
            if toward == 0 {
                if distance < -0.5 { return nil }
            } else if toward < 0 {
                enter = max(enter, distance / toward)
            } else {
                leave = min(leave, distance / toward)
            }
        }
        guard enter <= leave, enter.isFinite, leave.isFinite else { return nil }
        return (
            (start.x + across * enter, start.y + down * enter), (start.x + across * leave, start.y + down * leave)
        )
    }

    /// The bits of a Braille pattern's dots, row by row.
    private static let braille: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

    /// Returns a cell's character; `nil` if it has no dot.
    package func character(column: Int, row: Int) -> Character? {
        let bits = dots[row * columns + column]
        return bits == 0 ? nil : Unicode.Scalar(0x2800 + UInt32(bits)).map(Character.init)
    }

    func owner(column: Int, row: Int) -> Int { Int(owners[row * columns + column]) }
}
