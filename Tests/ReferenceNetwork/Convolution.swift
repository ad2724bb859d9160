// Convolution and its gradients by definition.

/// Gradients of an operation with weights.
package struct WeightedGradients: Sendable {
    /// With respect to the input.
    package var source: Tensor
    /// With respect to the weights.
    package var weights: Tensor
    /// With respect to the biases.
    package var bias: Tensor
}

/// Computes a convolution with `padding` zeros on each side: `[N, C, H, W]`, `[K, C, R, R]`, `[K]` → `[N, K, H′, W′]`.
///
/// **Source**: Goodfellow, Bengio & Courville, *Deep Learning*, 2016, equation 9.7.
package func convolution(_ source: Tensor, weights: Tensor, bias: Tensor, stride: Int = 1, padding: Int) -> Tensor {
    let sweep = Sweep(source: source.shape, weights: weights.shape, stride: stride, padding: padding)
    var result = Tensor(zeros: sweep.destinationShape)
    sweep.forEachOutput { k, at in result.values[at] = bias.values[k] }
    sweep.forEachProduct { from, weight, at in
        result.values[at] += source.values[from] * weights.values[weight]
    }
    return result
}

/// Computes the gradients of `convolution` from the gradient of its output.
package func convolutionBackward(
    _ source: Tensor, weights: Tensor, stride: Int = 1, padding: Int, gradient: Tensor
) -> WeightedGradients {
    let sweep = Sweep(source: source.shape, weights: weights.shape, stride: stride, padding: padding)
    var result = WeightedGradients(
        source: Tensor(zeros: source.shape), weights: Tensor(zeros: weights.shape),
        bias: Tensor(zeros: [weights.shape[0]]))
    sweep.forEachOutput { k, at in result.bias.values[k] += gradient.values[at] }
    sweep.forEachProduct { from, weight, at in
        result.source.values[from] += gradient.values[at] * weights.values[weight]
        result.weights.values[weight] += gradient.values[at] * source.values[from]
    }
    return result
}

/// Iterates over the multiplications of a convolution, by the indices of the three numbers.
private struct Sweep {
    let (n, c, h, w): (Int, Int, Int, Int)
    let (k, r): (Int, Int)
    let (stride, padding): (Int, Int)

    init(source: [Int], weights: [Int], stride: Int, padding: Int) {
        precondition(source[1] == weights[1] && weights[2] == weights[3], "weights must fit their source")
        (n, c, h, w) = (source[0], source[1], source[2], source[3])
        (k, r) = (weights[0], weights[2])
        (self.stride, self.padding) = (stride, padding)
    }

    var height: Int { (h + 2 * padding - r) / stride + 1 }
    var width: Int { (w + 2 * padding - r) / stride + 1 }
    var destinationShape: [Int] { [n, k, height, width] }

    @inline(__always)
    func forEachOutput(_ body: (_ k: Int, _ destination: Int) -> Void) {
        for index in 0..<n * k * height * width { body(index / (height * width) % k, index) }
    }

    @inline(__always)
    func forEachProduct(_ body: (_ source: Int, _ weight: Int, _ destination: Int) -> Void) {
        for n in 0..<n {
            for k in 0..<k {
                for c in 0..<c {
                    for i in 0..<r {
                        for j in 0..<r {
                            let weight = ((k * self.c + c) * r + i) * r + j
                            for y in 0..<height {
                                let row = y * stride + i - padding
                                guard row >= 0, row < h else { continue }
                                for x in 0..<width {
                                    let column = x * stride + j - padding
                                    guard column >= 0, column < w else { continue }
                                    body(
                                        ((n * self.c + c) * h + row) * w + column, weight,
                                        ((n * self.k + k) * height + y) * width + x)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
