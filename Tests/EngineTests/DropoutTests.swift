// Dropout layers at any position in a network.

import Engine
import Experiments
import Model
import ReferenceNetwork
import Testing

@Suite struct DropoutTests {
    private static func network(_ layers: [Layer.Kind]) throws -> Network {
        try Network(inputShape: [2, 6, 6], layers.map { ($0, nil) })
    }

    private static let networks: [[Layer.Kind]] = [
        // First layer, on images.
        [
            .dropout(Dropout(probability: 0.3)),
            .convolution(Convolution(inChannels: 2, outChannels: 3, kernel: 3, padding: 1, activation: .relu)),
            .flatten, .linear(Linear(inFeatures: 108, outFeatures: 4)),
        ],
        // On features, not fused with the previous layer.
        [
            .flatten, .linear(Linear(inFeatures: 72, outFeatures: 9, activation: .sigmoid)),
            .dropout(Dropout(probability: 0.5)), .linear(Linear(inFeatures: 9, outFeatures: 4)),
        ],
    ]

    @Test(arguments: networks, [(1, nil), (2, nil), (1, 2), (2, 2)] as [(Int, Int?)])
    func `a step drops the same values as the reference`(_ layers: [Layer.Kind], _ way: (threads: Int, chunk: Int?))
        throws
    {
        let network = try Self.network(layers)
        let recipe = TrainingRecipe(learningRate: 0.1, seed: 5)
        let model = try NetworkModel(
            network, recipe: recipe, batchSize: 5, options: EngineOptions(chunk: way.chunk), threads: way.threads)
        let batch = Batch(5, for: network, seed: 1)
        let reference = try ReferenceModel(twinOf: model)
        try model.train(batch, step: 3)
        let expected = reference.gradients(batch.pixels, labels: batch.labels) { layer, count in
            let stream = UInt64(3) << 16 | UInt64(UInt16(truncatingIfNeeded: layer - 1))
            let random = CounterRandom(seed: 5, stream: stream)
            guard case .dropout(let facts) = network.layers[layer].kind else { return [] }
            return (0..<UInt64(count)).map {
                Double(random.bits(at: $0)) * 0x1p-64 < facts.probability ? 0 : 1 / (1 - facts.probability)
            }
        }
        expectClose(try model.gradients(), expected.gradients, 1e-5)
    }
}
