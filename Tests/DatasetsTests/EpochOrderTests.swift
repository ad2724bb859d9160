// Orders are permutations, differ where they should, and never change between versions or machines.

import Datasets
import Testing

@Suite struct EpochOrderTests {
    @Test func `SplitMix64 gives its published values`() {
        var generator = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test func `bounded numbers stay in bounds and reach every value`() {
        var generator = SplitMix64(state: 1)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<6_000 { counts[Int(generator.next(below: 6))] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) })
    }

    /// A bound just above 2^63 rejects every other number; the expected values come from the same program as the orders
    /// below.
    @Test func `rejected numbers are drawn again`() {
        var generator = SplitMix64(state: 1)
        let expected: [UInt64] = [
            8_955_919_645_141_445_295, 4_098_490_376_910_890_117, 4_097_618_618_563_484_380,
            7_036_458_801_432_265_024, 7_323_326_090_023_318_475, 3_727_553_580_931_688_368,
        ]
        #expect(expected.map { _ in generator.next(below: (1 << 63) + 1) } == expected)
    }

    @Test(arguments: [0, 1, 2, 10, 1000]) func `an order has every index once`(count: Int) {
        let order = EpochOrder(count: count, seed: 3).indices(epoch: 1)
        #expect(order.sorted() == (0..<Int32(count)).map(\.self))
    }

    /// Computed by a program in another language from the sources cited in `EpochOrder`.
    @Test func `orders never change`() {
        #expect(EpochOrder(count: 10, seed: 0).indices(epoch: 1) == [0, 8, 6, 1, 7, 9, 3, 4, 5, 2])
        #expect(EpochOrder(count: 10, seed: 0).indices(epoch: 2) == [3, 6, 0, 7, 2, 5, 4, 9, 1, 8])
        #expect(EpochOrder(count: 10, seed: 42).indices(epoch: 1) == [8, 9, 1, 7, 6, 4, 3, 2, 0, 5])
        let whole = EpochOrder(count: 60_000, seed: 0).indices(epoch: 1)
        #expect(whole.prefix(8) == [49661, 39179, 50771, 10603, 29266, 26689, 41447, 21796])
        #expect(whole.suffix(4) == [30438, 34689, 39191, 16147])
    }

    @Test func `an epoch's order does not depend on epochs before it`() {
        let order = EpochOrder(count: 100, seed: 5)
        let alone = order.indices(epoch: 7)
        for epoch in 1..<7 { #expect(order.indices(epoch: epoch) != alone) }
        #expect(order.indices(epoch: 7) == alone)
    }

    @Test func `no two seeds share an epoch's order`() {
        let orders = (0..<8).flatMap { seed in
            (0..<8).map { epoch in EpochOrder(count: 50, seed: seed).indices(epoch: epoch) }
        }
        #expect(Set(orders).count == 64)
    }

    @Test func `without shuffling images are in the files' order`() {
        #expect(EpochOrder(count: 4, seed: 9, isShuffled: false).indices(epoch: 3) == [0, 1, 2, 3])
    }
}
