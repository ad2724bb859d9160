// Curves over a common x axis, with a legend that shows their values. The owner holds zoom and cursor as state; the
// chart maps the mouse to x.

/// A chart of several curves.
package struct Chart: Widget, Hashable, Sendable {
    /// The curves; later ones are drawn over earlier ones.
    package var curves: [Curve]
    /// The visible range of the x axis; `nil` for all.
    package var window: ClosedRange<Double>?
    /// The visible range of the y axis; `nil` for what the curves need.
    package var yRange: ClosedRange<Double>?
    /// Whether the y axis is logarithmic. Values that are not above 0 are gaps then.
    package var isLogarithmic: Bool
    /// Whether a few values far above all others may be clipped at the top, so that the others are readable.
    package var cutsPeaks: Bool
    /// Unit of the x axis.
    package var xUnit: Ticks.Unit
    /// Title of the x axis, shown at its end.
    package var xTitle: String
    /// Where to read the curves, preferably at a sample; `nil` for their ends.
    package var cursor: Double?
    /// Whether the curves' names and values are shown above them.
    package var hasLegend: Bool
    /// Shown if there is no curve.
    package var placeholder: String

    package init(
        _ curves: [Curve], window: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil,
        logarithmic: Bool = false, cutsPeaks: Bool = false, xUnit: Ticks.Unit = .number, xTitle: String = "",
        cursor: Double? = nil,
        legend: Bool = true, placeholder: String = "nothing to show yet"
    ) {
        self.curves = curves
        self.window = window
        self.yRange = yRange
        isLogarithmic = logarithmic
        self.cutsPeaks = cutsPeaks
        self.xUnit = xUnit
        self.xTitle = xTitle
        self.cursor = cursor
        hasLegend = legend
        self.placeholder = placeholder
    }

    // MARK: Ranges

    /// The visible range of the x axis; `nil` if there is nothing to show.
    package var xRange: ClosedRange<Double>? {
        if let window { return Self.widened(window) }
        let ends = curves.compactMap { curve in
            curve.samples.first.flatMap { first in curve.samples.last.map { (first.x, $0.x) } }
        }
        guard let low = ends.map(\.0).min(), let high = ends.map(\.1).max(), low <= high else { return nil }
        return Self.widened(low...high)
    }

    /// Returns the minimum range of the y axis in its own unit, which is the logarithm on a logarithmic axis.
    package func ySpan(over xRange: ClosedRange<Double>) -> ClosedRange<Double>? {
        if let yRange, let low = place(yRange.lowerBound), let high = place(yRange.upperBound) {
            return Self.widened(low...high)
        }
        var low = Double.infinity
        var high = -Double.infinity
        for curve in curves {
            for sample in curve.samples(in: xRange) where sample.y.isFinite && (!isLogarithmic || sample.y > 0) {
                low = min(low, sample.y)
                high = max(high, sample.y)
            }
        }
        guard low <= high else { return nil }
        if let limit = limit(over: xRange), limit < high { high = max(limit, low) }
        if isLogarithmic { (low, high) = (low.logarithm, high.logarithm) }
        return Self.widened(low...high)
    }

    /// Whether values are clipped at the top.
    package var isCut: Bool {
        guard let xRange, let limit = limit(over: xRange) else { return false }
        return curves.contains { curve in curve.samples(in: xRange).contains { $0.y.isFinite && $0.y > limit } }
    }

    /// Number of values sampled per curve, at most doubled; enough to find the usual range.
    private static let maxSampled = 512

    /// Returns the value above which curves are clipped: 1.5 times the 90th percentile, if other values are ten times
    /// as large. At least a quarter of each curve's own values stays visible, so that no curve disappears. `nil` if all
    /// are shown.
    private func limit(over xRange: ClosedRange<Double>) -> Double? {
        guard cutsPeaks, !isLogarithmic, yRange == nil else { return nil }
        let parts = curves.map { $0.samples(in: xRange) }
        let values = parts.map { part in
            stride(from: part.startIndex, to: part.endIndex, by: max(part.count / Self.maxSampled, 1))
                .map { part[$0].y }.filter { $0.isFinite && $0 >= 0 }.sorted()
        }
        let all = values.joined().sorted()
        guard let most = parts.compactMap({ $0.lazy.map(\.y).filter(\.isFinite).max() }).max(), !all.isEmpty else {
            return nil
        }
        let usual = all[all.count * 9 / 10]
        guard usual > 0, most > 10 * usual else { return nil }
        return 1.5 * values.filter { !$0.isEmpty }.reduce(usual) { max($0, $1[$1.count / 4]) }
    }

    /// Returns a value's position on the y axis; `nil` for a gap.
    func place(_ value: Double) -> Double? {
        let place = isLogarithmic ? (value > 0 ? value.logarithm : .nan) : value
        return place.isFinite ? place : nil
    }

    /// Returns a range wide enough for an axis, or `nil` if there is none.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double>? {
        let span = range.upperBound - range.lowerBound
        let middle = range.lowerBound + span / 2
        guard span.isFinite, middle.isFinite else { return nil }
        guard span <= max(middle.magnitude * 1e-12, 1e-300) else { return range }
        let half = max(middle.magnitude * 0.05, middle == 0 ? 0.5 : 1e-290)
        return middle - half...middle + half
    }

    // MARK: Reading

    /// Samples within this share of the visible range from the cursor are shown as close by.
    static let nearness = 1.0 / 200

    /// Returns the index of a curve's sample for the legend, and whether it is exactly at the cursor; `nil` if none is
    /// close.
    func reading(of curve: Curve) -> (index: Int, isExact: Bool)? {
        guard let cursor else { return curve.samples.lastIndex { $0.y.isFinite }.map { ($0, true) } }
        guard let index = curve.index(nearest: cursor), let xRange else { return nil }
        let distance = (curve.samples[index].x - cursor).magnitude
        guard distance <= (xRange.upperBound - xRange.lowerBound) * Self.nearness else { return nil }
        return (index, distance == 0)
    }

    // MARK: Layout

    /// The areas of a chart's parts.
    struct Layout {
        var legend: Rect
        var yAxis: Rect
        var plot: Rect
        var xAxis: Rect
        var yTicks: Ticks
        var ySpan: ClosedRange<Double>
    }

    /// Omits the legend, the x axis and the y axis, in this order, if there is not enough room for the plot.
    func layout(in area: Rect, ySpan: ClosedRange<Double>) -> Layout {
        var plot = area
        let legendRows =
            hasLegend && area.height >= 6 ? legendRows(width: area.width, most: max(area.height / 4, 1)) : 0
        let legend = plot.takeTop(legendRows)
        let xAxis = plot.takeBottom(plot.height >= 4 ? 2 : 0)
        // An explicit range is shown exactly.
        let (yTicks, ySpan) =
            (yRange == nil ? Ticks.inRows(ySpan, rows: plot.height, logarithmic: isLogarithmic) : nil)
            ?? (yTicks(ySpan, height: plot.height), ySpan)
        let labels = (yTicks.ticks.map(\.text.count).max() ?? 0) + 1
        let yAxis = plot.takeLeft(plot.width >= labels + 10 ? labels : 0)
        return Layout(legend: legend, yAxis: yAxis, plot: plot, xAxis: xAxis, yTicks: yTicks, ySpan: ySpan)
    }

    private func yTicks(_ ySpan: ClosedRange<Double>, height: Int) -> Ticks {
        func ticks(_ most: Int) -> Ticks {
            isLogarithmic
                ? Ticks(logarithmic: Double.power(ySpan.lowerBound)...Double.power(ySpan.upperBound), most: most)
                : Ticks(linear: ySpan, most: most)
        }
        // If a round interval gives only one or two marks, a smaller interval may fit.
        let most = max(height / 3, 2)
        let rows = max(height / 2, 2)
        return (most...2 * max(rows, most)).lazy.map(ticks).first { $0.ticks.count >= 3 && $0.ticks.count <= rows }
            ?? ticks(most)
    }

    /// Returns the area of the curves; empty if there is nothing to show.
    package func plot(in area: Rect) -> Rect {
        guard let xRange, let ySpan = ySpan(over: xRange) else { return Rect(Size(columns: 0, rows: 0)) }
        return layout(in: area, ySpan: ySpan).plot
    }

    /// Returns the x value at a point; `nil` outside of the plot.
    package func x(at point: Point, in area: Rect) -> Double? {
        let plot = plot(in: area)
        guard plot.contains(point), let xRange else { return nil }
        let part = plot.width > 1 ? Double(point.x - plot.x) / Double(plot.width - 1) : 0.5
        return xRange.lowerBound + part * (xRange.upperBound - xRange.lowerBound)
    }
}
