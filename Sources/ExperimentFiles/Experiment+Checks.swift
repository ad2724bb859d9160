// What no single key can tell: whether the network can be built on these pictures, and is not beyond all machines.

import Experiments

/// Why the keys do not fit together, and which of them could be changed.
struct Misfit: Error {
    let problem: String
    /// Paths of the keys to blame, the likeliest first.
    let culprits: [String]
}

extension Experiment {
    /// The most multiply-accumulates that one picture may take: 500 times VGG-19's at side 224. With the largest batch
    /// and four bytes for each, every count and size of a step still fits into an Int.
    private static var mostMACs: Int { 10_000_000_000_000 }

    /// Refuses what cannot be built.
    func check() throws(Misfit) {
        let network: Network
        do {
            network = try self.network(numClasses: 10)
        } catch {
            throw Misfit(problem: error.description, culprits: error.culprits)
        }
        // The limits of side, channels and kernel keep a single layer within Int, but not their sum.
        var sum = 0
        for layer in network.layers {
            sum += layer.forwardMACs
            if sum > Self.mostMACs {
                throw Misfit(
                    problem: "the network would take more than \(Self.mostMACs) multiplications for each picture; "
                        + "make the side, kernel, channels or classifier smaller",
                    culprits: ["network.kernel", "network.blocks", "network.classifier", "data.resize"])
            }
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
        case .noBlocks, .emptyBlock, .noChannels: ["network.blocks"]
        case .emptyLinear: ["network.classifier"]
        case .dropoutOutOfRange: ["network.dropout"]
        case .tooFewClasses: ["data.dataset"]
        }
    }
}
