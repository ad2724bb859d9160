// The source pixels and their weights for each resized pixel, along one axis.

/// Pillow's bilinear filter from `inSize` to `outSize` pixels in fixed-point numbers.
///
/// **Source**: Pillow, `src/libImaging/Resample.c`, `precompute_coeffs` and `normalize_coeffs_8bpc`.
struct ResamplingFilter: Sendable {
    /// Fraction bits of a weight: 32 bits less 8 of a pixel and 2 for filters that overshoot.
    static let precisionBits: Int32 = 32 - 8 - 2
    /// One half, added to round a sum of weighted pixels.
    static let half: Int32 = 1 << (precisionBits - 1)

    /// Number of resized pixels.
    let outSize: Int
    /// Number of source pixels per resized pixel, including those of weight 0.
    let numTaps: Int
    /// The first source pixel of each resized pixel.
    let firsts: [Int]
    /// The weights of all first source pixels, then those of all second ones, and so on: tap-major, so that loops over
    /// resized pixels vectorise.
    let weights: [Int32]

    /// Whether every resized pixel is a blend of two source pixels with weights of at most 15 fraction bits.
    let isShortBlend: Bool

    /// Computes the filter between two sizes of at least 1. Between equal sizes it copies, as Pillow skips the filter.
    init(from inSize: Int, to outSize: Int) {
        let windows = (0..<outSize).map { Self.window(of: $0, from: inSize, to: outSize) }
        let numTaps = windows.reduce(1) { max($0, $1.weights.count) }
        let firsts = windows.map { min($0.first, inSize - numTaps) }
        var weights = [Int32](repeating: 0, count: numTaps * outSize)
        for (index, window) in windows.enumerated() {
            for (tap, weight) in zip((window.first - firsts[index])..., window.weights) {
                weights[tap * outSize + index] = weight
            }
        }
        self.outSize = outSize
        self.numTaps = numTaps
        self.firsts = firsts
        self.weights = weights
        isShortBlend = numTaps == 2 && weights.allSatisfy { $0.trailingZeroBitCount >= Self.precisionBits - 15 }
    }

    /// Returns the source pixels under the filter and their weights, which add up to 1 before rounding.
    private static func window(of index: Int, from inSize: Int, to outSize: Int) -> (first: Int, weights: [Int32]) {
        let scale = Double(inSize) / Double(outSize)
        let support = max(scale, 1)
        let center = (Double(index) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let end = min(Int(center + support + 0.5), inSize)
        // Pillow multiplies by the reciprocal, which rounds differently from a division.
        let shares = (first..<end).map { max(1 - abs((Double($0) - center + 0.5) * (1 / support)), 0) }
        let total = shares.reduce(0, +)
        let weights = shares.map { Int32(0.5 + $0 / total * Double(1 << precisionBits)) }
        let leadingZeros = weights.prefix { $0 == 0 }.count
        let used = weights.dropFirst(leadingZeros).reversed().drop { $0 == 0 }.reversed()
        return (first + leadingZeros, Array(used))
    }
}
