// Parameters and costs of the named networks, compared with manual calculations, the papers and torchvision.

import Experiments
import Testing

@Suite struct RecipeTests {
    private func network(
        _ variant: Variant, channels: Int = 1, side: Int, numClasses: Int = 10, norm: Block.Norm = .none
    ) throws -> Network {
        if let layers = variant.layers {
            return try Network(inputShape: [channels, side, side], layers, numClasses: numClasses)
        }
        return try Network(
            inputChannels: channels, inputSide: side, blocks: variant.blocks, norm: norm, numClasses: numClasses)
    }

    @Test(arguments: [
        (Variant.leNet, 28, 156 + 2_416 + 48_120 + 10_164 + 850, 416_520),
        (.leNetBatchNorm, 28, 156 + 2_416 + 30_840 + 10_164 + 850 + 2 * (6 + 16 + 120 + 84), 281_640),
        (.alexNet, 224, 46_764_746, 938_146_176), (.mlp, 28, 200_960 + 2_570, 203_264),
    ]) func `networks from the book have the manually calculated costs`(
        variant: Variant, side: Int, parameters: Int, macs: Int
    ) throws {
        let network = try network(variant, side: side)
        #expect(network.parameters == parameters)
        #expect(network.forwardMACs == macs)
    }

    /// Millions of parameters as in the paper's table 2, and exact counts: torchvision's if available; for column C,
    /// those of column D with three 1 × 1 kernels.
    @Test(arguments: [
        (Variant.vgg11, 133, 132_863_336), (.vgg11LRN, 133, 132_863_336), (.vgg13, 133, 133_047_848),
        (.vgg16C, 134, 138_357_544 - 8 * (256 * 256 + 2 * 512 * 512)), (.vgg16, 138, 138_357_544),
        (.vgg19, 144, 143_667_240),
    ]) func `networks from the VGG paper have its number of parameters`(
        variant: Variant, millions: Int, parameters: Int
    ) throws {
        let network = try network(variant, channels: 3, side: 224, numClasses: 1000)
        #expect(network.parameters == parameters)
        #expect((network.parameters + 500_000) / 1_000_000 == millions)
    }

    @Test(arguments: [(Variant.vgg11, 132_868_840), (.vgg16, 138_365_992)])
    func `batch norm has torchvision's parameters and names`(variant: Variant, parameters: Int) throws {
        let network = try network(variant, channels: 3, side: 224, numClasses: 1000, norm: .batch)
        #expect(network.parameters == parameters)
        let names = network.layers.compactMap(\.name)
        #expect(names.suffix(3) == ["classifier.0", "classifier.3", "classifier.6"])
        if variant == .vgg11 {
            let features = [0, 1, 4, 5, 8, 9, 11, 12, 15, 16, 18, 19, 22, 23, 25, 26].map { "features.\($0)" }
            #expect(names.dropLast(3) == features[...])
        }
    }

    @Test func `LeNet has the book's shapes`() throws {
        let shapes = try network(.leNet, side: 28).layers.map(\.outputShape)
        #expect(shapes == [[6, 28, 28], [6, 14, 14], [16, 10, 10], [16, 5, 5], [400], [120], [84], [10]])
        let norm = try network(.leNetBatchNorm, side: 28).layers
        #expect(norm.first { $0.isFlatten }?.inputShape == [16, 4, 4])
        #expect(norm.filter { $0.batchNorm != nil }.map(\.activation) == Array(repeating: .sigmoid, count: 4))
        #expect(norm.filter { $0.convolution != nil || $0.linear != nil }.allSatisfy { $0.activation == nil })
    }

    @Test func `AlexNet has the book's shapes and keeps fewer activations than VGG`() throws {
        let network = try network(.alexNet, side: 224)
        #expect(network.layers.first { $0.isFlatten }?.inputShape == [256, 5, 5])
        #expect(network.layers.compactMap { $0.convolution?.activation } == Array(repeating: .relu, count: 5))
        func keptAsImages(_ network: Network) -> Int {
            network.layers.prefix { !$0.isFlatten }.reduce(0) { $0 + $1.activationsKept }
        }
        #expect(keptAsImages(network) == 708_608)
        #expect(keptAsImages(try Experiment(name: "a").network(numClasses: 10)) == 2_239_104)
    }

    @Test func `vgg11-lrn has one response norm, after the first activation`() throws {
        let layers = try network(.vgg11LRN, side: 32).layers
        #expect(layers.filter { $0.localResponseNorm != nil }.count == 1)
        #expect(layers[0].convolution?.activation == .relu)
        #expect(layers[1].localResponseNorm == LocalResponseNorm())
        #expect(layers[2].pooling == Pooling())
    }

    @Test func `an activation is fused into the preceding layer if possible`() throws {
        let network = try Network(
            inputShape: [1, 6, 6],
            [
                .convolution(channels: .count(2), kernel: 3), .activation(.relu), .activation(.tanh), .pooling(.max),
                .activation(.gelu), .batchNorm, .activation(.silu), .flatten, .linear(.classes),
            ], numClasses: 2)
        #expect(
            network.layers.map(\.kind) == [
                .convolution(Convolution(inChannels: 1, outChannels: 2, kernel: 3, padding: 0, activation: .relu)),
                .activation(ActivationLayer(.tanh)), .pooling(Pooling()), .activation(ActivationLayer(.gelu)),
                .batchNorm(BatchNorm(channels: 2, activation: .silu)), .flatten,
                .linear(Linear(inFeatures: 8, outFeatures: 2)),
            ])
        #expect(network.layers.compactMap(\.name) == ["features.0", "features.5", "classifier.0"])
    }

    @Test func `a network that is too large is rejected without overflow`() {
        let wide = LayerRecipe.convolution(channels: .count(16384), kernel: 31, padding: 31)
        #expect(throws: NetworkError.tooLarge) {
            try Network(
                inputShape: [1, 4096, 4096], Array(repeating: wide, count: 900) + [.flatten, .linear(.classes)],
                numClasses: 10)
        }
        #expect(throws: NetworkError.tooLarge) {
            try Network(
                inputShape: [16384, 4096, 4096], [.flatten, .linear(.count(1_048_576)), .linear(.classes)],
                numClasses: 10)
        }
    }
}
