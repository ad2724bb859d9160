// What a run has said, gathered for drawing: points along its steps, its epochs, how it began and ended. How points are
// turned into curves is Curves.swift's work.

internal import Experiments

/// A run's measurements so far.
struct RunSeries: Hashable {
    /// Some steps that lie together.
    struct Point: Hashable {
        /// The last of the steps, counted from the run's begin.
        var step: Int
        /// How many steps it stands for.
        var weight: Int
        /// Epochs passed, with a fraction.
        var epochs: Double
        /// Training images seen by then; `nil` where that was not recorded.
        var examplesSeen: Int?
        /// Seconds since the run began.
        var seconds: Double
        /// Mean loss over the steps.
        var loss: Double
        /// Accuracy over the steps, 0 to 1.
        var accuracy: Double
        /// Training images a second over the last seconds.
        var examplesPerSecond: Double
        /// The epoch, from 1, its steps by then, and its means over them.
        var epochSoFar: EpochSoFar
        /// Norm of the gradient, and share of dead units, where they are known.
        var gradientNorm: Double?
        var deadShare: Double?
        /// The learning rate of the last of the steps; `nil` where it was not recorded.
        var learningRate: Double?
    }

    /// What an epoch has come to by one of its steps.
    struct EpochSoFar: Hashable {
        var epoch: Int
        var steps: Int
        var meanLoss: Double
        var meanAccuracy: Double
    }

    /// What tells a start from another one: a run that is resumed uses the numbers of lost records once more.
    fileprivate struct Start: Hashable {
        var sequence: Int
        var time: Double
    }

    /// More points than a screen has dots are thinned.
    static let maxPoints = 8192

    private(set) var started: RunStarted?
    private(set) var points: [Point] = []
    private(set) var epochs: [EpochMetrics] = []
    /// Training images seen by the end of an epoch, where that was recorded.
    private(set) var examplesSeenAfterEpoch: [Int: Int] = [:]
    private(set) var summary: RunSummary?
    /// The last progress, as it came.
    private(set) var latest: Progress?
    /// The last figures of the layers; empty before the first, and in runs of earlier versions.
    private(set) var layers: [LayerHealth] = []
    /// Sequence number of the last record; -1 before the first.
    private(set) var lastSequence = -1
    /// Whether the first record is there, so that nothing is missing before the others.
    private(set) var isComplete = false
    private var starts: Set<Start> = []
    /// Steps that a new point stands for; doubles when points are thinned.
    private var stride = 1

    /// Takes records in order; those that are known already are skipped. After a start that is new, records come again
    /// that were lost: their numbers are used once more.
    mutating func append(_ records: some Sequence<RunRecord>) {
        for record in records { append(record) }
    }

    /// Takes a record; `false` where it is known already.
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
            // What was lost after the checkpoint that it resumes from is trained again.
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
