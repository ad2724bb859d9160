// Which rows of something longer than its place are seen.

/// The first row that is seen.
struct ScrollState: Hashable {
    private(set) var top = 0

    /// Scrolls by rows, no further than to `last`.
    mutating func move(by rows: Int, last: Int) {
        let (moved, overflows) = top.addingReportingOverflow(rows)
        top = min(max(overflows ? (rows < 0 ? 0 : .max) : moved, 0), max(last, 0))
    }

    /// Scrolls as little as need be for a row to be among the `height` that are seen of `count`.
    mutating func show(_ row: Int, height: Int, count: Int) {
        let height = max(height, 1)
        top = max(min(max(top, row - height + 1), row, max(count - height, 0)), 0)
    }
}
