// Diagnoses from a run's records whether it learns, if not, why, and what to do.

package import Experiments
internal import Glibc

/// A problem with a run's learning.
package struct Diagnosis: Sendable, Hashable {
    /// A word or two for a badge.
    package var badge: String
    /// Symptom, likely cause and remedy.
    package var reason: String
    /// Whether it cannot disappear by itself.
    package var isFatal = false

    package init(badge: String, reason: String, isFatal: Bool = false) {
        self.badge = badge
        self.reason = reason
        self.isFatal = isFatal
    }
}

/// The records of a run that a diagnosis needs.
package struct LearningRecord: Sendable, Hashable {
    /// Means over some steps.
    package struct Means: Sendable, Hashable {
        var loss: Double
        var accuracy: Double
        var deadShare: Double?

        /// - Parameter deadShare: `nil` if it is unknown for some of the steps.
        package init(loss: Double, accuracy: Double, deadShare: Double?) {
            self.loss = loss
            self.accuracy = accuracy
            self.deadShare = deadShare
        }
    }

    private var network: Network?
    private var recipe: TrainingRecipe?
    private var batchSize = 0
    private var epochs: [EpochMetrics]
    private var latest: Progress?
    private var layers: [LayerHealth]
    private var recent: Means?

    /// - Parameters:
    ///   - started: the facts of the run; `nil` if unknown.
    ///   - latest: the last step.
    ///   - layers: the last health metrics of the layers; empty if there are none.
    ///   - recent: means over the last 100 steps; `nil` if there are fewer.
    package init(
        _ started: RunStarted?, epochs: [EpochMetrics], latest: Progress?, layers: [LayerHealth], recent: Means? = nil
    ) {
        network = started?.network
        recipe = started?.experiment.training
        batchSize = started?.experiment.data.batchSize ?? 0
        self.epochs = epochs
        self.latest = latest
        self.layers = layers
        self.recent = recent
    }

    package var diagnosis: Diagnosis? { notFinite ?? atChance ?? dying ?? exploded ?? overfitting }

    private func guessingLoss(_ numClasses: Int) -> Double { log(Double(numClasses)) }

    private var notFinite: Diagnosis? {
        guard let latest else { return nil }
        let isFinite = latest.loss.isFinite && latest.meanLoss.isFinite && latest.gradientNorm?.isFinite ?? true
        guard !isFinite else { return nil }
        return Diagnosis(
            badge: "not finite", reason: "loss or gradient is no longer finite: \(smallerRate)", isFatal: true)
    }

    // MARK: At chance

    /// Accuracy near 1 / classes, and a loss no better than ln(classes) of guessing. Healthy runs start there, too, so
    /// the first steps are not diagnosed.
    private var atChance: Diagnosis? {
        guard let numClasses = network?.numClasses else { return nil }
        let (chance, guessingLoss) = (1 / Double(numClasses), guessingLoss(numClasses))
        func isGuessing(_ loss: Double, _ accuracy: Double) -> Bool {
            Self.isGuessing(loss, accuracy, numClasses: numClasses)
        }
        guard epochs.last?.step ?? latest?.step ?? 0 >= 100, epochs.last?.testAccuracy ?? 0 < 1.5 * chance else {
            return nil
        }
        if let recent, !isGuessing(recent.loss, recent.accuracy) { return nil }
        let stuck = epochs.reversed().prefix { isGuessing($0.trainLoss, $0.trainAccuracy) }.count
        let seen: (place: String, loss: Double, accuracy: Double)
        if let last = epochs.last, stuck > 0 {
            let place = stuck == epochs.count ? "at chance after" : "back at chance for"
            seen = ("\(place) \(count(stuck, "epoch"))", last.trainLoss, last.trainAccuracy)
        } else if epochs.isEmpty, let latest, latest.step >= 400, let recent, isGuessing(recent.loss, recent.accuracy) {
            seen = ("at chance after \(Readable.count(latest.step)) steps", recent.loss, recent.accuracy)
        } else {
            return nil
        }
        let figures = "loss \(metric(seen.loss)), accuracy \(metric(seen.accuracy))"
        let (cause, cure) = likelyCause
        return Diagnosis(
            badge: "not learning",
            reason: "\(seen.place): \(figures), where guessing among \(numClasses) classes has loss "
                + "ln \(numClasses) = \(metric(guessingLoss)); \(cause): \(cure)")
    }

    private static func isGuessing(_ loss: Double, _ accuracy: Double, numClasses: Int) -> Bool {
        accuracy < 1.5 / Double(numClasses) && loss > 0.98 * log(Double(numClasses))
    }

    /// Diagnoses from the metrics of a run's last epoch alone, with the cause left open.
    package static func diagnosis(
        loss: Double, trainAccuracy: Double, testAccuracy: Double, numClasses: Int, step: Int
    ) -> Diagnosis? {
        guard step >= 100, testAccuracy < 1.5 / Double(numClasses),
            isGuessing(loss, trainAccuracy, numClasses: numClasses)
        else { return nil }
        return Diagnosis(badge: "not learning", reason: "at chance at the end of the last epoch")
    }

    private var likelyCause: (cause: String, cure: String) {
        let maxDead = layers.max { $0.deadShare ?? 0 < $1.deadShare ?? 0 }
        if let dead = maxDead, dead.deadShare ?? 0 > mostlyDead, let units = units(of: dead.name) {
            let label = label(of: dead.name)
            // Few units die by chance; many because of a step that was too large.
            if units <= narrow {
                return ("\(label) has only \(count(units, "unit")), all of them dead, so nothing passes through", widen)
            }
            return ("\(label) is dead: \(percent(dead.deadShare ?? 0)) of its units are 0 for every image", smallerRate)
        }
        if let bottleneck = layers.dropLast().first(where: { units(of: $0.name) ?? .max <= narrow }),
            let units = units(of: bottleneck.name)
        {
            return ("everything must pass through the \(count(units, "unit")) of \(label(of: bottleneck.name))", widen)
        }
        let ratios = layers.compactMap { layer in layer.updateRatio.map { (layer.name, $0) } }
        guard let largest = ratios.map(\.1).max(), let first = ratios.first, let last = ratios.last else {
            return (
                "the cause is unknown because no health metrics of the layers are recorded",
                "try another training.lr\(rateNow)"
            )
        }
        if largest < 2e-5 {
            return (
                "a step changes weights by no more than \(Readable.scientific(largest)) of their size; about 1e-3 "
                    + "is usual", "raise training.lr\(rateNow)"
            )
        }
        if first.1 < 0.05 * last.1 {
            return (
                "the gradient vanishes on the backward pass: a step changes \(label(of: last.0)) by "
                    + "\(Readable.scientific(last.1)) of its weights' size, \(label(of: first.0)) only by "
                    + Readable.scientific(first.1),
                "deep networks start like this and may need more epochs; otherwise use fewer layers, or start from trained "
                    + "weights with network.weights"
            )
        }
        // Deep networks start with half of a layer's units dead, so a vanishing gradient is checked first.
        if let dead = maxDead, dead.deadShare ?? 0 > 0.5 {
            return (
                "in \(label(of: dead.name)) \(percent(dead.deadShare ?? 0)) of units are 0 for every image", smallerRate
            )
        }
        if largest > 0.05 {
            return ("a step changes weights by up to \(Readable.scientific(largest)) of their size", smallerRate)
        }
        return (
            "no layer is dead and updates have the usual size", "train longer, or try another training.lr\(rateNow)"
        )
    }

    /// Share of dead units above which a layer is called dead. Healthy layers may start with up to 0.6.
    private var mostlyDead: Double { 0.8 }

    /// A layer with so few units cannot easily distinguish the classes.
    private var narrow: Int { max((network?.numClasses ?? 0) / 5, 1) }

    private var widen: String { "widen network.classifier" }
    private var rateNow: String { recipe.map { " (now \(Readable.short($0.learningRate)))" } ?? "" }
    private var smallerRate: String { "start again with a smaller training.lr\(rateNow)" }

    // MARK: Layers

    /// Most units of a layer are 0 for every image, so they do not learn. In small batches this is not significant.
    private var dying: Diagnosis? {
        guard batchSize >= 32, let latest, latest.step >= 100 else { return nil }
        let worst = layers.max { $0.deadShare ?? 0 < $1.deadShare ?? 0 }
        if let worst, let share = worst.deadShare, share > mostlyDead {
            return Diagnosis(
                badge: "dead units",
                reason: "\(label(of: worst.name)) is dead: \(percent(share)) of its units are 0 for every image of a "
                    + "batch and learn nothing; \(smallerRate)")
        }
        guard let share = recent?.deadShare, share > 0.5 else { return nil }
        return Diagnosis(
            badge: "dead units",
            reason: "\(percent(share)) of channels and hidden features are 0 for every image of a batch and learn "
                + "nothing; \(smallerRate)")
    }

    private func label(of name: String) -> String { network?.label(ofLayer: name) ?? name }

    private func units(of name: String) -> Int? {
        network?.layers.first { $0.name == name }?.outputShape.first
    }

    // MARK: Epochs

    /// Single steps diverged so far that the epoch's mean does not describe the others.
    private var exploded: Diagnosis? {
        guard let last = epochs.last, let guessingLoss = network.map({ guessingLoss($0.numClasses) }),
            last.trainLoss > 10 * guessingLoss
        else { return nil }
        return Diagnosis(
            badge: "loss exploded",
            reason:
                "the mean loss of epoch \(last.epoch) is \(Readable.scientific(last.trainLoss)), where guessing has "
                + "\(metric(guessingLoss)); \(smallerRate)")
    }

    /// The gap between training and test accuracy has widened over the last epochs while the test loss rose.
    private var overfitting: Diagnosis? {
        guard epochs.count >= 3 else { return nil }
        let (early, last) = (epochs[epochs.count - 3], epochs[epochs.count - 1])
        let (before, now) = (early.trainAccuracy - early.testAccuracy, last.trainAccuracy - last.testAccuracy)
        guard now > 0.05, now > before + 0.01, last.testLoss > early.testLoss else { return nil }
        return Diagnosis(
            badge: "overfitting",
            reason: "training accuracy is \(metric(now)) above test accuracy and the gap grows: "
                + "more dropout, more data or fewer epochs")
    }

    private func metric(_ value: Double) -> String { Readable.metric(value) }
    private func percent(_ share: Double) -> String { "\(Readable.fixed(share * 100, decimals: 0)) %" }
    private func count(_ value: Int, _ unit: String) -> String { "\(value) \(unit)\(value == 1 ? "" : "s")" }
}

extension Network {
    /// Describes a layer with parameters, such as `block 4`, `block 4 conv 2` if it has several, `linear 1`.
    package func label(ofLayer name: String) -> String {
        let named = layers.filter { $0.name != nil }
        guard let layer = named.first(where: { $0.name == name }) else { return name }
        let siblings = named.filter { $0.block == layer.block }
        let number = (siblings.filter { $0.label == layer.label }.firstIndex { $0.name == name } ?? 0) + 1
        guard let block = layer.block else { return "\(layer.label) \(number)" }
        return siblings.count == 1 ? "block \(block)" : "block \(block) \(layer.label) \(number)"
    }
}
