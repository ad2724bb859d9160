// Row-major tensors in double precision, and elementwise operations.

/// A row-major tensor.
package struct Tensor: Sendable, Equatable {
    /// Dimensions, outermost first.
    package var shape: [Int]
    /// The last dimension varies fastest.
    package var values: [Double]

    package init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *), "a tensor has as many numbers as its shape says")
        self.shape = shape
        self.values = values
    }

    /// Creates a tensor of zeros.
    package init(zeros shape: [Int]) {
        self.init(shape, [Double](repeating: 0, count: shape.reduce(1, *)))
    }

    package init(_ shape: [Int], floats: [Float]) {
        self.init(shape, floats.map(Double.init))
    }

    /// Creates pseudorandom values in [−1, 1), determined by the seed and exact in single precision.
    ///
    /// **Source**: Numerical Recipes, 3rd edition, section 7.1.7, the 64-bit linear congruential generator.
    package init(random shape: [Int], seed: UInt64) {
        var state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
        self.init(
            shape,
            (0..<shape.reduce(1, *)).map { _ in
                state = state &* 2_862_933_555_777_941_757 &+ 3_037_000_493
                return Double(state >> 41) * 0x1p-22 - 1
            })
    }

    /// The values as single precision.
    package var floats: [Float] { values.map(Float.init) }

    /// Returns the same values with another shape.
    package func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape, values) }

    /// Replaces negative values by 0; NaN stays.
    package func relu() -> Tensor { Tensor(shape, values.map { $0 < 0 ? 0 : $0 }) }

    /// Computes the gradient of a ReLU's input from the gradient of its output: it passes where `output` is > 0 or NaN.
    package func reluBackward(output: Tensor) -> Tensor {
        Tensor(shape, zip(values, output.values).map { $1 <= 0 ? 0 : $0 })
    }

    /// Elementwise product.
    package static func * (a: Tensor, b: Tensor) -> Tensor { Tensor(a.shape, zip(a.values, b.values).map(*)) }

    /// L2 norm.
    package var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Returns ‖self − other‖.
    package func distance(to other: Tensor) -> Double { Tensor(shape, zip(values, other.values).map(-)).norm }

    /// Returns ‖self − expected‖ / ‖expected‖; infinite if a value is not finite or only `expected` is all 0.
    package func relativeError(to expected: Tensor) -> Double {
        precondition(shape == expected.shape, "only tensors of one shape can be compared")
        let difference = Tensor(shape, zip(values, expected.values).map(-)).norm
        if difference == 0 { return 0 }
        return difference.isFinite ? difference / expected.norm : .infinity
    }
}
