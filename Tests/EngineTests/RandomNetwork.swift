// Random networks with every kind of layer.

import Experiments
import TestSupport
import Testing

/// A random network with engine options, determined by a seed.
struct RandomNetwork: CustomTestStringConvertible, Sendable {
    let seed: UInt64
    let network: Network
    let batch: Int
    let threads: Int
    let options: EngineOptions

    var testDescription: String {
        let layers = network.layers.map { "\($0.label) \($0.detail)" }.joined(separator: "; ")
        return "\(seed): \(batch) × \(network.inputShape), threads \(threads), \(options.convolution), "
            + "chunk \(options.chunk.map(String.init) ?? "free"): \(layers)"
    }

    /// - Parameters:
    ///   - largestBatch: maximum images per step.
    ///   - sides: range of image sizes.
    init(seed: UInt64, largestBatch: Int = 13, sides: ClosedRange<Int> = 6...18) throws {
        self.seed = seed
        var random = SplitMix64(state: seed)
        func pick<Choice>(_ choices: [Choice]) -> Choice { choices[Int.random(in: choices.indices, using: &random)] }
        func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        let activations: [Activation?] = [nil, .relu, .relu, .relu] + Activation.allCases
        let channelCounts = [1, 3, 5, 8, 16, 16, 17, 32]

        var kinds: [Layer.Kind] = []
        let side = Int.random(in: sides, using: &random)
        let inputShape = [pick([1, 1, 3]), side, side]
        var shape = inputShape
        func add(_ kind: Layer.Kind) {
            guard let network = try? Network(inputShape: shape, [(kind, nil), (.flatten, nil)]) else { return }
            kinds.append(kind)
            shape = network.layers[0].outputShape
        }
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let kernel = pick([1, 2, 3, 3, 3, 5])
                add(
                    .convolution(
                        Convolution(
                            inChannels: shape[0], outChannels: pick(channelCounts), kernel: kernel,
                            stride: pick([1, 1, 1, 2]), padding: pick([kernel / 2, kernel / 2, 0]),
                            activation: pick(activations))))
            case 5: add(.pooling(Pooling()))
            case 6:
                let kernel = pick([2, 3, 3])
                add(
                    .pooling(
                        Pooling(
                            pick([.max, .average]), kernel: kernel, stride: pick([1, 2, 2, 3]),
                            padding: pick([0, 0, kernel / 2]))))
            case 7: add(.batchNorm(BatchNorm(channels: shape[0], activation: pick(activations))))
            case 8: add(.localResponseNorm(LocalResponseNorm()))
            default: add(.activation(ActivationLayer(pick(Activation.allCases))))
            }
        }
        if chance(0.2) { add(.globalAveragePool) }
        kinds.append(.flatten)
        var features = shape.reduce(1, *)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let width = pick([3, 7, 16, 40])
            kinds.append(
                .linear(Linear(inFeatures: features, outFeatures: width, activation: pick(activations))))
            if chance(0.3) { kinds.append(.batchNorm(BatchNorm(channels: width, activation: pick(activations)))) }
            features = width
        }
        kinds.append(.linear(Linear(inFeatures: features, outFeatures: pick([2, 4, 10]))))
        network = try Network(inputShape: inputShape, kinds.map { ($0, nil) })
        // Batch normalization over two or three values amplifies rounding errors.
        let hasNorm = network.layers.contains { $0.batchNorm != nil }
        batch = Int.random(in: hasNorm ? 8...max(largestBatch, 8) : 1...largestBatch, using: &random)
        threads = pick([1, 2, 2, 3])
        options = EngineOptions(
            convolution: pick([.auto, .auto, .direct, .winograd]), chunk: pick([nil, nil, 1, 2, 3]))
    }
}
