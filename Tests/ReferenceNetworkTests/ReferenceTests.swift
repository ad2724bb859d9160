// The naive engine itself: every gradient against central finite differences, in double precision.

import Experiments
import ReferenceNetwork
import Testing

@Suite struct ReferenceTests {
    @Test(arguments: [(1, 1, 1, 3, 1), (2, 3, 2, 5, 3), (1, 2, 3, 4, 5), (3, 1, 2, 3, 3)])
    func `convolution's gradients are its slopes`(n: Int, c: Int, k: Int, side: Int, r: Int) {
        let source = Tensor(random: [n, c, side, side], seed: 1)
        let weights = Tensor(random: [k, c, r, r], seed: 2)
        let bias = Tensor(random: [k], seed: 3)
        let slope = Tensor(random: [n, k, side, side], seed: 4)
        let found = convolutionBackward(source, weights: weights, padding: r / 2, gradient: slope)
        expectSlope(at: source, found.source) {
            weighted(convolution($0, weights: weights, bias: bias, padding: r / 2), slope)
        }
        expectSlope(at: weights, found.weights) {
            weighted(convolution(source, weights: $0, bias: bias, padding: r / 2), slope)
        }
        expectSlope(at: bias, found.bias) {
            weighted(convolution(source, weights: weights, bias: $0, padding: r / 2), slope)
        }
    }

    @Test func `convolution sums a window by hand`() {
        let source = Tensor([1, 1, 2, 2], [1, 2, 3, 4])
        let weights = Tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let result = convolution(source, weights: weights, bias: Tensor([1], [0.5]), padding: 1)
        #expect(result == Tensor([1, 1, 2, 2], [77.5, 67.5, 47.5, 37.5]))
    }

    @Test(arguments: [(1, 1, 2), (2, 3, 5), (1, 2, 7)])
    func `max pooling's gradient is its slope`(n: Int, c: Int, side: Int) {
        let source = Tensor(random: [n, c, side, side], seed: 5)
        let slope = Tensor(random: [n, c, side / 2, side / 2], seed: 6)
        let found = maxPoolBackward(
            sourceShape: source.shape, positions: maxPool(source).positions, gradient: slope)
        expectSlope(at: source, found) { weighted(maxPool($0).values, slope) }
    }

    @Test func `max pooling takes the first of equals and leaves an odd edge out`() {
        let source = Tensor([1, 1, 3, 3], [1, 2, 9, 2, 2, 9, 9, 9, 9])
        let (values, positions) = maxPool(source)
        #expect(values == Tensor([1, 1, 1, 1], [2]))
        #expect(positions == [1])
    }

    @Test func `a fully connected layer's gradients are its slopes`() {
        let source = Tensor(random: [3, 5], seed: 7)
        let weights = Tensor(random: [4, 5], seed: 8)
        let bias = Tensor(random: [4], seed: 9)
        let slope = Tensor(random: [3, 4], seed: 10)
        let found = linearBackward(source, weights: weights, gradient: slope)
        expectSlope(at: source, found.source) { weighted(linear($0, weights: weights, bias: bias), slope) }
        expectSlope(at: weights, found.weights) { weighted(linear(source, weights: $0, bias: bias), slope) }
        expectSlope(at: bias, found.bias) { weighted(linear(source, weights: weights, bias: $0), slope) }
    }

    @Test func `cross-entropy's gradient is the slope of its mean`() {
        let labels = [2, 0, 4]
        let logits = Tensor(random: [3, 5], seed: 11)
        expectSlope(at: logits, softmaxCrossEntropy(logits, labels: labels).gradient) {
            softmaxCrossEntropy($0, labels: labels).sum / 3
        }
    }

    @Test(arguments: [nil, 0.5])
    func `every gradient of a whole network is a slope`(dropout: Double?) throws {
        let network = try Network(
            inputChannels: 2, inputSide: 7,
            blocks: [Block(numConvs: 2, outChannels: 3), Block(numConvs: 1, outChannels: 5)],
            classifier: [6], numClasses: 3)
        let pixels = Tensor(random: [2, 2, 7, 7], seed: 12)
        let labels = [0, 2]
        let factors: ReferenceModel.Dropout? = dropout.map { p in
            { _, count in (0..<count).map { $0.isMultiple(of: 3) ? 0 : 1 / (1 - p) } }
        }
        let model = ReferenceModel(network, parameters: randomParameters(of: network))
        let gradients = model.gradients(pixels, labels: labels, dropout: factors).gradients
        #expect(gradients.count == 10)
        for (name, gradient) in gradients {
            let parameter = try #require(model.parameters[name])
            expectSlope(at: parameter, gradient) {
                var moved = model
                moved.parameters[name] = $0
                return moved.gradients(pixels, labels: labels, dropout: factors).loss.sum / 2
            }
        }
    }

    @Test func `updates follow torch.optim.SGD by hand`() {
        var (parameter, velocity) = (Tensor([1], [1]), Tensor(zeros: [1]))
        for (gradient, expected) in [(0.5, 0.949), (1, 0.802151), (-0.25, 0.694184749)] {
            sgd(
                &parameter, gradient: Tensor([1], [gradient]), velocity: &velocity, learningRate: 0.1, momentum: 0.9,
                weightDecay: 0.01)
            #expect(abs(parameter.values[0] - expected) < 1e-12)
        }
    }
}

/// Random tensors for each of a network's names.
func randomParameters(of network: Network) -> [String: Tensor] {
    var parameters: [String: Tensor] = [:]
    for (index, layer) in network.layers.enumerated() {
        guard let name = layer.name, let shape = layer.weightsShape else { continue }
        parameters["\(name).weight"] = Tensor(random: shape, seed: UInt64(100 + 2 * index))
        parameters["\(name).bias"] = Tensor(random: [shape[0]], seed: UInt64(101 + 2 * index))
    }
    return parameters
}

/// Σ values · slope: a number whose gradient with respect to `values` is `slope`.
private func weighted(_ values: Tensor, _ slope: Tensor) -> Double { (values * slope).values.reduce(0, +) }

/// Compares `gradient` with (f(x + h) − f(x − h)) / 2h in each coordinate.
private func expectSlope(
    at point: Tensor, _ gradient: Tensor, sourceLocation: SourceLocation = #_sourceLocation, _ f: (Tensor) -> Double
) {
    let h = 1e-5
    var slope = Tensor(zeros: point.shape)
    for index in point.values.indices {
        var (up, down) = (point, point)
        up.values[index] += h
        down.values[index] -= h
        slope.values[index] = (f(up) - f(down)) / (2 * h)
    }
    #expect(gradient.norm > 0, sourceLocation: sourceLocation)
    #expect(gradient.relativeError(to: slope) < 1e-7, sourceLocation: sourceLocation)
}
