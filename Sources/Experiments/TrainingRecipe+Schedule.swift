// The learning rate of each step: a function of the recipe and the step alone, so that a resumed run goes on as it was.

internal import Glibc

extension TrainingRecipe {
    /// How the learning rate changes over a run.
    package enum Schedule: String, Sendable, Hashable, Codable, CaseIterable {
        case constant
        /// Times a factor after every so many epochs.
        case step
        /// Times a factor after some epochs.
        case multistep
        /// Half a cosine down to the last rate.
        case cosine
        /// A straight line down to the last rate.
        case linear
        /// Half a cosine up to the rate and another down to nearly 0.
        case oneCycle = "one_cycle"
        /// Times a factor after every so many epochs without a lower loss.
        case plateau
    }

    /// Where one-cycle begins and ends, as shares of the rate: 1 / 25, and 1 / 25 / 10⁴.
    private static let oneCycleEnds = (begin: 0.04, end: 0.04e-4)

    /// Steps in which the rate grows from nearly 0.
    ///
    /// - Parameter stepsPerEpoch: steps in an epoch.
    package func warmupLength(stepsPerEpoch: Int) -> Int {
        warmupSteps > 0 ? warmupSteps : Int((warmupEpochs * Double(stepsPerEpoch)).rounded())
    }

    /// The learning rate of a step.
    ///
    /// The first `warmupLength` steps go up in a straight line. What cosine and linear go down over begins after them;
    /// epochs of step and multistep count from the run's begin.
    ///
    /// **Source**: PyTorch documentation of `torch.optim.lr_scheduler`: `StepLR`, `MultiStepLR`, `CosineAnnealingLR`,
    /// `LinearLR`, and `OneCycleLR` with the cosine and two phases.
    ///
    /// - Parameter step: steps before it, counted as if all epochs had been as long as this one.
    package func learningRate(atStep step: Int, stepsPerEpoch: Int) -> Double {
        let warmup = warmupLength(stepsPerEpoch: stepsPerEpoch)
        if step < warmup, schedule != .oneCycle { return learningRate * Double(step + 1) / Double(warmup) }
        let (total, epoch) = (epochs * stepsPerEpoch, step / max(stepsPerEpoch, 1))
        let passed = min(Double(step - warmup) / Double(max(total - warmup, 1)), 1)
        switch schedule {
        case .constant, .plateau: return learningRate
        case .step: return learningRate * power(rateFactor, epoch / stepEvery)
        case .multistep: return learningRate * power(rateFactor, milestones.count { $0 <= epoch })
        case .cosine: return Self.cosine(from: learningRate, to: lastRate, passed)
        case .linear: return learningRate + (lastRate - learningRate) * passed
        case .oneCycle:
            let (begin, end) = (learningRate * Self.oneCycleEnds.begin, learningRate * Self.oneCycleEnds.end)
            let (peak, last, place) = (peakAt * Double(total) - 1, Double(total) - 1, Double(step))
            return place < peak
                ? Self.cosine(from: begin, to: learningRate, place / peak)
                : Self.cosine(from: learningRate, to: end, min((place - peak) / (last - peak), 1))
        }
    }

    /// The learning rate of the step that follows a position.
    package func learningRate(at position: RunPosition, stepsPerEpoch: Int) -> Double {
        let rate = learningRate(
            atStep: (position.epoch - 1) * stepsPerEpoch + position.stepInEpoch, stepsPerEpoch: stepsPerEpoch)
        guard schedule == .plateau, let reductions = position.plateau?.reductions, reductions > 0 else { return rate }
        return min(rate, max(learningRate * power(rateFactor, reductions), lastRate))
    }

    private static func cosine(from begin: Double, to end: Double, _ passed: Double) -> Double {
        end + (begin - end) * (1 + cos(.pi * passed)) / 2
    }
}

private func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }
