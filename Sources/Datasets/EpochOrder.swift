// The order of images in an epoch: a function of seed and epoch alone, the same on every machine.

package struct EpochOrder: Sendable, Hashable {
    /// Number of images.
    package let count: Int
    /// The run's seed.
    package let seed: UInt64
    /// Whether the order is shuffled.
    package let isShuffled: Bool

    /// - Parameters:
    ///   - count: number of images.
    ///   - seed: the run's seed.
    ///   - isShuffled: `false` uses the files' order in every epoch.
    package init(count: Int, seed: UInt64, isShuffled: Bool = true) {
        precondition((0...Int(Int32.max)).contains(count), "indices have 32 bits")
        self.count = count
        self.seed = seed
        self.isShuffled = isShuffled
    }

    /// Returns every index from 0 up to `count` once, in the order of this epoch.
    ///
    /// **Source**: Durstenfeld, *Algorithm 235: Random permutation*, 1964 (the Fisher–Yates shuffle).
    package func indices(epoch: Int) -> [Int32] {
        var indices = (0..<Int32(count)).map(\.self)
        guard isShuffled, count > 1 else { return indices }
        // The seed is mixed alone and then with the epoch, so that neighbouring seeds are unrelated and no two pairs of
        // seed and epoch coincide systematically.
        var seeds = SplitMix64(state: seed)
        var epochs = SplitMix64(state: seeds.next() ^ UInt64(bitPattern: Int64(epoch)))
        var generator = SplitMix64(state: epochs.next())
        for last in stride(from: count - 1, to: 0, by: -1) {
            indices.swapAt(last, Int(generator.next(below: UInt64(last) + 1)))
        }
        return indices
    }
}

/// A small random generator whose whole state is a counter.
///
/// **Source**: Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, 2014, figure 17; constants as in
/// Vigna's `splitmix64.c`.
package struct SplitMix64: Sendable {
    private var state: UInt64

    /// Creates a generator with this state.
    package init(state: UInt64) {
        self.state = state
    }

    /// Returns the next 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Returns a uniformly distributed number from 0 up to `bound`.
    ///
    /// **Source**: Lemire, *Fast Random Integer Generation in an Interval*, 2019, algorithm 5.
    package mutating func next(below bound: UInt64) -> UInt64 {
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }
}
