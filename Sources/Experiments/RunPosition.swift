// A run's state between two steps. Together with the model's tensors, it is all that is needed to continue with
// bit-identical results: order of images and dropout are functions of seed and position, so no random generator has a
// state.

/// A position between two steps of a run, with the sums so far.
package struct RunPosition: Sendable, Hashable, Codable {
    /// Number of steps since the run started.
    package var step: Int
    /// The current epoch, from 1; one more than the number of epochs when all are completed.
    package var epoch: Int
    /// Number of steps in this epoch; all of its steps if only its evaluation is missing.
    package var stepInEpoch: Int
    /// Number of images in this epoch so far.
    package var epochExamples: Int
    /// Number of these that were classified correctly.
    package var epochCorrect: Int
    /// Sum of the cross-entropy over these images.
    package var epochLossSum: Double
    /// The last completed epoch, if any.
    package var lastEpoch: EpochMetrics?
    /// The completed epoch with the highest test accuracy, the first of equals.
    package var bestEpoch: EpochMetrics?
    /// The best value that early stopping has seen; `nil` without it.
    package var watched: Watched?
    /// What the plateau schedule has seen; `nil` without it.
    package var plateau: Plateau?
    /// Times of the run so far.
    package var time: RunTime

    /// The losses of a run as its plateau schedule sees them.
    ///
    /// **Source**: PyTorch documentation of `torch.optim.lr_scheduler.ReduceLROnPlateau`, with a relative threshold of
    /// 1e-4 and no cooldown.
    package struct Plateau: Sendable, Hashable, Codable {
        /// The lowest loss so far; `nil` before the first.
        package var best: Double?
        /// Epochs since then, or since the last reduction.
        package var badEpochs = 0
        /// How often the rate was reduced.
        package var reductions = 0

        package init() {}

        /// Adds an epoch's loss.
        package mutating func add(loss: Double, patience: Int) {
            if best.map({ loss < $0 * (1 - 1e-4) }) ?? true {
                (best, badEpochs) = (loss, 0)
            } else {
                badEpochs += 1
            }
            if badEpochs > patience { (badEpochs, reductions) = (0, reductions + 1) }
        }
    }

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

    /// Discards the best epoch if it is before this one.
    package mutating func countBest(from epoch: Int) {
        if let watched, watched.epoch < epoch { self.watched = nil }
        plateau?.best = nil
        if let best = bestEpoch, best.epoch < epoch { bestEpoch = nil }
    }
}

extension RunPosition {
    /// Whether these values are possible for a run; a file may contain anything.
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
            && !epochLossSum.isNaN
            && plateau.map {
                RunLimits.epochs.contains($0.badEpochs) && RunLimits.epochs.contains($0.reductions)
                    && $0.best?.isFinite ?? true
            } ?? true
            && watched.map { RunLimits.epochs.contains($0.epoch) && $0.value.isFinite } ?? true
            && [lastEpoch, bestEpoch].allSatisfy { $0?.isPlausible != false }
    }
}

extension EpochMetrics {
    /// Whether epoch, step and seconds are possible for a run.
    package var isPlausible: Bool {
        RunLimits.epochs.contains(epoch) && RunLimits.counts.contains(step)
            && RunLimits.seconds.contains(elapsedSeconds)
    }
}

/// Limits of a run's numbers, checked where they enter from a file or a store: far above real values, but small enough
/// that the product of a count and a batch size fits into an Int.
package enum RunLimits {
    /// Steps, images and bytes.
    package static let counts = 0...1 << 46
    package static let stepsPerEpoch = 0...1 << 30
    package static let epochs = 0...1_000_000
    package static let threads = 0...4096
    /// Durations, and times since 1970.
    package static let seconds = 0...1e12
}

/// The training time of a run, excluding the time between stop and resume.
package struct RunTime: Sendable, Hashable, Codable {
    /// Seconds since the run started, including the ones that a fork inherits.
    package var elapsedSeconds = 0.0
    /// Number of training images so far, over all epochs.
    package var examples = 0
    /// Seconds inside training steps.
    package var stepSeconds = 0.0
    /// Seconds of training in the completed epochs, including data loading.
    package var finishedEpochSeconds = 0.0
    /// Seconds of training in this epoch so far.
    package var epochSeconds = 0.0
    /// Number of evaluations.
    package var evaluations = 0
    /// Seconds spent in evaluations.
    package var evaluationSeconds = 0.0

    /// What a fork inherits from its parent, not included in the values above; `nil` in other runs, and in forks of
    /// earlier versions, whose values include their parents'.
    package private(set) var inherited: Inherited?

    /// A parent's training before the fork.
    package struct Inherited: Sendable, Hashable, Codable {
        /// Seconds of training.
        package var seconds: Double
        /// Number of training images.
        package var examples: Int
        /// The epoch at the fork.
        package var epoch: Int
        /// Number of training images in that epoch.
        package var epochExamples: Int
    }

    package init() {}

    /// Number of training images so far, including a parent's.
    package var examplesSeen: Int { examples + (inherited?.examples ?? 0) }

    /// Restarts the counts, so that speeds are a fork's own.
    mutating func beginFork(inEpoch epoch: Int, examples: Int) {
        let parent = Inherited(
            seconds: elapsedSeconds, examples: examplesSeen, epoch: epoch, epochExamples: examples)
        self = RunTime()
        (elapsedSeconds, inherited) = (parent.seconds, parent)
    }
}
