// Where a run stands between two steps: with the model's numbers, all that it takes to continue as if it had never stopped.
// Order of images and dropout are functions of seed and position, so no generator's state is among it.

/// A place between two steps of a run, with what has been summed up by then.
package struct RunPosition: Sendable, Hashable, Codable {
    /// Steps made since the run began.
    package var step: Int
    /// The current epoch, from 1; one more than there are epochs when all are done.
    package var epoch: Int
    /// Steps made in this epoch; as many as it has when only its evaluation is due.
    package var stepInEpoch: Int
    /// Images of this epoch so far.
    package var epochExamples: Int
    /// Of these, those whose largest logit was at their label.
    package var epochCorrect: Int
    /// Cross-entropy added up over them.
    package var epochLossSum: Double
    /// The last epoch that was finished, if any.
    package var lastEpoch: EpochMetrics?
    /// The finished epoch with the highest test accuracy, the first of equals.
    package var bestEpoch: EpochMetrics?
    /// The best value that early stopping has seen; `nil` without it.
    package var watched: Watched?
    /// Times of the run so far.
    package var time: RunTime

    /// A value after an epoch.
    package struct Watched: Sendable, Hashable, Codable {
        package var value: Double
        package var epoch: Int

        package init(value: Double, epoch: Int) { (self.value, self.epoch) = (value, epoch) }
    }

    /// Where every run begins, unless told otherwise.
    package init(
        step: Int = 0, epoch: Int = 1, stepInEpoch: Int = 0, epochExamples: Int = 0, epochCorrect: Int = 0,
        epochLossSum: Double = 0, lastEpoch: EpochMetrics? = nil, bestEpoch: EpochMetrics? = nil,
        time: RunTime = RunTime()
    ) {
        self.step = step
        self.epoch = epoch
        self.stepInEpoch = stepInEpoch
        self.epochExamples = epochExamples
        self.epochCorrect = epochCorrect
        self.epochLossSum = epochLossSum
        self.lastEpoch = lastEpoch
        self.bestEpoch = bestEpoch
        self.time = time
    }

    /// Makes it the place where a fork begins.
    package mutating func beginFork() {
        watched = nil
        time.beginFork(inEpoch: epoch, examples: epochExamples)
    }

    /// Has only epochs from this one on count for the best.
    package mutating func countBest(from epoch: Int) {
        if let watched, watched.epoch < epoch { self.watched = nil }
        if let best = bestEpoch, best.epoch < epoch { bestEpoch = nil }
    }
}

extension RunPosition {
    /// Whether these can be numbers of a run; what is read from a file may hold any.
    package var isPlausible: Bool {
        let inherited = time.inherited
        let counts = [
            step, stepInEpoch, epochExamples, epochCorrect, time.examples, time.evaluations, inherited?.examples ?? 0,
            inherited?.epoch ?? 0, inherited?.epochExamples ?? 0,
        ]
        let seconds = [
            time.elapsedSeconds, time.stepSeconds, time.finishedEpochSeconds, time.epochSeconds, time.evaluationSeconds,
            inherited?.seconds ?? 0,
        ]
        return counts.allSatisfy(RunLimits.counts.contains) && seconds.allSatisfy(RunLimits.seconds.contains)
            && 1...RunLimits.epochs.upperBound + 1 ~= epoch && stepInEpoch <= step && epochCorrect <= epochExamples
            && !epochLossSum.isNaN && watched.map { RunLimits.epochs.contains($0.epoch) && $0.value.isFinite } ?? true
            && [lastEpoch, bestEpoch].allSatisfy { $0?.isPlausible != false }
    }
}

extension EpochMetrics {
    /// Whether epoch, step and seconds can be a run's.
    package var isPlausible: Bool {
        RunLimits.epochs.contains(epoch) && RunLimits.counts.contains(step)
            && RunLimits.seconds.contains(elapsedSeconds)
    }
}

/// What a run's numbers are paused to where they enter from a file or a store: far above what a run comes to, and small
/// enough that the product of a count and a batch size fits into an Int.
package enum RunLimits {
    /// Steps, images and bytes.
    package static let counts = 0...1 << 46
    package static let stepsPerEpoch = 0...1 << 30
    package static let epochs = 0...1_000_000
    package static let threads = 0...4096
    /// Durations, and points in time since 1970.
    package static let seconds = 0...1e12
}

/// How long a run has trained, by a clock that stands still while it is stopped.
package struct RunTime: Sendable, Hashable, Codable {
    /// Seconds since the run began; of a fork, those that it inherits included.
    package var elapsedSeconds = 0.0
    /// Training images so far, over all epochs.
    package var examples = 0
    /// Seconds inside training steps.
    package var stepSeconds = 0.0
    /// Seconds of training, data included: of the epochs before this one.
    package var finishedEpochSeconds = 0.0
    /// Seconds of this epoch's training so far.
    package var epochSeconds = 0.0
    /// Evaluations made.
    package var evaluations = 0
    /// Seconds spent on them.
    package var evaluationSeconds = 0.0

    /// What a fork has from its parent, which is no part of the figures above; `nil` in other runs, and in forks of earlier
    /// versions, whose figures hold their parents'.
    package private(set) var inherited: Inherited?

    /// What a parent has done before its fork.
    package struct Inherited: Sendable, Hashable, Codable {
        /// Seconds that it has trained.
        package var seconds: Double
        /// Training images that it has seen.
        package var examples: Int
        /// The epoch that it was in.
        package var epoch: Int
        /// Training images of that epoch that it has seen.
        package var epochExamples: Int
    }

    /// No time at all.
    package init() {}

    /// Training images so far, a parent's included.
    package var examplesSeen: Int { examples + (inherited?.examples ?? 0) }

    /// Begins to count again, so that speeds are a fork's own.
    mutating func beginFork(inEpoch epoch: Int, examples: Int) {
        let parent = Inherited(
            seconds: elapsedSeconds, examples: examplesSeen, epoch: epoch, epochExamples: examples)
        self = RunTime()
        (elapsedSeconds, inherited) = (parent.seconds, parent)
    }
}
