// How curves are shown: over what, how smooth, which part, and where the cursor is. Turns what runs have said into
// points to draw; drawing is CurvesView's work.

internal import Experiments
internal import RunLog
internal import Screen

/// What is drawn in a chart.
public enum Metric: String, Sendable, Hashable, CaseIterable {
    /// Cross-entropy, training and test.
    case loss
    /// Share of pictures that are classified right, training and test.
    case accuracy
    /// Norm of each step's gradient over all parameters.
    case gradientNorm = "gradient norm"
    /// Share of channels and hidden features whose ReLU was closed for a whole batch.
    case deadUnits = "dead units"
    /// Training pictures a second.
    case speed = "pictures a second"

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Those that the second chart can show.
    static let forSecondChart = allCases.filter { $0 != .loss }

    func value(of point: RunSeries.Point) -> Double? {
        switch self {
        case .loss: point.loss
        case .accuracy: point.accuracy
        case .gradientNorm: point.gradientNorm
        case .deadUnits: point.deadShare
        case .speed: point.examplesPerSecond
        }
    }

    /// What the evaluation after an epoch gave, where there is such a thing.
    func testValue(of epoch: EpochMetrics) -> Double? {
        switch self {
        case .loss: epoch.testLoss
        case .accuracy: epoch.testAccuracy
        case .gradientNorm, .deadUnits, .speed: nil
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

    /// Puts the cursor where the mouse is.
    mutating func setCursor(_ x: Double?, in extent: ClosedRange<Double>) {
        cursor = x.map { min(max($0, extent.lowerBound), extent.upperBound) }
    }

    /// Moves the cursor by a share of the shown part, which follows it.
    mutating func moveCursor(by share: Double, in extent: ClosedRange<Double>) {
        let shown = window ?? extent
        let width = shown.upperBound - shown.lowerBound
        let start = cursor ?? (share < 0 ? shown.upperBound : shown.lowerBound)
        let moved = min(max(start + share * width, extent.lowerBound), extent.upperBound)
        cursor = moved
        if moved < shown.lowerBound { pan(by: (moved - shown.lowerBound) / width, in: extent) }
        if moved > shown.upperBound { pan(by: (moved - shown.upperBound) / width, in: extent) }
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
                        preferences.axis, step: point.step, epochs: point.epochs, seconds: point.seconds)
                else { return nil }
                return y.isFinite ? Curve.Sample(x, y) : nil
            }
            let test = series.epochs.compactMap { epoch -> Curve.Sample? in
                guard let y = metric.testValue(of: epoch),
                    let x = series.place(
                        preferences.axis, step: epoch.step, epochs: Double(epoch.epoch), seconds: epoch.elapsedSeconds)
                else { return nil }
                return y.isFinite ? Curve.Sample(x, y) : nil
            }
            return [
                Curve(
                    isAlone ? "train" : run.name, samples: smoothed(train, by: preferences.smoothing), role: role),
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
    fileprivate func place(_ axis: Preferences.Axis, step: Int, epochs: Double, seconds: Double) -> Double? {
        switch axis {
        case .epoch: epochs
        case .step: Double(step)
        case .time: seconds
        case .pictures: started.map { epochs * Double($0.trainExamples) }
        }
    }
}

extension Preferences.Axis {
    /// A place in words: `epoch 3.41`, `step 1,600`, `12:05`, `204,672 pictures`.
    func text(_ x: Double) -> String {
        switch self {
        case .epoch: "epoch \(Readable.fixed(x, decimals: 2))"
        case .step: "step \(Readable.count(Int(x)))"
        case .time: ListColumn.clock(x)
        case .pictures: "\(Readable.count(Int(x))) pictures"
        }
    }
}
