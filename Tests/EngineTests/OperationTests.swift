// The library's other operations against the naive loops: pooling, fully connected layers, ReLU, changes of layout.

import OneDNN
import ReferenceNetwork
import Testing

@Suite struct OperationTests {
    private static let layouts = Layout.allCases.filter { $0 != .any && $0 != .a && $0 != .ab }

    @Test(arguments: [(1, 1, 5), (3, 3, 7), (8, 5, 8), (1, 16, 14), (3, 17, 7), (3, 20, 3), (1, 3, 2)], layouts)
    func `pooling and its gradient are the naive ones`(_ sizes: (n: Int, c: Int, side: Int), layout: Layout) throws {
        let bench = try Bench()
        let source = Tensor(random: [sizes.n, sizes.c, sizes.side, sizes.side], seed: 1)
        let pooledShape = [sizes.n, sizes.c, sizes.side / 2, sizes.side / 2]
        let gradient = Tensor(random: pooledShape, seed: 2)
        let sourceKind = try Descriptor(source.shape, layout: layout)
        let forward = try Primitive.maxPool(
            source: sourceKind, destination: Descriptor(pooledShape, layout: .any), purpose: .training,
            on: bench.device)
        let workspace = try forward.wants(.workspace, shape: pooledShape).map { try Memory($0, on: bench.device) }
        let expected = maxPool(source)
        let found = try bench.run(
            forward, [.source: source], outputs: [.destination: pooledShape], workspace: workspace)
        expectClose(found[.destination], expected.values, 0)

        let backward = try Primitive.maxPoolBackward(
            sourceGradient: sourceKind,
            destinationGradient: try #require(forward.wants(.destination, shape: pooledShape)), forward: forward,
            on: bench.device)
        let back = try bench.run(
            backward, [.destinationGradient: gradient], outputs: [.sourceGradient: source.shape],
            workspace: workspace)
        let expectedBack = maxPoolBackward(
            sourceShape: source.shape, positions: expected.positions, gradient: gradient)
        expectClose(back[.sourceGradient], expectedBack, 0)
    }

    @Test func `pooling for inference needs no workspace`() throws {
        let bench = try Bench()
        let source = Tensor(random: [2, 5, 7, 7], seed: 3)
        let forward = try Primitive.maxPool(
            source: Descriptor(source.shape, layout: .abcd), destination: Descriptor([2, 5, 3, 3], layout: .any),
            purpose: .inference, on: bench.device)
        #expect(forward.wants(.workspace, shape: [2, 5, 3, 3]) == nil)
        let found = try bench.run(forward, [.source: source], outputs: [.destination: [2, 5, 3, 3]])
        expectClose(found[.destination], maxPool(source).values, 0)
    }

    @Test(arguments: [(1, 1, 1, 1), (3, 5, 3, 17), (8, 17, 2, 20), (5, 16, 1, 3), (8, 20, 4, 10)], layouts)
    func `a fully connected layer and its gradients are the naive sums`(
        _ sizes: (n: Int, c: Int, side: Int, outputs: Int), layout: Layout
    ) throws {
        let bench = try Bench()
        let (n, outputs) = (sizes.n, sizes.outputs)
        let picture = [sizes.c, sizes.side, sizes.side]
        let source = Tensor(random: [n] + picture, seed: 4)
        let weights = Tensor(random: [outputs] + picture, seed: 5)
        let bias = Tensor(random: [outputs], seed: 6)
        let gradient = Tensor(random: [n, outputs], seed: 7)
        let flat = (
            source: source.reshaped([n, picture.reduce(1, *)]),
            weights: weights.reshaped([outputs, picture.reduce(1, *)])
        )
        let sourceKind = try Descriptor(source.shape, layout: layout)
        let anyWeights = try Descriptor(weights.shape, layout: .any)
        let (biasKind, result) = (try bench.rowMajor([outputs]), try bench.rowMajor([n, outputs]))
        func forward(relu: Bool) throws -> Primitive {
            try .linear(
                source: sourceKind, weights: anyWeights, bias: biasKind, destination: result, relu: relu,
                purpose: .training, on: bench.device)
        }
        let sums = linear(flat.source, weights: flat.weights, bias: bias)
        for relu in [false, true] {
            let found = try bench.run(
                forward(relu: relu), [.source: source, .weights: weights, .bias: bias],
                outputs: [.destination: [n, outputs]])
            expectClose(found[.destination], relu ? sums.relu() : sums)
        }

        let training = try forward(relu: true)
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

    @Test(arguments: [1, 3, 16, 17, 20], layouts)
    func `the gradient of ReLU passes where the output is above 0, also in place`(
        channels: Int, layout: Layout
    ) throws {
        let bench = try Bench()
        let output = Tensor(random: [3, channels, 5, 5], seed: 8).relu()
        let gradient = Tensor(random: output.shape, seed: 9)
        let kind = try Descriptor(output.shape, layout: layout)
        let primitive = try Primitive.reluBackward(gradient: kind, destination: kind, on: bench.device)
        let inOut = try bench.memory(gradient, as: kind)
        let apart = try bench.unwritten(kind)
        for target in [apart, inOut] {
            try bench.run(
                primitive,
                [
                    .destination: bench.memory(output, as: kind), .destinationGradient: inOut,
                    .sourceGradient: target,
                ])
            expectClose(try bench.tensor(target), gradient.reluBackward(output: output), 0)
        }
    }

    @Test(arguments: layouts, layouts)
    func `a change of layout keeps every number`(from: Layout, to: Layout) throws {
        let bench = try Bench()
        for shape in [[1, 1, 5, 5], [3, 5, 7, 7], [8, 17, 3, 3], [2, 16, 4, 4], [20, 3, 5, 5]] {
            let numbers = Tensor(random: shape, seed: 10)
            let source = try bench.memory(numbers, as: Descriptor(shape, layout: from))
            let destination = try bench.unwritten(Descriptor(shape, layout: to))
            try bench.reorder(source, to: destination)
            expectClose(try bench.tensor(destination), numbers, 0)
        }
    }

    @Test func `layouts put numbers where their names say`() throws {
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
