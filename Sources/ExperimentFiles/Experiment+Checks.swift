// What no single key can tell: whether the network can be built on these images, is not beyond all machines, and each
// setting has an effect.

import Experiments

/// Why keys conflict, and which of them could be changed.
struct SettingConflict {
    let problem: String
    /// Paths of the conflicting keys, the likeliest cause first.
    let culprits: [String]
    /// The block or layer to blame, from 1, if it is a single one.
    var item: Int?
}

extension Experiment {
    /// What cannot be built, or a setting that would have no effect; `nil` if there is neither.
    var conflict: SettingConflict? {
        for field in Schema.fields {
            guard let condition = field.condition, !condition.isMet(self), let value = field.value(self),
                let unset = field.defaultValue, value != unset
            else { continue }
            return SettingConflict(
                problem: "\(field.path) is only used with \(condition.path) \(condition.value); "
                    + "remove it, or set it to \(unset.yaml)",
                culprits: [field.path, condition.path])
        }
        if let conflict = training.conflict { return conflict }
        if network.weights != nil, network.from != nil {
            return SettingConflict(
                problem: "network.weights and network.from both give the initial weights; keep one of them",
                culprits: ["network.from", "network.weights"])
        }
        if data.shift >= data.resize {
            return SettingConflict(
                problem: "data.shift must be below data.resize, which is \(data.resize)",
                culprits: ["data.shift", "data.resize"])
        }
        do {
            _ = try network(numClasses: 10)
            return nil
        } catch {
            return SettingConflict(problem: error.description, culprits: error.culprits, item: error.item(of: network))
        }
    }
}

extension TrainingRecipe {
    /// What no setting of a recipe can tell alone.
    fileprivate var conflict: SettingConflict? {
        func conflict(_ problem: String, _ culprits: String...) -> SettingConflict {
            SettingConflict(problem: problem, culprits: culprits)
        }
        if schedule == .multistep, milestones.isEmpty || milestones != Set(milestones).sorted() {
            return conflict(
                "training.milestones must be rising epochs such as [5, 8] with training.schedule multistep",
                "training.milestones", "training.schedule")
        }
        if lastRate > 0, lastRate >= learningRate {
            return conflict("training.min_lr must be below training.lr", "training.min_lr", "training.lr")
        }
        if warmupSteps > 0, warmupEpochs > 0 {
            return conflict(
                "training.warmup_steps and training.warmup_epochs both say how long the warmup is; keep one of them",
                "training.warmup_steps", "training.warmup_epochs")
        }
        if epochs > 0, warmupEpochs > Double(epochs) {
            return conflict(
                "training.warmup_epochs must be at most training.epochs, which is \(epochs)",
                "training.warmup_epochs", "training.epochs")
        }
        return nil
    }
}

extension NetworkError {
    /// Paths of the keys that can cause it, the likeliest first.
    fileprivate var culprits: [String] {
        switch self {
        case .ratioDoesNotDivide: ["network.ratio", "network.blocks", "network.variant"]
        case .sideTooSmall: ["data.resize", "network.blocks", "network.variant"]
        case .evenKernel: ["network.kernel"]
        case .layerMisfit, .noLayers, .noLogits: ["network.layers", "network.variant", "data.resize"]
        case .blockMisfit, .kernelsDoNotMatch: ["network.blocks", "data.resize", "network.variant"]
        case .noBlocks, .emptyBlock, .noChannels, .layerDoesNotFit: ["network.blocks"]
        case .emptyLinear: ["network.classifier"]
        case .dropoutOutOfRange: ["network.dropout"]
        case .tooFewClasses: ["data.dataset"]
        case .tooLarge: ["network.kernel", "network.blocks", "network.layers", "network.classifier", "data.resize"]
        }
    }
    /// The block or layer that cannot be built, from 1.
    fileprivate func item(of network: NetworkRecipe) -> Int? {
        switch self {
        case .layerMisfit(let number, _, _): number
        case .blockMisfit(let block, _, _), .kernelsDoNotMatch(let block, _, _), .emptyBlock(let block),
            .noChannels(let block):
            block
        case .noLogits: network.layers?.count
        default: nil
        }
    }
}
