// Networks and settings for comparing training with the reference.

import Experiments
import Testing

/// A network with its training and engine settings.
struct Trial: CustomTestStringConvertible, Sendable {
    /// Engine settings.
    struct Setting: CustomTestStringConvertible, Sendable {
        var convolution = EngineOptions.Convolution.auto
        var chunk: Int?
        var threads = 2
        /// Batch sizes of consecutive steps, repeated.
        var batches = [5]
        var recipe = TrainingRecipe(learningRate: 0.05)

        var testDescription: String {
            "\(convolution), chunk \(chunk.map(String.init) ?? "free"), threads \(threads), batches \(batches)"
        }

        private static let decaying = TrainingRecipe(learningRate: 0.02, momentum: 0.9, weightDecay: 5e-4)

        static let all = [
            Setting(convolution: .direct, threads: 1),
            Setting(convolution: .winograd, chunk: 2, recipe: decaying),
            Setting(chunk: 1, threads: 1, batches: [3], recipe: decaying),
            Setting(convolution: .direct, chunk: 2, batches: [7, 3]),
            Setting(chunk: 3, batches: [8, 3], recipe: decaying),
            Setting(convolution: .winograd, chunk: 8, batches: [8, 11]),
        ]
    }

    var testDescription: String
    var network: Network

    private init(
        _ description: String, inputChannels: Int = 1, side: Int, _ blocks: [(numConvs: Int, outChannels: Int)],
        kernel: Int = 3, classifier: [Int] = [], classes: Int = 4
    ) throws {
        testDescription = description
        network = try Network(
            inputChannels: inputChannels, inputSide: side,
            blocks: blocks.map { Block(numConvs: $0.numConvs, outChannels: $0.outChannels) }, kernel: kernel,
            classifier: classifier, dropout: 0, numClasses: classes)
    }

    static var all: [Trial] {
        get throws {
            [
                try Trial("multiples of 16", side: 16, [(1, 16), (1, 32)], classifier: [64, 32], classes: 10),
                try Trial("odd channels", side: 14, [(1, 3), (1, 5), (1, 17)], classifier: [20]),
                try Trial("odd channels, odd classifier", side: 9, [(2, 5), (1, 20)], classifier: [7, 3], classes: 2),
                try Trial("two convolutions a block", side: 12, [(2, 16), (2, 32)], classifier: [16]),
                try Trial("kernel 1", side: 12, [(1, 8), (2, 17)], kernel: 1, classifier: [16]),
                try Trial("kernel 5", side: 12, [(1, 6), (2, 16)], kernel: 5, classifier: [16]),
                try Trial("kernel larger than the side", side: 4, [(1, 16), (2, 5)], kernel: 7, classifier: [16]),
                try Trial("no hidden layers", side: 8, [(1, 16), (1, 16)]),
                try Trial("one block, one channel", side: 6, [(1, 1)], classifier: [5]),
                try Trial("odd side", side: 27, [(1, 4), (1, 16)], classifier: [8]),
                try Trial("down to one pixel", side: 2, [(2, 16)], classifier: [8]),
                try Trial("three input channels", inputChannels: 3, side: 8, [(1, 8), (1, 16)], classifier: [16]),
                try Trial("five input channels", inputChannels: 5, side: 9, [(1, 20), (1, 3)], classifier: [16]),
            ]
        }
    }
}
