// Which source pixels make a resized pixel, and with which weights, along one axis.

/// Pillow's bilinear filter from `inSize` to `outSize` pixels in fixed-point numbers.
///
/// **Source**: Pillow, `src/libImaging/Resample.c`, `precompute_coeffs` and `normalize_coeffs_8bpc`.
struct ResamplingFilter: Sendable {
    /// Binary places of a weight: 32 bits less 8 of a pixel and 2 for filters that overshoot.
    static let precisionBits: Int32 = 32 - 8 - 2
    /// One half, which rounds a sum of weighted pixels.
    static let half: Int32 = 1 << (precisionBits - 1)

    /// The source pixels of one resized pixel.
    struct Window: Sendable {
        /// The first source pixel.
        let first: Int
        /// How many source pixels there are, at least 1.
        let count: Int
        /// Where their weights begin.
        let weights: Int
    }

    /// For each resized pixel its source pixels.
    let windows: [Window]
    /// The weights of all windows, one after the other.
    let weights: [Int32]

    /// The filter between two sizes of at least 1. Between equal sizes it copies, as Pillow does by leaving it out.
    init(from inSize: Int, to outSize: Int) {
        let scale = Double(inSize) / Double(outSize)
        let support = max(scale, 1)
        var windows: [Window] = []
        var weights: [Int32] = []
        for index in 0..<outSize {
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), inSize)
            let shares = (first..<end).map { source in
                max(1 - abs((Double(source) - center + 0.5) / support), 0)
            }
            let total = shares.reduce(0, +)
            windows.append(Window(first: first, count: shares.count, weights: weights.count))
            weights += shares.map { Int32(0.5 + $0 / total * Double(1 << Self.precisionBits)) }
        }
        self.windows = windows
        self.weights = weights
    }
}
