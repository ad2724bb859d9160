// The learning rate of each step: a function of recipe and step only, so a resumed run continues as before.

internal import Glibc

extension TrainingRecipe {
    /// How the learning rate changes during a run.
    package enum Schedule: String, Sendable, Hashable, Codable, CaseIterable {
        case constant
        /// Multiplied by a factor every few epochs.
        case step
        /// Multiplied by a factor after certain epochs.
        case multistep
        /// Half a cosine, down to the last rate.
        case cosine
        /// A straight line, down to the last rate.
        case linear
        /// Half a cosine up to the rate, then another one down to nearly 0.
        case oneCycle = "one_cycle"
        /// Multiplied by a factor when the loss has not fallen for some epochs.
        case plateau
    }

    /// First and last rate of one-cycle as fractions of the rate: 1 / 25, and 1 / 25 / 10⁴.
    private static let oneCycleEnds = (begin: 0.04, end: 0.04e-4)

    /// Returns the number of warmup steps, in which the rate rises from nearly 0.
    ///
    /// - Parameter stepsPerEpoch: steps per epoch.
    package func warmupLength(stepsPerEpoch: Int) -> Int {
        warmupSteps > 0 ? warmupSteps : Int((warmupEpochs * Double(stepsPerEpoch)).rounded())
    }

    /// Returns the learning rate of a step.
    ///
    /// It rises in a straight line for the first `warmupLength` steps. Cosine and linear start to fall after them; the
    /// epochs
    /// of step and multistep count from the start of the run.
    ///
    /// **Source**: PyTorch documentation of `torch.optim.lr_scheduler`: `StepLR`, `MultiStepLR`, `CosineAnnealingLR`,
    /// `LinearLR`, and `OneCycleLR` with two cosine phases.
    ///
    /// - Parameter step: number of previous steps, as if all epochs had the same number of steps.
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

    /// Returns the learning rate of the next step after a position.
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
