// Points and areas on a grid of character cells. The upper left cell is (0, 0); empty areas are allowed everywhere.

/// The position of a cell, counted from the upper left.
package struct Point: Hashable, Sendable {
    /// Columns from the left.
    package var x: Int
    /// Rows from the top.
    package var y: Int

    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// A number of columns and rows; never negative.
package struct Size: Hashable, Sendable {
    package var columns: Int
    package var rows: Int

    /// Creates a size; negative numbers count as 0.
    package init(columns: Int, rows: Int) {
        self.columns = max(columns, 0)
        self.rows = max(rows, 0)
    }
}

/// An area of cells; a negative extent counts as 0.
package struct Rect: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package private(set) var width: Int
    package private(set) var height: Int

    /// Creates an area.
    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(width, 0)
        self.height = max(height, 0)
    }

    /// Creates an area of this size at the upper left.
    package init(_ size: Size) { self.init(x: 0, y: 0, width: size.columns, height: size.rows) }

    /// The first column after the area.
    package var right: Int { x + width }
    /// The first row below the area.
    package var bottom: Int { y + height }
    /// The upper left cell.
    package var origin: Point { Point(x: x, y: y) }
    package var size: Size { Size(columns: width, rows: height) }
    package var isEmpty: Bool { width == 0 || height == 0 }

    /// Whether a cell is in the area.
    package func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < right && point.y >= y && point.y < bottom
    }

    /// Returns the common area.
    package func intersection(_ other: Rect) -> Rect {
        let x = max(x, other.x)
        let y = max(y, other.y)
        return Rect(x: x, y: y, width: min(right, other.right) - x, height: min(bottom, other.bottom) - y)
    }

    /// Returns the area without a margin on each side; empty if the margin is too wide.
    package func inset(columns: Int = 1, rows: Int = 1) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }

    /// Returns a centered area of this size, clipped to this one.
    package func centered(_ size: Size) -> Rect {
        let width = min(size.columns, width)
        let height = min(size.rows, height)
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }

    /// Returns one row; empty outside.
    package func row(_ index: Int) -> Rect {
        Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
    }

    /// Removes rows from the top, as many as there are, and returns them.
    package mutating func takeTop(_ rows: Int) -> Rect {
        let rows = min(max(rows, 0), height)
        defer { self = Rect(x: x, y: y + rows, width: width, height: height - rows) }
        return Rect(x: x, y: y, width: width, height: rows)
    }

    /// Removes rows from the bottom, as many as there are, and returns them.
    package mutating func takeBottom(_ rows: Int) -> Rect {
        let rows = min(max(rows, 0), height)
        height -= rows
        return Rect(x: x, y: bottom, width: width, height: rows)
    }

    /// Removes columns from the left, as many as there are, and returns them.
    package mutating func takeLeft(_ columns: Int) -> Rect {
        let columns = min(max(columns, 0), width)
        defer { self = Rect(x: x + columns, y: y, width: width - columns, height: height) }
        return Rect(x: x, y: y, width: columns, height: height)
    }

    /// Removes columns from the right, as many as there are, and returns them.
    package mutating func takeRight(_ columns: Int) -> Rect {
        let columns = min(max(columns, 0), width)
        width -= columns
        return Rect(x: right, y: y, width: columns, height: height)
    }

    /// A part of a split area.
    package enum Part: Hashable, Sendable {
        /// This many rows or columns, if there are as many.
        case exactly(Int)
        /// A weighted share of what the exact parts leave.
        case share(Int)

        /// An equal share of what the exact parts leave.
        package static let rest = Part.share(1)
    }

    /// Splits the area into rows, one area per part, in order of precedence. They cover the area if there is a share.
    package func rows(_ parts: [Part]) -> [Rect] {
        var top = y
        return Rect.lengths(of: parts, in: height).map { length in
            defer { top += length }
            return Rect(x: x, y: top, width: width, height: length)
        }
    }

    /// Splits the area into columns, one area per part, in order of precedence. They cover the area if there is a
    /// share.
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
            // Each takes its share of the remaining cells, so that rounding never loses or adds a cell.
            lengths[index] = (free * weight + weights / 2) / weights
            free -= lengths[index]
            weights -= weight
        }
        return lengths
    }
}
