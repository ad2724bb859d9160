// Places and areas on a grid of character cells. The upper left cell is (0, 0); empty areas are legal everywhere.

/// A cell's place, counted from the upper left.
package struct Point: Hashable, Sendable {
    /// Columns from the left.
    package var x: Int
    /// Rows from the top.
    package var y: Int

    /// This column and row.
    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// How many columns and rows something has; never negative.
package struct Size: Hashable, Sendable {
    /// Cells in a row.
    package var columns: Int
    /// Cells in a column.
    package var rows: Int

    /// This many; what is negative counts as none.
    package init(columns: Int, rows: Int) {
        self.columns = max(columns, 0)
        self.rows = max(rows, 0)
    }
}

/// An area of cells; a negative extent counts as none.
package struct Rect: Hashable, Sendable {
    /// The leftmost column.
    package var x: Int
    /// The topmost row.
    package var y: Int
    package private(set) var width: Int
    package private(set) var height: Int

    /// The area from this cell on.
    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(width, 0)
        self.height = max(height, 0)
    }

    /// The area of this size at the upper left.
    package init(_ size: Size) { self.init(x: 0, y: 0, width: size.columns, height: size.rows) }

    /// The first column after the area.
    package var right: Int { x + width }
    /// The first row below the area.
    package var bottom: Int { y + height }
    /// The upper left cell.
    package var origin: Point { Point(x: x, y: y) }
    /// The extent.
    package var size: Size { Size(columns: width, rows: height) }
    /// Whether no cell lies in it.
    package var isEmpty: Bool { width == 0 || height == 0 }

    /// Whether the cell lies in it.
    package func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < right && point.y >= y && point.y < bottom
    }

    /// What both areas cover.
    package func intersection(_ other: Rect) -> Rect {
        let x = max(x, other.x)
        let y = max(y, other.y)
        return Rect(x: x, y: y, width: min(right, other.right) - x, height: min(bottom, other.bottom) - y)
    }

    /// Without a margin on each side; a margin too wide leaves nothing.
    package func inset(columns: Int = 1, rows: Int = 1) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }

    /// An area of this size in the middle of this one, at most as large as it.
    package func centered(_ size: Size) -> Rect {
        let width = min(size.columns, width)
        let height = min(size.rows, height)
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }

    /// One row of it; empty outside.
    package func row(_ index: Int) -> Rect {
        Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
    }

    /// Cuts rows off the top, as many as there are.
    package mutating func takeTop(_ rows: Int) -> Rect {
        let rows = min(max(rows, 0), height)
        defer { self = Rect(x: x, y: y + rows, width: width, height: height - rows) }
        return Rect(x: x, y: y, width: width, height: rows)
    }

    /// Cuts rows off the bottom, as many as there are.
    package mutating func takeBottom(_ rows: Int) -> Rect {
        let rows = min(max(rows, 0), height)
        height -= rows
        return Rect(x: x, y: bottom, width: width, height: rows)
    }

    /// Cuts columns off the left, as many as there are.
    package mutating func takeLeft(_ columns: Int) -> Rect {
        let columns = min(max(columns, 0), width)
        defer { self = Rect(x: x + columns, y: y, width: width - columns, height: height) }
        return Rect(x: x, y: y, width: columns, height: height)
    }

    /// Cuts columns off the right, as many as there are.
    package mutating func takeRight(_ columns: Int) -> Rect {
        let columns = min(max(columns, 0), width)
        width -= columns
        return Rect(x: right, y: y, width: columns, height: height)
    }

    /// A part of an area that is split.
    package enum Part: Hashable, Sendable {
        /// This many rows or columns, where there are as many.
        case exactly(Int)
        /// What the exact parts leave, shared out by weight.
        case share(Int)

        /// An equal share of what the exact parts leave.
        package static let rest = Part.share(1)
    }

    /// Areas below each other, one a part, first come first served. They cover this area if there is a share.
    package func rows(_ parts: [Part]) -> [Rect] {
        var top = y
        return Rect.lengths(of: parts, in: height).map { length in
            defer { top += length }
            return Rect(x: x, y: top, width: width, height: length)
        }
    }

    /// Areas side by side, one a part, first come first served. They cover this area if there is a share.
    package func columns(_ parts: [Part]) -> [Rect] {
        var left = x
        return Rect.lengths(of: parts, in: width).map { length in
            defer { left += length }
            return Rect(x: left, y: y, width: length, height: height)
        }
    }

    private static func lengths(of parts: [Part], in total: Int) -> [Int] {
        var free = total
        var lengths = parts.map { part in
            guard case .exactly(let wanted) = part else { return 0 }
            let length = min(max(wanted, 0), free)
            free -= length
            return length
        }
        var weights = parts.reduce(0) { sum, part in
            if case .share(let weight) = part { sum + max(weight, 0) } else { sum }
        }
        for (index, part) in parts.enumerated() {
            guard case .share(let weight) = part, weight > 0 else { continue }
            // Each takes its share of what is left, so that rounding never loses or invents a cell.
            lengths[index] = (free * weight + weights / 2) / weights
            free -= lengths[index]
            weights -= weight
        }
        return lengths
    }
}
