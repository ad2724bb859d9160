// Curves over one axis, with a legend that reads their values. Zoom and cursor are the owner's state; the chart says
// which x lies under the mouse.

/// A chart of several curves.
package struct Chart: Widget, Hashable, Sendable {
    /// The curves; later ones are drawn over earlier ones.
    package var curves: [Curve]
    /// The part of the x axis to show; all of it if `nil`.
    package var window: ClosedRange<Double>?
    /// The part of the y axis to show; what the curves need if `nil`.
    package var yRange: ClosedRange<Double>?
    /// Whether equal ratios are equal distances on the y axis. Values that are not above 0 are gaps then.
    package var isLogarithmic: Bool
    /// Whether a few values that lie far above all others may run out of the image, so that the others can be read.
    package var cutsPeaks: Bool
    /// What the x axis counts.
    package var xUnit: Ticks.Unit
    /// What the x axis is, said at its end.
    package var xTitle: String
    /// Where to read the curves, best a sample's own place; at their ends if `nil`.
    package var cursor: Double?
    /// Whether the curves' names and values are said above them.
    package var hasLegend: Bool
    /// Said where there is nothing to show.
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

    /// The part of the x axis that is shown; `nil` where there is nothing.
    package var xRange: ClosedRange<Double>? {
        if let window { return Self.widened(window) }
        let ends = curves.compactMap { curve in
            curve.samples.first.flatMap { first in curve.samples.last.map { (first.x, $0.x) } }
        }
        guard let low = ends.map(\.0).min(), let high = ends.map(\.1).max(), low <= high else { return nil }
        return Self.widened(low...high)
    }

    /// The values that the y axis spans at least, in what it measures: their logarithms on a logarithmic axis.
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

    /// Whether values run out of the image at its top.
    package var isCut: Bool {
        guard let xRange, let limit = limit(over: xRange) else { return false }
        return curves.contains { curve in curve.samples(in: xRange).contains { $0.y.isFinite && $0.y > limit } }
    }

    /// Values of a curve that are looked at, at most twice as many; enough to tell what is usual.
    private static let maxSampled = 512

    /// Above what values run out of the image: half as much again as nine in ten of them, where others are ten times
    /// as large. A quarter of each curve's own values stays in it, so that none is outside as a whole. `nil` where all
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

    /// A value's place on the y axis; `nil` for a gap.
    func place(_ value: Double) -> Double? {
        let place = isLogarithmic ? (value > 0 ? value.logarithm : .nan) : value
        return place.isFinite ? place : nil
    }

    /// A range that has room for an axis, or `nil` where no axis is long enough for it.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double>? {
        let span = range.upperBound - range.lowerBound
        let middle = range.lowerBound + span / 2
        guard span.isFinite, middle.isFinite else { return nil }
        guard span <= max(middle.magnitude * 1e-12, 1e-300) else { return range }
        let half = max(middle.magnitude * 0.05, middle == 0 ? 0.5 : 1e-290)
        return middle - half...middle + half
    }

    // MARK: Reading

    /// Samples at most this share of the shown range from the cursor are still told, as near it.
    static let nearness = 1.0 / 200

    /// The number of a curve's sample that is told in the legend, and whether it stands exactly there; `nil` where none
    /// is near the cursor.
    func reading(of curve: Curve) -> (index: Int, isExact: Bool)? {
        guard let cursor else { return curve.samples.lastIndex { $0.y.isFinite }.map { ($0, true) } }
        guard let index = curve.index(nearest: cursor), let xRange else { return nil }
        let distance = (curve.samples[index].x - cursor).magnitude
        guard distance <= (xRange.upperBound - xRange.lowerBound) * Self.nearness else { return nil }
        return (index, distance == 0)
    }

    // MARK: Layout

    /// Where the parts of a chart stand.
    struct Layout {
        var legend: Rect
        var yAxis: Rect
        var plot: Rect
        var xAxis: Rect
        var yTicks: Ticks
        var ySpan: ClosedRange<Double>
    }

    /// Gives up the legend, the x axis and the y axis, in this order, where the plot would have no room beside them.
    func layout(in area: Rect, ySpan: ClosedRange<Double>) -> Layout {
        var plot = area
        let legendRows =
            hasLegend && area.height >= 6 ? legendRows(width: area.width, most: max(area.height / 4, 1)) : 0
        let legend = plot.takeTop(legendRows)
        let xAxis = plot.takeBottom(plot.height >= 4 ? 2 : 0)
        // A range that was asked for is shown as it is.
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
        // Where a round distance leaves one or two marks, a closer one may have room.
        let most = max(height / 3, 2)
        let rows = max(height / 2, 2)
        return (most...2 * max(rows, most)).lazy.map(ticks).first { $0.ticks.count >= 3 && $0.ticks.count <= rows }
            ?? ticks(most)
    }

    /// The cells that the curves are drawn into; empty where there is nothing to show.
    package func plot(in area: Rect) -> Rect {
        guard let xRange, let ySpan = ySpan(over: xRange) else { return Rect(Size(columns: 0, rows: 0)) }
        return layout(in: area, ySpan: ySpan).plot
    }

    /// The x under a place; `nil` beside the plot.
    package func x(at point: Point, in area: Rect) -> Double? {
        let plot = plot(in: area)
        guard plot.contains(point), let xRange else { return nil }
        let part = plot.width > 1 ? Double(point.x - plot.x) / Double(plot.width - 1) : 0.5
        return xRange.lowerBound + part * (xRange.upperBound - xRange.lowerBound)
    }
}
