// Random numbers as a function of seed, stream and position: the same in any order and on any thread, and continued
// after a restart from the position alone.

/// A counter-based generator: number `index` of stream `stream`.
///
/// **Source**: the mixing function of SplitMix64 (Steele, Lea & Flood, *Fast Splittable Pseudorandom Number
/// Generators*, 2014), applied to the counter, with a key mixed the same way.
package struct CounterRandom {
    private let key: UInt64

    package init(seed: UInt64, stream: UInt64) {
        key = mix(mix(seed &+ goldenGamma) ^ (stream &* goldenGamma))
    }

    /// 64 random bits.
    @inline(__always)
    package func bits(at index: UInt64) -> UInt64 { mix(key &+ (index &+ 1) &* goldenGamma) }

    /// Uniform over [0, 1), in steps of 2⁻²⁴, which single precision represents exactly.
    @inline(__always)
    package func uniform(at index: UInt64) -> Float { Float(bits(at: index) >> 40) * 0x1p-24 }
}

private let goldenGamma: UInt64 = 0x9E37_79B9_7F4A_7C15

@inline(__always)
private func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
