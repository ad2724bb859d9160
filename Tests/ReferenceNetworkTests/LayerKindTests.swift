// Every kind of layer of the naive engine: gradients against central finite differences, and values worked out by hand.

import Experiments
import Foundation
import ReferenceNetwork
import Testing

/// A small network with the layer in question between layers with parameters, so that its own gradients and the one that
/// it passes on both show.
struct SmallNetwork: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let layers: [LayerRecipe]

    init(_ name: String, images: [LayerRecipe] = [], features: [LayerRecipe] = []) {
        testDescription = name
        layers =
            [.convolution(channels: .count(3), kernel: 2)] + images + [.flatten, .linear(.count(5))] + features
            + [.linear(.classes)]
    }

    static let all =
        [
            SmallNetwork("strided convolution", images: [.convolution(channels: .count(2), kernel: 3, stride: 2)]),
            SmallNetwork(
                "padded, strided convolution",
                images: [.convolution(channels: .count(4), kernel: 5, stride: 3, padding: 2)]),
            SmallNetwork("even window", images: [.convolution(channels: .count(2), kernel: 4, stride: 2, padding: 1)]),
            SmallNetwork("max pooling", images: [.pooling(.max)]),
            SmallNetwork("padded, overlapping max pooling", images: [.pooling(.max, kernel: 3, stride: 2, padding: 1)]),
            SmallNetwork("average pooling", images: [.pooling(.average)]),
            SmallNetwork(
                "padded, overlapping average pooling", images: [.pooling(.average, kernel: 3, stride: 2, padding: 1)]),
            SmallNetwork("pooling that leaves values out", images: [.pooling(.average, kernel: 2, stride: 3)]),
            SmallNetwork("global average pooling", images: [.globalAveragePool]),
            SmallNetwork("batch norm on images", images: [.batchNorm]),
            SmallNetwork("batch norm on features", features: [.batchNorm]),
            SmallNetwork(
                "batch norm on both", images: [.batchNorm, .activation(.sigmoid)],
                features: [.batchNorm, .activation(.gelu)]),
            SmallNetwork("local response norm", images: [.localResponseNorm(size: 3, alpha: 0.5, beta: 0.75, k: 1)]),
            SmallNetwork("wide response norm", images: [.localResponseNorm(size: 7, alpha: 0.3, beta: 0.5, k: 2)]),
            SmallNetwork("dropout on images", images: [.dropout(0.5), .convolution(channels: .count(2), kernel: 2)]),
            SmallNetwork("dropout on features", features: [.activation(.tanh), .dropout(0.5)]),
        ]
        + Activation.allCases.flatMap { activation in
            [
                SmallNetwork(
                    "\(activation.rawValue) of a convolution and a linear layer", images: [.activation(activation)],
                    features: [.activation(activation)]),
                SmallNetwork(
                    "\(activation.rawValue) by itself", images: [.pooling(.average), .activation(activation)]),
            ]
        }
}

@Suite struct LayerKindTests {
    @Test(arguments: SmallNetwork.all, [2, 5])
    func `every gradient is a slope`(small: SmallNetwork, side: Int) throws {
        let network = try Network(inputShape: [2, side + 3, side + 3], small.layers, numClasses: 3)
        let count = 3
        let pixels = Tensor(random: [count] + network.inputShape, seed: 1)
        let labels = [0, 2, 1]
        let dropout: ReferenceModel.Dropout = { _, count in (0..<count).map { $0.isMultiple(of: 3) ? 0 : 2 } }
        let model = ReferenceModel(network, parameters: randomParameters(of: network))
        let gradients = model.gradients(pixels, labels: labels, dropout: dropout).gradients
        #expect(gradients.count == 2 * network.layers.count { $0.name != nil })
        for (name, gradient) in gradients {
            let parameter = try #require(model.parameters[name])
            var slope = Tensor(zeros: parameter.shape)
            for index in parameter.values.indices {
                func mean(_ step: Double) -> Double {
                    var moved = model
                    moved.parameters[name]?.values[index] += step
                    return moved.gradients(pixels, labels: labels, dropout: dropout).loss.sum / Double(count)
                }
                slope.values[index] = (mean(1e-5) - mean(-1e-5)) / 2e-5
            }
            // What batch norm subtracts again has no slope.
            let difference = Tensor(slope.shape, zip(slope.values, gradient.values).map(-)).norm
            #expect(difference <= 1e-6 * slope.norm + 1e-9, "\(name)")
        }
    }

    @Test func `average pooling counts its padding, and max pooling never takes it`() {
        let source = Tensor([1, 1, 2, 2], [-1, -2, -3, -6])
        #expect(averagePool(source, kernel: 2, stride: 2, padding: 1).values == [-0.25, -0.5, -0.75, -1.5])
        #expect(maxPool(source, kernel: 2, stride: 2, padding: 1).values.values == [-1, -2, -3, -6])
        #expect(averagePool(source, kernel: 2, stride: 2).values == [-3])
        #expect(globalAveragePool(source) == Tensor([1, 1, 1, 1], [-3]))
    }

    @Test func `a strided convolution takes every second window`() {
        let source = Tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let weights = Tensor([1, 1, 2, 2], [1, 10, 100, 1000])
        let result = convolution(source, weights: weights, bias: Tensor([1], [0.5]), stride: 2, padding: 1)
        #expect(result == Tensor([1, 1, 2, 2], [1000.5, 3200.5, 7040.5, 9865.5]))
    }

    @Test func `response norm divides by its neighbours by hand`() {
        // 1 / (1 + 0.5 / 3 · (1 + 4)), 2 / (1 + 0.5 / 3 · (1 + 4 + 9)), 3 / (1 + 0.5 / 3 · (4 + 9)).
        let source = Tensor([1, 3, 1, 1], [1, 2, 3])
        let found = localResponseNorm(source, LocalResponseNorm(size: 3, alpha: 0.5, beta: 1, k: 1))
        let expected: [Double] = [6.0 / 11, 12.0 / 20, 18.0 / 19]
        for (value, expected) in zip(found.values, expected) { #expect(abs(value - expected) < 1e-12) }
    }

    @Test(arguments: [
        (Activation.relu, 1.0, -0.0), (.leakyReLU, 1.0, -0.01), (.sigmoid, 0.731058578630005, 0.268941421369995),
        (.tanh, 0.761594155955765, -0.761594155955765), (.gelu, 0.841344746068543, -0.158655253931457),
        (.silu, 0.731058578630005, -0.268941421369995),
    ]) func `an activation has its values at 1 and -1`(activation: Activation, up: Double, down: Double) {
        let values = Tensor([2], [1, -1]).activated(activation).values
        #expect(abs(values[0] - up) < 1e-14 && abs(values[1] - down) < 1e-14, "\(values)")
    }

    /// Features 1, 3 and 5, 9: means 3 and 6, biased variances 4 and 9, unbiased 8 and 18.
    @Test func `batch norm follows its batch in training, and running values in evaluation`() throws {
        let network = try Network(
            inputShape: [2, 1, 1], [.flatten, .batchNorm, .linear(.classes)], numClasses: 2)
        var parameters = [
            "classifier.0.weight": Tensor([2], [2, 1]), "classifier.0.bias": Tensor([2], [0.5, 0]),
            "classifier.0.running_mean": Tensor([2], [0, 0]), "classifier.0.running_var": Tensor([2], [1, 1]),
            "classifier.1.weight": Tensor([2, 2], [1, 0, 0, 1]), "classifier.1.bias": Tensor([2], [0, 0]),
        ]
        let pixels = Tensor([2, 2, 1, 1], [1, 3, 5, 9])
        var model = ReferenceModel(network, parameters: parameters)
        let norm = ReferenceBatchNorm(
            pixels.reshaped([2, 2]), scale: Tensor([2], [2, 1]), shift: Tensor([2], [0.5, 0]))
        #expect(norm.means == [3, 6] && norm.variances == [4, 9])
        let (first, second) = (4 / (4 + 1e-5).squareRoot(), 3 / (9 + 1e-5).squareRoot())
        let expected: [Double] = [0.5 - first, -second, 0.5 + first, second]
        for (value, expected) in zip(norm.result.values, expected) { #expect(abs(value - expected) < 1e-12) }

        model.train(pixels, labels: [0, 1], recipe: TrainingRecipe(learningRate: 1e-30))
        func running(_ name: String) throws -> [Double] {
            try #require(model.parameters["classifier.0.\(name)"]).values
        }
        let (means, variances) = (try running("running_mean"), try running("running_var"))
        for (value, expected) in zip(means + variances, [0.3, 0.6, 1.7, 2.7] as [Double]) {
            #expect(abs(value - expected) < 1e-12)
        }

        parameters["classifier.0.running_mean"] = Tensor([2], [1, 2])
        parameters["classifier.0.running_var"] = Tensor([2], [4, 1])
        let found = ReferenceModel(network, parameters: parameters).evaluate(
            Tensor([1, 2, 1, 1], [3, 1]), labels: [0])
        let logit = 4 / (4 + 1e-5).squareRoot() + 0.5
        let other = -1 / (1 + 1e-5).squareRoot()
        #expect(abs(found.sum - log(1 + exp(other - logit))) < 1e-12)
    }
}
