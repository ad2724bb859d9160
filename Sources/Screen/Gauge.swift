// Bars: horizontal gauges and columns side by side.

/// A bar that fills from the left, in eighths of a cell if the characters allow it.
package struct Gauge: Widget, Hashable, Sendable {
    /// From 0 to 1; other values are clamped, NaN is 0.
    package var share: Double
    package var role: Role
    /// Whether the empty part is drawn, too.
    package var hasTrack: Bool

    package init(_ share: Double, role: Role = .filled, track: Bool = true) {
        self.share = share
        self.role = role
        hasTrack = track
    }

    /// Draws into the area's top row.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let bars = buffer.glyphs.rightBars
        let share = share > 0 ? min(share, 1) : 0
        let parts = Int((share * Double(area.width * bars.count)).rounded())
        let (full, rest) = parts.quotientAndRemainder(dividingBy: bars.count)
        var line = area.row(0)
        buffer.fill(line.takeLeft(full), with: bars.last ?? "#", style: Style(role))
        if rest > 0 { buffer.fill(line.takeLeft(1), with: bars[rest - 1], style: Style(role)) }
        if hasTrack { buffer.fill(line, with: buffer.glyphs.track, style: Style(.track)) }
    }
}

/// The latest values, one column each, the newest at the right.
package struct Sparkline: Widget, Hashable, Sendable {
    /// Oldest first; NaN leaves a gap.
    package var values: [Double]
    /// The value that fills the whole height; `nil` for the largest visible value.
    package var top: Double?
    package var role: Role

    package init(_ values: [Double], top: Double? = nil, role: Role = .filled) {
        self.values = values
        self.top = top
        self.role = role
    }

    /// Draws as many values as there are columns, scaled from 0.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        let shown = values.suffix(area.width)
        let top = top ?? shown.filter(\.isFinite).max() ?? 0
        guard top > 0, top.isFinite else { return }
        let bars = buffer.glyphs.upBars
        let parts = area.height * bars.count
        for (column, value) in zip(area.right - shown.count..<area.right, shown) where value.isFinite && value >= 0 {
            // Even the smallest value is visible, unlike a gap.
            let height = max(Int((min(value / top, 1) * Double(parts)).rounded()), 1)
            for row in 0..<area.height {
                let filled = min(height - row * bars.count, bars.count)
                guard filled > 0 else { break }
                buffer.set(bars[filled - 1], Style(role), x: column, y: area.bottom - 1 - row)
            }
        }
    }
}
