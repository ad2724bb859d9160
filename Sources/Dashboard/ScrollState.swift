// The visible part of something longer than its area.

/// The first visible row.
struct ScrollState: Hashable {
    private(set) var top = 0

    /// Scrolls by rows, but not past `last`.
    mutating func move(by rows: Int, last: Int) {
        let (moved, overflows) = top.addingReportingOverflow(rows)
        top = min(max(overflows ? (rows < 0 ? 0 : .max) : moved, 0), max(last, 0))
    }

    /// Scrolls as little as possible to make a row visible among `height` of `count` rows.
    mutating func show(_ row: Int, height: Int, count: Int) {
        let height = max(height, 1)
        top = max(min(max(top, row - height + 1), row, max(count - height, 0)), 0)
    }
}
