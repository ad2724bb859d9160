// ReLU with max pooling in one pass, against the naive ones, with channels side by side and without.

import CKernels
import ReferenceNetwork
import Testing

@Suite struct ReLUPoolTests {
    @Test(arguments: [(1, 2, 2), (2, 3, 5), (3, 14, 14), (2, 27, 6)], [1, 3, 8, 16, 20])
    func `values and gradients are the naive ones, NaN and infinity too`(
        _ sizes: (planes: Int, height: Int, width: Int), channels: Int
    ) throws {
        let (planes, height, width) = (sizes.planes, sizes.height, sizes.width)
        let shape = [planes, channels, height, width]
        let pooledShape = [planes, channels, height / 2, width / 2]
        var source = Tensor(random: shape, seed: 1)
        for (index, number) in [Double.nan, .infinity, .nan, -.infinity, .nan, 0].enumerated() {
            source.values[index * 37 % source.values.count] = number
        }
        var gradient = Tensor(random: pooledShape, seed: 2)
        gradient.values[gradient.values.count / 2] = .nan
        let expected = maxPool(source.relu())
        let expectedGradient = maxPoolBackward(sourceShape: shape, positions: expected.positions, gradient: gradient)
            .reluBackward(output: source.relu())

        var pooled = [Float](repeating: 77, count: gradient.values.count)
        var taken = [UInt8](repeating: 77, count: pooled.count)
        var found = [Float](repeating: 77, count: source.values.count)
        relu_pool_forward(channelsLast(source), planes, height, width, channels, &pooled, &taken)
        relu_pool_backward(taken, channelsLast(gradient), planes, height, width, channels, &found)
        expectSame(pooled, channelsLast(expected.values))
        expectSame(found, channelsLast(expectedGradient))
        var alone = [Float](repeating: 77, count: pooled.count)
        relu_pool_forward(channelsLast(source), planes, height, width, channels, &alone, nil)
        expectSame(alone, pooled)
    }

    /// `[N, C, H, W]` → [N][H][W][C].
    private func channelsLast(_ tensor: Tensor) -> [Float] {
        let (n, c, area) = (tensor.shape[0], tensor.shape[1], tensor.shape[2] * tensor.shape[3])
        return (0..<n * area * c).map { index in
            Float(tensor.values[(index / c / area * c + index % c) * area + index / c % area])
        }
    }

    private func expectSame(_ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(found.map(\.description) == expected.map(\.description), sourceLocation: sourceLocation)
    }
}
