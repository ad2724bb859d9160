// oneDNN's other operations, compared with naive loops: linear layers and reorders.

import OneDNN
import ReferenceNetwork
import Testing

@Suite struct OperationTests {
    private static let layouts = Layout.allCases.filter { $0 != .any && $0 != .a && $0 != .ab }

    @Test(arguments: [(1, 1, 1, 1), (3, 5, 3, 17), (8, 17, 2, 20), (5, 16, 1, 3), (8, 20, 4, 10)], layouts)
    func `a linear layer and its gradients match naive loops`(
        _ sizes: (n: Int, c: Int, side: Int, outputs: Int), layout: Layout
    ) throws {
        let bench = try Bench()
        let (n, outputs) = (sizes.n, sizes.outputs)
        let image = [sizes.c, sizes.side, sizes.side]
        let source = Tensor(random: [n] + image, seed: 4)
        let weights = Tensor(random: [outputs] + image, seed: 5)
        let bias = Tensor(random: [outputs], seed: 6)
        let gradient = Tensor(random: [n, outputs], seed: 7)
        let flat = (
            source: source.reshaped([n, image.reduce(1, *)]),
            weights: weights.reshaped([outputs, image.reduce(1, *)])
        )
        let sourceKind = try Descriptor(source.shape, layout: layout)
        let anyWeights = try Descriptor(weights.shape, layout: .any)
        let (biasKind, result) = (try bench.rowMajor([outputs]), try bench.rowMajor([n, outputs]))
        let training = try Primitive.linear(
            source: sourceKind, weights: anyWeights, bias: biasKind, destination: result, purpose: .training,
            on: bench.device)
        let results = try bench.run(
            training, [.source: source, .weights: weights, .bias: bias], outputs: [.destination: [n, outputs]])
        expectClose(results[.destination], linear(flat.source, weights: flat.weights, bias: bias))

        let expected = linearBackward(flat.source, weights: flat.weights, gradient: gradient)
        let data = try Primitive.linearBackwardData(
            sourceGradient: sourceKind, weights: anyWeights, destinationGradient: result, forward: training,
            on: bench.device)
        let dataFound = try bench.run(
            data, [.weights: weights, .destinationGradient: gradient], outputs: [.sourceGradient: source.shape])
        expectClose(dataFound[.sourceGradient], expected.source.reshaped(source.shape))
        let weightsPrimitive = try Primitive.linearBackwardWeights(
            source: sourceKind, weightsGradient: anyWeights, biasGradient: biasKind, destinationGradient: result,
            forward: training, on: bench.device)
        let found = try bench.run(
            weightsPrimitive, [.source: source, .destinationGradient: gradient],
            outputs: [.weightsGradient: weights.shape, .biasGradient: [outputs]])
        expectClose(found[.weightsGradient], expected.weights.reshaped(weights.shape))
        expectClose(found[.biasGradient], expected.bias)
    }

    @Test(arguments: layouts, layouts)
    func `a reorder preserves every value`(from: Layout, to: Layout) throws {
        let bench = try Bench()
        for shape in [[1, 1, 5, 5], [3, 5, 7, 7], [8, 17, 3, 3], [2, 16, 4, 4], [20, 3, 5, 5]] {
            let numbers = Tensor(random: shape, seed: 10)
            let source = try bench.memory(numbers, as: Descriptor(shape, layout: from))
            let destination = try bench.unwritten(Descriptor(shape, layout: to))
            try bench.reorder(source, to: destination)
            expectClose(try bench.tensor(destination), numbers, 0)
        }
    }

    @Test func `layouts order values as their names say`() throws {
        let bench = try Bench()
        let numbers = Tensor([1, 2, 1, 2], [1, 2, 3, 4])
        func places(_ layout: Layout) throws -> [Float] {
            bench.contents(try bench.memory(numbers, as: Descriptor(numbers.shape, layout: layout)))
        }
        #expect(try places(.abcd) == [1, 2, 3, 4])
        #expect(try places(.acdb) == [1, 3, 2, 4])
        #expect(try places(.aBcd8b) == [1, 3, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0])
        #expect(try places(.aBcd16b).count == 32)
    }
}
