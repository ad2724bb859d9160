// Pooling and its gradients by definition.

/// For each output of a pooling, the indices of its window's values in the source.
private func windows(_ shape: [Int], kernel: Int, stride: Int, padding: Int) -> (shape: [Int], positions: [[Int]]) {
    let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let (height, width) = ((h + 2 * padding - kernel) / stride + 1, (w + 2 * padding - kernel) / stride + 1)
    var positions: [[Int]] = []
    for plane in 0..<n * c {
        for y in 0..<height {
            for x in 0..<width {
                var window: [Int] = []
                for row in (y * stride - padding)..<(y * stride - padding + kernel) where 0..<h ~= row {
                    for column in (x * stride - padding)..<(x * stride - padding + kernel) where 0..<w ~= column {
                        window.append((plane * h + row) * w + column)
                    }
                }
                positions.append(window)
            }
        }
    }
    return ([n, c, height, width], positions)
}

/// Max pooling, by default 2 × 2, which drops an odd last row or column: `[N, C, H, W]` → `[N, C, H′, W′]`.
///
/// - Returns: the maxima and their indices in `source`: the first if several are equal. NaN counts as the maximum; of
///   several, the last.
package func maxPool(
    _ source: Tensor, kernel: Int = 2, stride: Int = 2, padding: Int = 0
) -> (values: Tensor, positions: [Int]) {
    let (shape, windows) = windows(source.shape, kernel: kernel, stride: stride, padding: padding)
    let positions = windows.map { window in
        window.dropFirst().reduce(window[0]) { winner, position in
            source.values[position] > source.values[winner] || source.values[position].isNaN ? position : winner
        }
    }
    return (Tensor(shape, positions.map { source.values[$0] }), positions)
}

/// Gradient of `maxPool`: adds each value at the index of its maximum.
package func maxPoolBackward(sourceShape: [Int], positions: [Int], gradient: Tensor) -> Tensor {
    var result = Tensor(zeros: sourceShape)
    for (position, value) in zip(positions, gradient.values) { result.values[position] += value }
    return result
}

/// Average pooling; padding counts as zeros: `[N, C, H, W]` → `[N, C, H′, W′]`.
package func averagePool(_ source: Tensor, kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    let (shape, windows) = windows(source.shape, kernel: kernel, stride: stride, padding: padding)
    return Tensor(shape, windows.map { $0.reduce(0) { $0 + source.values[$1] } / Double(kernel * kernel) })
}

/// Gradient of `averagePool`.
package func averagePoolBackward(
    sourceShape: [Int], kernel: Int, stride: Int, padding: Int = 0, gradient: Tensor
) -> Tensor {
    var result = Tensor(zeros: sourceShape)
    let (_, windows) = windows(sourceShape, kernel: kernel, stride: stride, padding: padding)
    for (window, value) in zip(windows, gradient.values) {
        for position in window { result.values[position] += value / Double(kernel * kernel) }
    }
    return result
}

/// Mean of each channel: `[N, C, H, W]` → `[N, C, 1, 1]`.
package func globalAveragePool(_ source: Tensor) -> Tensor {
    let (n, c) = (source.shape[0], source.shape[1])
    let area = source.shape[2] * source.shape[3]
    return Tensor(
        [n, c, 1, 1], (0..<n * c).map { source.values[$0 * area..<($0 + 1) * area].reduce(0, +) / Double(area) })
}

/// Gradient of `globalAveragePool`.
package func globalAveragePoolBackward(sourceShape: [Int], gradient: Tensor) -> Tensor {
    let area = sourceShape[2] * sourceShape[3]
    return Tensor(sourceShape, gradient.values.flatMap { [Double](repeating: $0 / Double(area), count: area) })
}
