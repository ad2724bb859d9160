// A run's recorded values, collected for drawing: points along its steps, its epochs, start and end. Curves.swift
// converts points to curves.

internal import Experiments

struct RunSeries: Hashable {
    /// Some consecutive steps.
    struct Point: Hashable {
        /// The last of the steps, counted from the start of the run.
        var step: Int
        /// Number of steps that the point stands for.
        var weight: Int
        /// Epochs trained, with a fraction.
        var epochs: Double
        /// Training images seen so far; `nil` if that was not recorded.
        var examplesSeen: Int?
        /// Seconds since the run started.
        var seconds: Double
        /// Mean loss over the steps.
        var loss: Double
        /// Accuracy over the steps, 0 to 1.
        var accuracy: Double
        /// Training images per second over the last seconds.
        var examplesPerSecond: Double
        /// The running means of the current epoch at the last of the steps.
        var epochSoFar: EpochSoFar
        /// Gradient norm, and share of dead units, if known.
        var gradientNorm: Double?
        var deadShare: Double?
        /// The learning rate of the last of the steps; `nil` where it was not recorded.
        var learningRate: Double?
    }

    /// The running means of an epoch at one of its steps.
    struct EpochSoFar: Hashable {
        var epoch: Int
        var steps: Int
        var meanLoss: Double
        var meanAccuracy: Double
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
        points.removeAll { $0.step > step }
        epochs.removeAll { $0.step > step }
        if let latest, latest.step > step { self.latest = nil }
    }

    private mutating func append(_ progress: Progress) {
        defer { latest = progress }
        if !progress.layers.isEmpty { layers = progress.layers }
        if let last = points.last, progress.step <= last.step { forget(after: progress.step - 1) }
        if progress.stepInEpoch == progress.stepsPerEpoch {
            examplesSeenAfterEpoch[progress.epoch] = progress.examplesSeen
        }
        let passed = Double(progress.epoch - 1)
        let share = Double(progress.stepInEpoch) / Double(max(progress.stepsPerEpoch, 1))
        var point = Point(
            step: progress.step, weight: 1, epochs: passed + share, examplesSeen: progress.examplesSeen,
            seconds: progress.elapsedSeconds, loss: progress.loss, accuracy: progress.meanAccuracy,
            examplesPerSecond: progress.examplesPerSecond,
            epochSoFar: EpochSoFar(
                epoch: progress.epoch, steps: progress.stepInEpoch, meanLoss: progress.meanLoss,
                meanAccuracy: progress.meanAccuracy),
            gradientNorm: progress.gradientNorm, deadShare: progress.deadShare, learningRate: progress.learningRate)
        // Means of an epoch so far at two places give the mean between them, whichever steps were left out.
        let before = points.last.flatMap { $0.epochSoFar.epoch == progress.epoch ? $0.epochSoFar : nil }
        if progress.stepInEpoch > before?.steps ?? 0 {
            let (from, to) = (Double(before?.steps ?? 0), Double(progress.stepInEpoch))
            func between(_ old: Double, _ new: Double) -> Double { (new * to - old * from) / (to - from) }
            point.weight = max(Int(to - from), 1)
            let accuracy = between(before?.meanAccuracy ?? 0, progress.meanAccuracy)
            point.accuracy = min(max(accuracy, 0), 1)
            if point.weight > 1 { point.loss = max(between(before?.meanLoss ?? 0, progress.meanLoss), 0) }
        }
        if let last = points.last, last.weight + point.weight <= stride, last.epochs.rounded(.up) > passed {
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
    fileprivate func merged(with next: RunSeries.Point) -> RunSeries.Point {
        var merged = next
        merged.weight = weight + next.weight
        let share = Double(weight) / Double(merged.weight)
        merged.loss = loss * share + next.loss * (1 - share)
        merged.accuracy = accuracy * share + next.accuracy * (1 - share)
        func mean(_ value: Double?, _ next: Double?) -> Double? {
            guard let value, let next else { return value ?? next }
            return value * share + next * (1 - share)
        }
        merged.gradientNorm = mean(gradientNorm, next.gradientNorm)
        merged.deadShare = mean(deadShare, next.deadShare)
        return merged
    }
}

extension RunSeries.Start {
    fileprivate init(_ record: RunRecord) { self.init(sequence: record.sequence, time: record.time) }
}

extension RunRecord {
    fileprivate var isStart: Bool { if case .runStarted = event { true } else { false } }
}
