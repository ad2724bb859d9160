// A recipe in a few words: what differs from plain gradient descent.

package import Experiments

extension TrainingRecipe {
    /// How initial weights are drawn.
    package var initialWeights: String {
        switch initialization {
        case .xavierUniform: "Xavier uniform, biases uniform in ±1/√fan_in"
        case .kaimingNormal: "Kaiming normal, biases 0"
        case .pytorch: "PyTorch's, weights and biases uniform in ±1/√fan_in"
        case .normal: "normal with deviation \(Readable.short(initialDeviation)), biases 0"
        }
    }

    /// What decides the updates, such as `sgd`, `lr 0.05`, `momentum 0.9`.
    package var parts: [String] {
        var parts = [optimizer.rawValue, "lr \(Readable.short(learningRate))"]
        let defaults = TrainingRecipe()
        switch schedule {
        case .constant: break
        case .step: parts.append("times \(Readable.short(rateFactor)) every \(stepEvery) epochs")
        case .multistep:
            let epochs = milestones.map(String.init).joined(separator: ", ")
            parts.append("times \(Readable.short(rateFactor)) after epochs \(epochs)")
        case .cosine, .linear: parts.append("\(schedule.rawValue) to \(Readable.short(lastRate))")
        case .oneCycle: parts.append("one cycle")
        case .plateau:
            parts.append("times \(Readable.short(rateFactor)) after \(ratePatience) epochs without a lower loss")
        }
        if warmupEpochs > 0 { parts.append("\(Readable.short(warmupEpochs)) warmup epochs") }
        if warmupSteps > 0 { parts.append("\(Readable.count(warmupSteps)) warmup steps") }
        if momentum != 0 { parts.append("\(nesterov ? "Nesterov " : "")momentum \(Readable.short(momentum))") }
        if beta1 != defaults.beta1 || beta2 != defaults.beta2 {
            parts.append("betas \(Readable.short(beta1)) and \(Readable.short(beta2))")
        }
        if epsilon != defaults.epsilon { parts.append("epsilon \(Readable.short(epsilon))") }
        if weightDecay != 0 {
            parts.append("weight decay \(Readable.short(weightDecay))\(decay == .weights ? " of weights" : "")")
        }
        if let clipNorm { parts.append("gradients clipped to \(Readable.short(clipNorm))") }
        if labelSmoothing != 0 { parts.append("label smoothing \(Readable.short(labelSmoothing))") }
        if let ema { parts.append("weights averaged with decay \(Readable.short(ema))") }
        if let earlyStopping { parts.append("until \(earlyStopping.rawValue) stops improving") }
        return parts
    }
}
