// Validates what depends on several keys: whether the network can be built for these images, and is not too large.

import Experiments

/// Why keys conflict, and which of them could be changed.
struct SettingConflict: Error {
    let problem: String
    /// Paths of the conflicting keys, the likeliest cause first.
    let culprits: [String]
}

extension Experiment {
    /// Throws if the network cannot be built.
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
        case .noBlocks, .emptyBlock, .noChannels, .layerDoesNotFit: ["network.blocks"]
        case .emptyLinear: ["network.classifier"]
        case .dropoutOutOfRange: ["network.dropout"]
        case .tooFewClasses: ["data.dataset"]
        case .tooLarge: ["network.kernel", "network.blocks", "network.classifier", "data.resize"]
        }
    }
}
