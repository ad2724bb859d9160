// How curves are shown: over what, how smooth, which part, and where the cursor is. Turns what runs have said into
// points to draw; drawing is ChartView's work.

internal import Experiments
internal import RunLog
internal import Screen

/// What is drawn in a chart.
package enum Metric: String, Sendable, Hashable, CaseIterable {
    /// Cross-entropy, training and test.
    case loss
    /// Share of images that are classified right, training and test.
    case accuracy
    /// Norm of each step's gradient over all parameters.
    case gradientNorm = "gradient norm"
    /// Share of channels and hidden features whose ReLU was closed for a whole batch.
    case deadUnits = "dead units"
    case learningRate = "learning rate"
    /// Training images a second.
    case speed = "images a second"

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Those that the second chart can show.
    static let forSecondChart = allCases.filter { $0 != .loss }

    func value(of point: RunSeries.Point) -> Double? {
        switch self {
        case .loss: point.loss
        case .accuracy: point.accuracy
        case .gradientNorm: point.gradientNorm
        case .deadUnits: point.deadShare
        case .learningRate: point.learningRate
        case .speed: point.examplesPerSecond
        }
    }

    /// What the evaluation after an epoch gave, where there is such a thing.
    func testValue(of epoch: EpochMetrics) -> Double? {
        switch self {
        case .loss: epoch.testLoss
        case .accuracy: epoch.testAccuracy
        case .gradientNorm, .deadUnits, .learningRate, .speed: nil
        }
    }
}

/// The charts' state, beside what preferences say.
struct Curves: Hashable {
    /// The part of the x axis that is shown; `nil` for all of it.
    private(set) var window: ClosedRange<Double>?
    /// Where values are read; `nil` without a cursor.
    private(set) var cursor: Double?

    mutating func resetView() { (window, cursor) = (nil, nil) }

    /// The cursor on a sample of these curves, which may have changed since it was put there; `nil` without one.
    func cursor(on curves: [Curve]) -> Double? {
        cursor.flatMap { Self.place(near: $0, on: curves, window ?? Self.extent(of: curves)) }
    }

    /// Puts the cursor onto the sample that the mouse means.
    mutating func setCursor(_ x: Double, on curves: [Curve]) {
        let shown = window ?? Self.extent(of: curves)
        cursor = Self.place(near: x, on: curves, shown)
    }

    /// Moves the cursor by a share of the shown part, which follows it, to the sample nearest there. It passes over no
    /// place of a dashed curve, whose samples are few, that lies alone in its way.
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

    /// The place of the sample nearest to `x`; that of a dashed curve goes first where one is close.
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

    /// How far the next other sample is from a place; `nil` where there is none.
    static func gap(at x: Double, on curves: [Curve]) -> Double? {
        curves.flatMap { curve -> [Double] in
            let first = curve.firstIndex(from: x)
            let after = curve.samples[first...].first { $0.x > x }
            return [first > 0 ? x - curve.samples[first - 1].x : nil, after.map { $0.x - x }].compactMap(\.self)
        }.filter { $0 > 0 }.min()
    }

    /// Shows a part `factor` times as wide, around the cursor or else the right edge.
    mutating func zoom(by factor: Double, around center: Double? = nil, in extent: ClosedRange<Double>) {
        let shown = window ?? extent
        let (whole, old) = (extent.upperBound - extent.lowerBound, shown.upperBound - shown.lowerBound)
        let width = max(old * factor, whole / 10_000)
        guard whole > 0, old > 0, width < whole else {
            window = nil
            return
        }
        let fixed = min(max(center ?? cursor ?? shown.upperBound, shown.lowerBound), shown.upperBound)
        let lower = fixed - (fixed - shown.lowerBound) / old * width
        place(lower, width: width, in: extent)
    }

    /// Shows what lies to the left or right, by a share of the shown part.
    mutating func pan(by share: Double, in extent: ClosedRange<Double>) {
        guard let window else { return }
        let width = window.upperBound - window.lowerBound
        place(window.lowerBound + share * width, width: width, in: extent)
    }

    private mutating func place(_ lower: Double, width: Double, in extent: ClosedRange<Double>) {
        let lower = min(max(lower, extent.lowerBound), max(extent.upperBound - width, extent.lowerBound))
        window = lower...(lower + width)
    }

    /// The curves of some runs, those of training before those of test. Test curves are dashed; that of a run alone has its own colour.
    static func curves(
        _ metric: Metric, of runs: [RunEntry], in catalog: Catalog, _ preferences: Preferences
    ) -> [Curve] {
        let isAlone = runs.count == 1
        let curves = runs.flatMap { run -> [Curve] in
            guard let series = catalog.series[run.name] else { return [] }
            let role = Role.series(catalog.color(of: run.name))
            let train = series.points.compactMap { point -> Curve.Sample? in
                guard let y = metric.value(of: point),
                    let x = series.place(
                        preferences.axis, step: point.step, epochs: point.epochs, examples: point.examplesSeen,
                        seconds: point.seconds)
                else { return nil }
                return y.isFinite ? Curve.Sample(x, y) : nil
            }
            let test = series.epochs.compactMap { epoch -> Curve.Sample? in
                guard let y = metric.testValue(of: epoch),
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
                    isAlone ? "test" : train.isEmpty ? run.name : "", samples: test,
                    role: isAlone ? .accent : role, dashed: true),
            ].filter { !$0.samples.isEmpty }
        }
        // Those of training are often longer and must not hide those of test.
        return curves.filter { !$0.isDashed } + curves.filter(\.isDashed)
    }

    /// Exponential moving average that does not favour the first value.
    ///
    /// **Source**: Kingma & Ba, *Adam*, 2015, section 3, on the correction of the initial bias.
    static func smoothed(_ samples: [Curve.Sample], by weight: Double) -> [Curve.Sample] {
        guard weight > 0 else { return samples }
        var (sum, share) = (0.0, 0.0)
        return samples.map { sample in
            sum = weight * sum + (1 - weight) * sample.y
            share = weight * share + (1 - weight)
            return Curve.Sample(sample.x, sum / share)
        }
    }

    /// Everything that the curves cover along x, from 0 on.
    static func extent(of curves: [Curve]) -> ClosedRange<Double> {
        let last = curves.compactMap { $0.samples.last?.x }.max() ?? 0
        return 0...max(last, .leastNonzeroMagnitude)
    }
}

extension RunSeries {
    /// The place on an axis; `nil` while it is not known how many images an epoch has.
    ///
    /// - Parameter examples: images seen; `nil` in what earlier versions recorded, where all epochs are taken to be alike.
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
    /// A place in words: `epoch 3.41`, `step 1,600`, `12 min 05 s`, `204,672 images`; with as many decimals as tell it from
    /// places that are `gap` away.
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
