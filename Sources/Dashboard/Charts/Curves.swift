// How curves are shown: x axis, smoothing, visible range, and cursor. Converts recorded values to points; ChartView
// draws them.

internal import Experiments
internal import RunLog
internal import Screen

/// A metric in a chart.
package struct Metric: Sendable, Hashable {
    /// Name in the preferences.
    package let name: String
    /// What it draws for each step and each epoch.
    let step: MetricDefinition<Progress>?
    let epoch: MetricDefinition<EpochMetrics>?

    var title: String { name.prefix(1).uppercased() + name.dropFirst() }

    private init(_ name: String) {
        self.name = name
        step = Progress.metrics.first { $0.chart == name }
        epoch = EpochMetrics.metrics.first { $0.chart == name }
    }

    /// Cross-entropy, training and test.
    static let loss = Metric("loss")
    /// Share of correctly classified images, training and test.
    static let accuracy = Metric("accuracy")
    /// The choices for the second chart, with speeds last.
    package static let forSecondChart: [Metric] = {
        let steps = Progress.metrics.filter { $0.unit != .imagesPerSecond } + Progress.metrics
        let names = steps.compactMap(\.chart) + EpochMetrics.metrics.compactMap(\.chart)
        return names.reduce(into: []) { all, name in
            if name != loss.name, !all.contains(where: { $0.name == name }) { all.append(Metric(name)) }
        }
    }()

    package static func == (a: Metric, b: Metric) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The charts' state, apart from preferences.
struct Curves: Hashable {
    /// The visible range of the x axis; `nil` for all.
    private(set) var window: ClosedRange<Double>?
    /// Position of the cursor; `nil` without one.
    private(set) var cursor: Double?

    mutating func resetView() { (window, cursor) = (nil, nil) }

    /// Returns the cursor, moved to a sample of these curves, which may have changed since it was set; `nil` without
    /// one.
    func cursor(on curves: [Curve]) -> Double? {
        cursor.flatMap { Self.place(near: $0, on: curves, window ?? Self.extent(of: curves)) }
    }

    /// Moves the cursor to the sample at the mouse.
    mutating func setCursor(_ x: Double, on curves: [Curve]) {
        let shown = window ?? Self.extent(of: curves)
        cursor = Self.place(near: x, on: curves, shown)
    }

    /// Moves the cursor by a share of the visible range, to the nearest sample there, and scrolls the range with it. It
    /// does not jump over an isolated sample of a dashed curve, which has few samples.
    mutating func moveCursor(by share: Double, on curves: [Curve]) {
        let extent = Self.extent(of: curves)
        let shown = window ?? extent
        let width = shown.upperBound - shown.lowerBound
        let start = cursor ?? (share < 0 ? shown.upperBound : shown.lowerBound)
        let target = start + share * width
        func isAhead(_ x: Double) -> Bool { share < 0 ? x < start : x > start }
        func isPassed(_ x: Double) -> Bool { isAhead(x) && (share < 0 ? x >= target : x <= target) }
        func places(_ curves: [Curve]) -> [Double] { curves.flatMap { $0.samples.map(\.x) } }
        func distance(_ x: Double) -> Double { (x - target).magnitude }
        let few = places(curves.filter(\.isDashed)).filter(isPassed)
        let ahead = few.isEmpty ? places(curves).filter(isAhead) : few
        guard let moved = ahead.min(by: { distance($0) < distance($1) }) ?? cursor else { return }
        cursor = moved
        if moved < shown.lowerBound { pan(by: (moved - shown.lowerBound) / width, in: extent) }
        if moved > shown.upperBound { pan(by: (moved - shown.upperBound) / width, in: extent) }
    }

    /// Returns the position of the sample nearest to `x`, preferring dashed curves if one is close.
    static func place(near x: Double, on curves: [Curve], _ shown: ClosedRange<Double>) -> Double? {
        func nearest(_ curves: [Curve]) -> Double? {
            curves.compactMap { curve in curve.index(nearest: x).map { curve.samples[$0].x } }
                .min { ($0 - x).magnitude < ($1 - x).magnitude }
        }
        let all = nearest(curves)
        guard let few = nearest(curves.filter(\.isDashed)), all != x,
            (few - x).magnitude <= (shown.upperBound - shown.lowerBound) / 200
        else { return all }
        return few
    }

    /// Returns the distance from a position to the next other sample; `nil` if there is none.
    static func gap(at x: Double, on curves: [Curve]) -> Double? {
        curves.flatMap { curve -> [Double] in
            let first = curve.firstIndex(from: x)
            let after = curve.samples[first...].first { $0.x > x }
            return [first > 0 ? x - curve.samples[first - 1].x : nil, after.map { $0.x - x }].compactMap(\.self)
        }.filter { $0 > 0 }.min()
    }

    /// Scales the visible range by `factor`, around the cursor or else the right edge.
    mutating func zoom(by factor: Double, around center: Double? = nil, in extent: ClosedRange<Double>) {
        let shown = window ?? extent
        let (whole, old) = (extent.upperBound - extent.lowerBound, shown.upperBound - shown.lowerBound)
        let width = max(old * factor, whole / 10_000)
        // Without curves, the range is too small to be divided.
        guard whole.isNormal, old > 0, width < whole else {
            window = nil
            return
        }
        let fixed = min(max(center ?? cursor ?? shown.upperBound, shown.lowerBound), shown.upperBound)
        let lower = fixed - (fixed - shown.lowerBound) / old * width
        place(lower, width: width, in: extent)
    }

    /// Moves the visible range by a share of its width; negative is left.
    mutating func pan(by share: Double, in extent: ClosedRange<Double>) {
        guard let window else { return }
        let width = window.upperBound - window.lowerBound
        place(window.lowerBound + share * width, width: width, in: extent)
    }

    private mutating func place(_ lower: Double, width: Double, in extent: ClosedRange<Double>) {
        let lower = min(max(lower, extent.lowerBound), max(extent.upperBound - width, extent.lowerBound))
        window = lower...(lower + width)
    }

    /// Returns the curves of some runs, training before test. Test curves are dashed; that of a single run has its own
    /// colour.
    static func curves(
        _ metric: Metric, of runs: [RunEntry], in catalog: Catalog, _ preferences: Preferences
    ) -> [Curve] {
        let isAlone = runs.count == 1
        let curves = runs.flatMap { run -> [Curve] in
            guard let series = catalog.series[run.name] else { return [] }
            let role = Role.series(catalog.color(of: run.name))
            let train = series.points.compactMap { point -> Curve.Sample? in
                guard let y = metric.step?.value(point.figures),
                    let x = series.place(
                        preferences.axis, step: point.figures.step, epochs: point.epochs,
                        examples: point.figures.examplesSeen, seconds: point.figures.elapsedSeconds)
                else { return nil }
                return y.isFinite ? Curve.Sample(x, y) : nil
            }
            let test = series.epochs.compactMap { epoch -> Curve.Sample? in
                guard let y = metric.epoch?.value(epoch),
                    let x = series.place(
                        preferences.axis, step: epoch.step, epochs: Double(epoch.epoch),
                        examples: series.examplesSeenAfterEpoch[epoch.epoch], seconds: epoch.elapsedSeconds)
                else { return nil }
                return y.isFinite ? Curve.Sample(x, y) : nil
            }
            return [
                Curve(
                    isAlone ? "train" : run.name, samples: smoothed(train, by: preferences.smoothing),
                    measured: preferences.smoothing > 0 ? train.map(\.y) : [], role: role),
                Curve(
                    isAlone ? (metric.step == nil ? "epoch" : "test") : train.isEmpty ? run.name : "", samples: test,
                    role: isAlone ? .accent : role, dashed: true),
            ].filter { !$0.samples.isEmpty }
        }
        // Training curves, which often have more points, must not hide test curves.
        return curves.filter { !$0.isDashed } + curves.filter(\.isDashed)
    }

    /// Returns the exponential moving average, corrected for its initial bias.
    ///
    /// **Source**: Kingma & Ba, *Adam*, 2015, section 3.
    static func smoothed(_ samples: [Curve.Sample], by weight: Double) -> [Curve.Sample] {
        guard weight > 0 else { return samples }
        var (sum, share) = (0.0, 0.0)
        return samples.map { sample in
            sum = weight * sum + (1 - weight) * sample.y
            share = weight * share + (1 - weight)
            return Curve.Sample(sample.x, sum / share)
        }
    }

    /// Returns the range of the curves along x, starting at 0.
    static func extent(of curves: [Curve]) -> ClosedRange<Double> {
        let last = curves.compactMap { $0.samples.last?.x }.max() ?? 0
        return 0...max(last, .leastNonzeroMagnitude)
    }
}

extension RunSeries {
    /// Returns the position on an axis; `nil` while the number of images in an epoch is unknown.
    ///
    /// - Parameter examples: images seen; `nil` in records of earlier versions, whose epochs are assumed to be equally
    ///   long.
    fileprivate func place(
        _ axis: Preferences.Axis, step: Int, epochs: Double, examples: Int?, seconds: Double
    ) -> Double? {
        switch axis {
        case .epoch: epochs
        case .step: Double(step)
        case .time: seconds
        case .images: examples.map(Double.init) ?? started.map { epochs * Double($0.trainExamples) }
        }
    }
}

extension Preferences.Axis {
    /// Formats a position: `epoch 3.41`, `step 1,600`, `12 min 05 s`, `204,672 images`; with enough decimals to
    /// distinguish it from positions that are `gap` away.
    func text(_ x: Double, gap: Double?) -> String {
        func decimals(atLeast least: Int) -> Int {
            var (decimals, unit) = (0, 1.0)
            while decimals < 6, decimals < least || unit > gap ?? 1 { (decimals, unit) = (decimals + 1, unit / 10) }
            return decimals
        }
        switch self {
        case .epoch: return "epoch \(Readable.fixed(x, decimals: decimals(atLeast: 2)))"
        case .step: return "step \(Readable.count(Int(x.rounded())))"
        case .time:
            return Readable.time(seconds: x, decimals: decimals(atLeast: 0))
        case .images: return "\(Readable.count(Int(x.rounded()))) images"
        }
    }
}
