// What no single key can tell: whether the network can be built on these images, is not beyond all machines, and each
// setting has an effect.

import Experiments

/// Why the keys do not fit together, and which of them could be changed.
struct SettingConflict: Error {
    let problem: String
    /// Paths of the keys to blame, the likeliest first.
    let culprits: [String]
}

extension Experiment {
    /// Refuses what cannot be built, and settings that would have no effect.
    func check() throws(SettingConflict) {
        for field in Schema.fields {
            guard let condition = field.condition, !condition.isMet(self), let value = field.value(self),
                let unset = field.defaultValue, value != unset
            else { continue }
            throw SettingConflict(
                problem: "\(field.path) is only used with \(condition.path) \(condition.value); "
                    + "remove it, or set it to \(unset.yaml)",
                culprits: [field.path, condition.path])
        }
        do {
            _ = try network(numClasses: 10)
        } catch {
            throw SettingConflict(problem: error.description, culprits: error.culprits)
        }
    }
}

extension NetworkError {
    /// Paths of the keys that can cause it, the likeliest first.
    fileprivate var culprits: [String] {
        switch self {
        case .ratioDoesNotDivide: ["network.ratio", "network.blocks", "network.variant"]
        case .sideTooSmall: ["data.resize", "network.blocks", "network.variant"]
        case .evenKernel: ["network.kernel"]
        case .noBlocks, .emptyBlock, .noChannels, .layerDoesNotFit: ["network.blocks"]
        case .emptyLinear: ["network.classifier"]
        case .dropoutOutOfRange: ["network.dropout"]
        case .tooFewClasses: ["data.dataset"]
        case .tooLarge: ["network.kernel", "network.blocks", "network.classifier", "data.resize"]
        }
    }
}
