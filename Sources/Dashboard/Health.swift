// Whether a run learns, and in words why not. Looks only at what the run has said.

internal import Experiments
internal import Glibc
internal import RunLog

/// What is wrong with a run's learning.
struct Ailment: Hashable {
    /// A word or two for a badge.
    var badge: String
    /// The reason in one sentence.
    var reason: String
    /// Whether there is no hope that it passes.
    var isFatal = false
}

extension RunSeries {
    /// What is wrong with the run's learning, if anything.
    var ailment: Ailment? { notFinite ?? dying ?? atChance ?? overfitting }

    private var notFinite: Ailment? {
        guard let latest, !latest.loss.isFinite || !latest.meanLoss.isFinite else { return nil }
        return Ailment(
            badge: "not finite", reason: "the loss is no finite number any more; try a smaller learning rate",
            isFatal: true)
    }

    /// Most ReLUs are closed for every picture, so that their layers learn nothing. In small batches that is no sign.
    private var dying: Ailment? {
        guard let started, started.experiment.data.batchSize >= 32 else { return nil }
        guard let share = meanOfLastSteps({ $0.deadShare }), share > 0.5 else { return nil }
        return Ailment(
            badge: "dead units",
            reason: "\(Readable.fixed(share * 100, decimals: 0)) % of channels and hidden features are 0 for every "
                + "picture of a batch and learn nothing: try a smaller learning rate")
    }

    /// The mean over the last 100 steps, the points' steps counted; `nil` while there are not as many.
    private func meanOfLastSteps(_ value: (Point) -> Double?) -> Double? {
        var (steps, sum) = (0, 0.0)
        for point in points.reversed() {
            guard let value = value(point) else { return nil }
            steps += point.weight
            sum += value * Double(point.weight)
            if steps >= 100 { return sum / Double(steps) }
        }
        return nil
    }

    /// Loss near ln(classes) and accuracy near 1 / classes is what guessing gives. Sound runs begin there, too, and stay for
    /// some hundred steps.
    private var atChance: Ailment? {
        guard let numClasses = started?.network.numClasses, let last = points.last, last.step >= 400 else { return nil }
        guard let loss = meanOfLastSteps({ $0.loss }), let accuracy = meanOfLastSteps({ $0.accuracy }) else {
            return nil
        }
        let (guessing, chance) = (log(Double(numClasses)), 1 / Double(numClasses))
        guard abs(loss - guessing) < 0.02 * guessing, accuracy < 1.5 * chance else { return nil }
        let figure = Readable.fixed(loss, decimals: 3)
        return Ailment(
            badge: "not learning",
            reason: "loss \(figure) is what guessing among \(numClasses) classes gives (ln \(numClasses) = "
                + "\(Readable.fixed(guessing, decimals: 3))), accuracy \(Readable.fixed(accuracy, decimals: 3)) too")
    }

    /// The gap between training and test has widened over the last epochs while the test loss rose.
    private var overfitting: Ailment? {
        guard epochs.count >= 3 else { return nil }
        let (early, last) = (epochs[epochs.count - 3], epochs[epochs.count - 1])
        let (before, now) = (early.trainAccuracy - early.testAccuracy, last.trainAccuracy - last.testAccuracy)
        guard now > 0.05, now > before + 0.01, last.testLoss > early.testLoss else { return nil }
        return Ailment(
            badge: "overfitting",
            reason: "training accuracy is \(Readable.fixed(now, decimals: 3)) above test accuracy and the gap grows: "
                + "more dropout, more data or fewer epochs")
    }
}
