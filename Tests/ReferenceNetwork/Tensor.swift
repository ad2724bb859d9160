// Numbers with a shape, row-major, in double precision: all that the naive engine computes with.

/// A row-major tensor.
package struct Tensor: Sendable, Equatable {
    /// Sizes, outermost first.
    package var shape: [Int]
    /// Its numbers, the last axis running fastest.
    package var values: [Double]

    /// A tensor of these numbers.
    package init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *), "a tensor has as many numbers as its shape says")
        self.shape = shape
        self.values = values
    }

    /// A tensor of zeros.
    package init(zeros shape: [Int]) {
        self.init(shape, [Double](repeating: 0, count: shape.reduce(1, *)))
    }

    /// A tensor of these numbers.
    package init(_ shape: [Int], floats: [Float]) {
        self.init(shape, floats.map(Double.init))
    }

    /// Evenly spread over [−1, 1), the same for the same seed, each number exact in single precision.
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

    /// Its numbers in single precision.
    package var floats: [Float] { values.map(Float.init) }

    /// The same numbers in another shape.
    package func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape, values) }

    /// 0 for each number below; NaN stays.
    package func relu() -> Tensor { Tensor(shape, values.map { $0 < 0 ? 0 : $0 }) }

    /// Gradient of a ReLU's input from the gradient of its output: it passes where `output` is above 0 or NaN.
    package func reluBackward(output: Tensor) -> Tensor {
        Tensor(shape, zip(values, output.values).map { $1 <= 0 ? 0 : $0 })
    }

    /// Number by number.
    package static func * (a: Tensor, b: Tensor) -> Tensor { Tensor(a.shape, zip(a.values, b.values).map(*)) }

    /// Root of the sum of squares.
    package var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// ‖self − other‖
    package func distance(to other: Tensor) -> Double { Tensor(shape, zip(values, other.values).map(-)).norm }

    /// ‖self − expected‖ / ‖expected‖; infinite where a number is not finite or only `expected` is all 0.
    package func relativeError(to expected: Tensor) -> Double {
        precondition(shape == expected.shape, "only tensors of one shape can be compared")
        let difference = Tensor(shape, zip(values, expected.values).map(-)).norm
        if difference == 0 { return 0 }
        return difference.isFinite ? difference / expected.norm : .infinity
    }
}
