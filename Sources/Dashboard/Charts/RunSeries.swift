// A run's recorded values, collected for drawing: points along its steps, its epochs, start and end. Curves.swift
// converts points to curves.

internal import Experiments

struct RunSeries: Hashable {
    /// Some consecutive steps.
    struct Point: Hashable {
        /// The last of the steps, with the metrics of charts averaged over all of them. Speeds are averages over some seconds
        /// already.
        var figures: Progress
        /// Number of steps that the point stands for.
        var weight: Int
        /// Accuracy of the epoch so far at the last of the steps.
        var accuracySoFar: Double

        /// Epochs trained, with a fraction.
        var epochs: Double {
            Double(figures.epoch - 1) + Double(figures.stepInEpoch) / Double(max(figures.stepsPerEpoch, 1))
        }
    }

    /// Identifies a start: a resumed run reuses the sequence numbers of lost records.
    fileprivate struct Start: Hashable {
        var sequence: Int
        var time: Double
    }

    /// Beyond this number, points are thinned; a screen has fewer dots.
    static let maxPoints = 8192

    private(set) var started: RunStarted?
    private(set) var points: [Point] = []
    private(set) var epochs: [EpochMetrics] = []
    /// Training images seen by the end of each epoch, if recorded.
    private(set) var examplesSeenAfterEpoch: [Int: Int] = [:]
    private(set) var summary: RunSummary?
    /// The last progress record.
    private(set) var latest: Progress?
    /// The last health metrics of the layers; empty before the first, and in runs of earlier versions.
    private(set) var layers: [LayerHealth] = []
    /// Sequence number of the last record; -1 before the first.
    private(set) var lastSequence = -1
    /// Whether the first record has arrived, so that no earlier one is missing.
    private(set) var isComplete = false
    private var starts: Set<Start> = []
    /// Steps per new point; doubles when points are thinned.
    private var stride = 1

    /// Appends records in order and skips known ones. After a new start, records that were lost come again with the
    /// same sequence numbers.
    mutating func append(_ records: some Sequence<RunRecord>) {
        for record in records { append(record) }
    }

    /// Appends a record; returns `false` if it is already known.
    @discardableResult
    mutating func append(_ record: RunRecord) -> Bool {
        let isNewStart = record.isStart && starts.insert(Start(record)).inserted
        guard isNewStart || record.sequence > lastSequence else { return false }
        if record.sequence == 0 { isComplete = true }
        lastSequence = record.sequence
        append(record.event)
        return true
    }

    private mutating func append(_ event: RunEvent) {
        switch event {
        case .runStarted(let started):
            self.started = started
            summary = nil
            // What came after the checkpoint that it resumes from was lost and is trained again.
            forget(after: started.resumedStep)
        case .progress(let progress): append(progress)
        case .epochFinished(let metrics):
            epochs.removeAll { $0.epoch >= metrics.epoch }
            epochs.append(metrics)
        case .runFinished(let summary): self.summary = summary
        case .evaluating, .checkpointSaved, .warning: break
        }
    }

    private mutating func forget(after step: Int) {
        points.removeAll { $0.figures.step > step }
        epochs.removeAll { $0.step > step }
        if let latest, latest.step > step { self.latest = nil }
    }

    private mutating func append(_ progress: Progress) {
        defer { latest = progress }
        if !progress.layers.isEmpty { layers = progress.layers }
        if let last = points.last, progress.step <= last.figures.step { forget(after: progress.step - 1) }
        if progress.stepInEpoch == progress.stepsPerEpoch {
            examplesSeenAfterEpoch[progress.epoch] = progress.examplesSeen
        }
        var point = Point(figures: progress, weight: 1, accuracySoFar: progress.meanAccuracy)
        point.figures.layers = []
        // The running means at two places of an epoch give the mean between them, whichever steps were left out.
        let before = points.last.flatMap { $0.figures.epoch == progress.epoch ? $0 : nil }
        let (from, to) = (Double(before?.figures.stepInEpoch ?? 0), Double(progress.stepInEpoch))
        if to > from {
            func between(_ old: Double, _ new: Double) -> Double { (new * to - old * from) / (to - from) }
            point.weight = max(Int(to - from), 1)
            let accuracy = between(before?.accuracySoFar ?? 0, progress.meanAccuracy)
            point.figures.meanAccuracy = min(max(accuracy, 0), 1)
            if point.weight > 1 {
                point.figures.loss = max(between(before?.figures.meanLoss ?? 0, progress.meanLoss), 0)
            }
        }
        if let last = points.last, last.weight + point.weight <= stride,
            last.epochs.rounded(.up) > Double(progress.epoch - 1)
        {
            points[points.count - 1] = last.merged(with: point)
        } else {
            points.append(point)
        }
        if points.count > Self.maxPoints { thin() }
    }

    private mutating func thin() {
        stride *= 2
        var thinned: [Point] = []
        thinned.reserveCapacity(points.count / 2 + 1)
        for pair in Swift.stride(from: 0, to: points.count, by: 2) {
            thinned.append(pair + 1 < points.count ? points[pair].merged(with: points[pair + 1]) : points[pair])
        }
        points = thinned
    }
}

extension RunSeries.Point {
    private static let means = Progress.metrics.filter { $0.chart != nil && $0.unit != .imagesPerSecond }

    fileprivate func merged(with next: RunSeries.Point) -> RunSeries.Point {
        var merged = next
        merged.weight = weight + next.weight
        let share = Double(weight) / Double(merged.weight)
        for metric in Self.means {
            guard let value = metric.value(figures) else { continue }
            metric.set(&merged.figures, metric.value(next.figures).map { value * share + $0 * (1 - share) } ?? value)
        }
        return merged
    }
}

extension RunSeries.Start {
    fileprivate init(_ record: RunRecord) { self.init(sequence: record.sequence, time: record.time) }
}

extension RunRecord {
    fileprivate var isStart: Bool { if case .runStarted = event { true } else { false } }
}
