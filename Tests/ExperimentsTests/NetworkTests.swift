// Shapes, parameters and costs of networks, compared with manual calculations, the paper and torchvision.

import Experiments
import Testing

@Suite struct NetworkTests {
    /// The notebook's small VGG-11: a quarter of the channels, grey images of 224 × 224.
    private let small: Network

    init() throws {
        small = try Experiment(name: "a").network(numClasses: 10)
    }

    @Test func `VGG-11 at ratio 4 has the notebook's shapes`() {
        let blocks = (1...5).map { block in small.layers.last { $0.block == block }?.outputShape }
        #expect(blocks == [[16, 112, 112], [32, 56, 56], [64, 28, 28], [128, 14, 14], [128, 7, 7]])
        let classifier = small.layers.filter { $0.block == nil }.map(\.outputShape)
        #expect(classifier == [[6272], [4096], [4096], [4096], [4096], [10]])
    }

    @Test func `each layer accepts the previous layer's output`() {
        #expect(small.layers.first?.inputShape == [1, 224, 224])
        for (layer, next) in zip(small.layers, small.layers.dropFirst()) {
            #expect(layer.outputShape == next.inputShape)
        }
    }

    @Test func `VGG-11 at ratio 4 has the manually calculated costs`() {
        let convolutions = small.layers.filter { $0.convolution != nil }
        #expect(
            convolutions.map(\.forwardMACs) == [
                224 * 224 * 16 * 9, 112 * 112 * 32 * 16 * 9, 56 * 56 * 64 * 32 * 9, 56 * 56 * 64 * 64 * 9,
                28 * 28 * 128 * 64 * 9, 28 * 28 * 128 * 128 * 9, 14 * 14 * 128 * 128 * 9, 14 * 14 * 128 * 128 * 9,
            ])
        #expect(convolutions.map(\.parameters) == [160, 4_640, 18_496, 36_928, 73_856, 147_584, 147_584, 147_584])
        let linear = small.layers.filter { $0.linear != nil }
        #expect(linear.map(\.forwardMACs) == [6272 * 4096, 4096 * 4096, 4096 * 10])
        #expect(linear.map(\.parameters) == [6273 * 4096, 4097 * 4096, 4097 * 10])
        #expect(small.layers.filter { $0.name == nil }.allSatisfy { $0.parameters == 0 && $0.forwardMACs == 0 })
        #expect(small.parameters == 43_093_322)
        #expect(small.forwardMACs == 512_155_648)
        // Three passes per layer, but no gradient of the images.
        #expect(small.trainingMACs == 3 * 512_155_648 - 224 * 224 * 16 * 9)
    }

    /// Millions of parameters as in the paper's table 2, and torchvision's exact counts.
    @Test(arguments: [
        (Variant.vgg11, 133, 132_863_336), (.vgg13, 133, 133_047_848), (.vgg16, 138, 138_357_544),
        (.vgg19, 144, 143_667_240),
    ]) func `a variant has the number of parameters in the paper`(variant: Variant, millions: Int, parameters: Int)
        throws
    {
        let network = try Network(inputChannels: 3, inputSide: 224, blocks: variant.blocks, numClasses: 1000)
        #expect(network.parameters == parameters)
        #expect((network.parameters + 500_000) / 1_000_000 == millions)
    }

    /// Millions of multiply-accumulates, rounded, as in torchvision's model cards.
    @Test(arguments: [(Variant.vgg11, 7609), (.vgg13, 11308), (.vgg16, 15470), (.vgg19, 19632)])
    func `a variant has as many multiply-accumulates as in torchvision`(variant: Variant, millions: Int) throws {
        let network = try Network(inputChannels: 3, inputSide: 224, blocks: variant.blocks, numClasses: 1000)
        #expect((network.forwardMACs + 500_000) / 1_000_000 == millions)
    }

    @Test(arguments: [
        (Variant.vgg11, [0, 3, 6, 8, 11, 13, 16, 18]), (.vgg13, [0, 2, 5, 7, 10, 12, 15, 17, 20, 22]),
        (.vgg16, [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]),
        (.vgg19, [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]),
    ]) func `layers have torchvision's names`(variant: Variant, features: [Int]) throws {
        let network = try Network(inputSide: 224, blocks: variant.blocks, numClasses: 10)
        let expected = features.map { "features.\($0)" } + ["classifier.0", "classifier.3", "classifier.6"]
        #expect(network.layers.compactMap(\.name) == expected)
    }

    @Test(arguments: [1, 3, 5, 7, 31]) func `any odd kernel preserves the image size`(kernel: Int) throws {
        let network = try Network(
            inputSide: 9, blocks: [Block(numConvs: 2, outChannels: 3), Block(numConvs: 1, outChannels: 5)],
            kernel: kernel, classifier: [], numClasses: 2)
        // 9 / 2 and 4 / 2, rounded down.
        let shapes = [[3, 9, 9], [3, 9, 9], [3, 4, 4], [5, 4, 4], [5, 2, 2], [20], [2]]
        #expect(network.layers.map(\.outputShape) == shapes)
        #expect(network.layers.first?.parameters == 3 * (kernel * kernel + 1))
        #expect(network.layers.first?.forwardMACs == 81 * 3 * kernel * kernel)
    }

    @Test func `only hidden layers of the classifier have ReLU and dropout`() throws {
        let network = try Network(
            inputSide: 2, blocks: [Block(numConvs: 1, outChannels: 4)], classifier: [8], dropout: 0.25, numClasses: 3)
        #expect(
            network.layers.map(\.kind) == [
                .convolution(Convolution(inChannels: 1, outChannels: 4, kernel: 3, padding: 1)), .pooling(Pooling()),
                .flatten,
                .linear(Linear(inFeatures: 4, outFeatures: 8, activation: .relu)), .dropout(Dropout(probability: 0.25)),
                .linear(Linear(inFeatures: 8, outFeatures: 3)),
            ])
    }

    @Test func `a layer that does not accept the previous output is rejected`() throws {
        let convolution = Layer.Kind.convolution(Convolution(inChannels: 1, outChannels: 4, kernel: 3, padding: 0))
        let linear = Layer.Kind.linear(Linear(inFeatures: 16, outFeatures: 2))
        let network = try Network(inputShape: [1, 4, 4], [(convolution, 1), (.flatten, nil), (linear, nil)])
        #expect(network.layers.map(\.outputShape) == [[4, 2, 2], [16], [2]])
        #expect(network.layers.map(\.name) == ["features.0", nil, "classifier.0"])
        for (kinds, layer, shape) in [
            ([convolution, convolution], "conv", [4, 2, 2]), ([linear], "linear", [1, 4, 4]),
            ([convolution, .pooling(Pooling()), .pooling(Pooling())], "pool", [4, 1, 1]),
            ([convolution], "loss", [4, 2, 2]),
            ([.flatten, linear, .pooling(Pooling())], "pool", [2]),
        ] as [([Layer.Kind], String, [Int])] {
            #expect(throws: NetworkError.layerDoesNotFit(layer: layer, inputShape: shape)) {
                try Network(inputShape: [1, 4, 4], kinds.map { ($0, nil) })
            }
        }
    }
}
