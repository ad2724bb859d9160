// oneDNN's convolution and its gradients, compared with naive loops.

import OneDNN
import ReferenceNetwork
import Testing

@Suite struct ConvolutionTests {
    /// Shapes: `[n, c, side, side]`, `[k, c, r, r]`.
    struct Case: CustomTestStringConvertible {
        let (n, c, k, side, r): (Int, Int, Int, Int, Int)
        init(_ n: Int, _ c: Int, _ k: Int, _ side: Int, _ r: Int) {
            (self.n, self.c, self.k, self.side, self.r) = (n, c, k, side, r)
        }
        var testDescription: String { "N \(n), C \(c), K \(k), side \(side), window \(r)" }

        static let all = [
            Case(1, 1, 1, 5, 1), Case(3, 1, 16, 14, 3), Case(8, 1, 17, 7, 5), Case(3, 3, 5, 8, 3),
            Case(1, 5, 3, 7, 3), Case(8, 5, 20, 5, 5), Case(3, 16, 16, 14, 3), Case(8, 16, 16, 5, 3),
            Case(1, 16, 32, 7, 3), Case(3, 16, 17, 8, 1), Case(1, 17, 20, 14, 3), Case(8, 20, 17, 7, 1),
            Case(3, 20, 16, 8, 5), Case(3, 17, 16, 5, 3), Case(1, 20, 20, 7, 5), Case(8, 3, 16, 8, 3),
            Case(1, 32, 32, 1, 3), Case(3, 16, 16, 2, 5), Case(2, 5, 5, 3, 7), Case(2, 64, 48, 6, 3),
        ]
    }

    @Test(arguments: Case.all, [Layout.abcd, .any])
    func `direct convolution and its gradients match naive loops`(_ shapes: Case, source: Layout) throws {
        let sourceLayout = source
        let bench = try Bench()
        let (n, c, k, side, r) = (shapes.n, shapes.c, shapes.k, shapes.side, shapes.r)
        let source = Tensor(random: [n, c, side, side], seed: 1)
        let weights = Tensor(random: [k, c, r, r], seed: 2)
        let bias = Tensor(random: [k], seed: 3)
        let gradient = Tensor(random: [n, k, side, side], seed: 4)

        let training = try forward(shapes, sourceLayout, on: bench)
        let results = try bench.run(
            training, [.source: source, .weights: weights, .bias: bias], outputs: [.destination: gradient.shape])
        let sums = convolution(source, weights: weights, bias: bias, padding: r / 2)
        expectClose(results[.destination], sums, what: training.implementation)

        let expected = convolutionBackward(source, weights: weights, padding: r / 2, gradient: gradient)
        let sourceKind = try #require(training.wants(.source, shape: source.shape))
        let gradientKind = try #require(training.wants(.destination, shape: gradient.shape))
        let anyWeights = try Descriptor(weights.shape, layout: .any)
        let data = try Primitive.convolutionBackwardData(
            sourceGradient: sourceKind, weights: anyWeights, destinationGradient: gradientKind, padding: r / 2,
            forward: training, on: bench.device)
        let slopes = try bench.run(
            data, [.weights: weights, .destinationGradient: gradient], outputs: [.sourceGradient: source.shape])
        expectClose(slopes[.sourceGradient], expected.source, what: data.implementation)

        let weightsPrimitive = try Primitive.convolutionBackwardWeights(
            source: sourceKind, weightsGradient: anyWeights, biasGradient: Descriptor(bias.shape, layout: .a),
            destinationGradient: gradientKind, padding: r / 2, forward: training, on: bench.device)
        let found = try bench.run(
            weightsPrimitive, [.source: source, .destinationGradient: gradient],
            outputs: [.weightsGradient: weights.shape, .biasGradient: bias.shape])
        expectClose(found[.weightsGradient], expected.weights, what: weightsPrimitive.implementation)
        expectClose(found[.biasGradient], expected.bias, what: weightsPrimitive.implementation)
    }

    @Test func `an unsupported operation is an error`() throws {
        let device = try Device(threads: 1)
        let error = #expect(throws: OneDNNError.self) {
            try Primitive.linear(
                source: Descriptor([1, 4], type: .uint8, layout: .ab),
                weights: Descriptor([2, 4], layout: .ab), bias: Descriptor([2], layout: .a),
                destination: Descriptor([1, 2], layout: .ab), purpose: .training, on: device)
        }
        #expect(error?.description.hasPrefix("oneDNN could not set up or run a fully connected layer: ") == true)
    }

    private func forward(
        _ shapes: Case, _ sourceLayout: Layout, on bench: Bench
    ) throws -> Primitive {
        let (n, c, k, side, r) = (shapes.n, shapes.c, shapes.k, shapes.side, shapes.r)
        return try Primitive.convolution(
            source: Descriptor([n, c, side, side], layout: sourceLayout),
            weights: Descriptor([k, c, r, r], layout: .any), bias: Descriptor([k], layout: .a),
            destination: Descriptor([n, k, side, side], layout: .any), padding: r / 2, purpose: .training,
            on: bench.device)
    }
}
