// In which order an epoch takes its images: a function of seed and epoch alone, the same on every machine.

/// The order of images in each epoch of a run.
package struct EpochOrder: Sendable, Hashable {
    /// Number of images.
    package let count: Int
    /// What tells runs apart.
    package let seed: UInt64
    /// Whether there is any order but the files'.
    package let isShuffled: Bool

    /// - Parameters:
    ///   - count: number of images.
    ///   - seed: what tells runs apart.
    ///   - isShuffled: `false` gives the files' order in every epoch.
    package init(count: Int, seed: UInt64, isShuffled: Bool = true) {
        precondition((0...Int(Int32.max)).contains(count), "indices have 32 bits")
        self.count = count
        self.seed = seed
        self.isShuffled = isShuffled
    }

    /// Every index from 0 up to `count` once, in the order of this epoch, whatever epochs came before.
    ///
    /// **Source**: Durstenfeld, *Algorithm 235: Random permutation*, 1964 (the Fisher–Yates shuffle).
    package func indices(epoch: Int) -> [Int32] {
        var indices = (0..<Int32(count)).map(\.self)
        guard isShuffled, count > 1 else { return indices }
        // The seed goes through the mixing function alone, then with the epoch, so that neighbours have nothing in
        // common and no seed's epoch is another seed's.
        var seeds = SplitMix64(state: seed)
        var epochs = SplitMix64(state: seeds.next() ^ UInt64(bitPattern: Int64(epoch)))
        var generator = SplitMix64(state: epochs.next())
        for last in stride(from: count - 1, to: 0, by: -1) {
            indices.swapAt(last, Int(generator.next(below: UInt64(last) + 1)))
        }
        return indices
    }
}

/// A small generator whose whole state is a counter.
///
/// **Source**: Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, 2014, figure 17; constants as in
/// Vigna's `splitmix64.c`.
package struct SplitMix64: Sendable {
    private var state: UInt64

    /// The generator that starts at `state`.
    package init(state: UInt64) {
        self.state = state
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `bound`, each as likely as any other.
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
