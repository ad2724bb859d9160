// What no single key can tell: whether the network can be built on these images, and is not beyond all machines.

import Experiments

/// Why the keys do not fit together, and which of them could be changed.
struct SettingConflict: Error {
    let problem: String
    /// Paths of the keys to blame, the likeliest first.
    let culprits: [String]
}

extension Experiment {
    /// Refuses what cannot be built.
    func check() throws(SettingConflict) {
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
        case .layerMisfit, .noLayers, .noLogits: ["network.layers", "network.variant", "data.resize"]
        case .blockMisfit, .kernelsDoNotMatch: ["network.blocks", "data.resize", "network.variant"]
        case .noBlocks, .emptyBlock, .noChannels, .layerDoesNotFit: ["network.blocks"]
        case .emptyLinear: ["network.classifier"]
        case .dropoutOutOfRange: ["network.dropout"]
        case .tooFewClasses: ["data.dataset"]
        case .tooLarge: ["network.kernel", "network.blocks", "network.layers", "network.classifier", "data.resize"]
        }
    }
}
