// Everything that makes a network impossible, with the sentence for users.

import Experiments
import Testing

/// The notebook's experiment with one mistake.
struct Mistake: CustomTestStringConvertible, Sendable {
    let error: NetworkError
    let sentence: String
    let make: @Sendable (inout Experiment) -> Void
    var numClasses = 10

    var testDescription: String { sentence }

    init(
        _ error: NetworkError, _ sentence: String, numClasses: Int = 10,
        _ make: @escaping @Sendable (inout Experiment) -> Void = { _ in }
    ) {
        self.error = error
        self.sentence = sentence
        self.numClasses = numClasses
        self.make = make
    }

    static let all = [
        Mistake(.noBlocks, "a network needs at least one block, such as [1, 64]") { $0.network.blocks = [] },
        Mistake(.emptyBlock(block: 2), "block 2 has no convolution; give it at least 1") {
            $0.network.blocks[1].numConvs = 0
        },
        Mistake(.noChannels(block: 5), "block 5 has no output channels; give it at least 1") {
            $0.network.blocks[4].outChannels = 0
        },
        Mistake(
            .ratioDoesNotDivide(ratio: 3, channels: [64, 128, 256, 512, 512]),
            "ratio 3 does not divide the channels 64, 128, 256, 512, 512; ratios that do: 1, 2, 4, 8, 16, 32, 64"
        ) { $0.network.ratio = 3 },
        Mistake(
            .ratioDoesNotDivide(ratio: 0, channels: [6, 4]),
            "ratio 0 does not divide the channels 6, 4; ratios that do: 1, 2"
        ) {
            $0.network.ratio = 0
            $0.network.blocks = [Block(numConvs: 1, outChannels: 6), Block(numConvs: 1, outChannels: 4)]
        },
        Mistake(.evenKernel(4), "kernel 4 is even, so no padding preserves the image size; use an odd one such as 3") {
            $0.network.kernel = 4
        },
        Mistake(.emptyLinear(0), "a classifier layer of width 0 has no neurons; widths start at 1") {
            $0.network.classifier = [16, 0]
        },
        Mistake(.dropoutOutOfRange(1), "dropout 1.0 is not a probability from 0 up to, but not including, 1") {
            $0.network.dropout = 1
        },
        Mistake(.tooFewClasses(1), "1 class is too few to classify; at least 2 are needed", numClasses: 1),
        Mistake(
            .sideTooSmall(side: 28, blocks: 5),
            "each of the 5 blocks halves the side, and 28 / 2^5 is below 1; resize to at least 32 or at most 4 blocks "
                + "(224 / 2^5 = 7 is why VGG has five)"
        ) { $0.data.resize = 28 },
        Mistake(
            .sideTooSmall(side: 3, blocks: 2),
            "each of the 2 blocks halves the side, and 3 / 2^2 is below 1; resize to at least 4 or at most 1 block "
                + "(224 / 2^5 = 7 is why VGG has five)"
        ) {
            $0.data.resize = 3
            $0.network.blocks = Array(Variant.vgg11.blocks.prefix(2))
        },
        Mistake(
            .sideTooSmall(side: 1, blocks: 5),
            "each of the 5 blocks halves the side, and 1 / 2^5 is below 1; resize to at least 32 "
                + "(224 / 2^5 = 7 is why VGG has five)"
        ) { $0.data.resize = 1 },
        Mistake(
            .sideTooSmall(side: 4096, blocks: 64),
            "each of the 64 blocks halves the side, and 4096 / 2^64 is below 1; use fewer blocks"
        ) {
            $0.data.resize = 4096
            $0.network.blocks = Array(repeating: Block(numConvs: 1, outChannels: 4), count: 64)
        },
    ]
}

@Suite struct NetworkErrorTests {
    @Test(arguments: Mistake.all) func `an impossible network is reported in a sentence`(_ mistake: Mistake) {
        var experiment = Experiment(name: "a")
        mistake.make(&experiment)
        let error = #expect(throws: NetworkError.self) { try experiment.network(numClasses: mistake.numClasses) }
        #expect(error == mistake.error)
        #expect(error?.description == mistake.sentence)
    }

    @Test(arguments: [-1, 0, 2, 30]) func `an even window is refused`(kernel: Int) {
        #expect(throws: NetworkError.evenKernel(kernel)) {
            try Network(inputSide: 224, blocks: Variant.vgg11.blocks, kernel: kernel, numClasses: 10)
        }
    }

    @Test(arguments: [-0.1, 1, 1.5, .infinity, .nan]) func `dropout must be a probability`(dropout: Double) {
        let error = #expect(throws: NetworkError.self) {
            try Network(inputSide: 224, blocks: Variant.vgg11.blocks, dropout: dropout, numClasses: 10)
        }
        #expect(error?.description.contains("dropout \(dropout) is not") == true)
    }

    @Test(arguments: 1...12) func `the advised image size is just enough`(numBlocks: Int) throws {
        let blocks = Array(repeating: Block(numConvs: 1, outChannels: 1), count: numBlocks)
        let least = 1 << numBlocks
        let error = #expect(throws: NetworkError.self) {
            try Network(inputSide: least - 1, blocks: blocks, numClasses: 2)
        }
        #expect(error?.description.contains("resize to at least \(least)") == true)
        let network = try Network(inputSide: least, blocks: blocks, numClasses: 2)
        #expect(network.layers.last { $0.block != nil }?.outputShape == [1, 1, 1])
    }
}
