// The random generator: exact values, which resumed runs depend on, and uniformity.

import Engine
import Testing

@Suite struct CounterRandomTests {
    /// Computed independently from the definition of SplitMix64.
    @Test(
        arguments: [
            (0, 0, 0, 0x568A_9B0B_1A2C_05EC), (0, 0, 1, 0x44E5_B8B1_47EF_718B), (1, 0, 0, 0x6EC8_5F1F_8547_BC0C),
            (0, 1, 0, 0x1CD3_6414_3CCE_4AAE), (42, 65537, 1_000_000, 0x7D5A_BA3E_BA88_04A7),
            (.max, .max, .max - 1, 0x1471_8D60_542D_0076),
        ] as [(UInt64, UInt64, UInt64, UInt64)])
    func `random bits have the expected values`(seed: UInt64, stream: UInt64, index: UInt64, expected: UInt64) {
        #expect(CounterRandom(seed: seed, stream: stream).bits(at: index) == expected)
    }

    @Test func `uniform uses the upper 24 bits`() {
        let random = CounterRandom(seed: 0, stream: 0)
        #expect(random.uniform(at: 0) == Float(0x568A9B) / Float(1 << 24))
        #expect(random.uniform(at: 1) == Float(0x44E5B8) / Float(1 << 24))
    }

    @Test(arguments: [(0, 0), (0, 1), (7, 0), (7, 0x10003), (.max, .max)] as [(UInt64, UInt64)])
    func `uniform is evenly distributed over [0, 1)`(seed: UInt64, stream: UInt64) {
        let random = CounterRandom(seed: seed, stream: stream)
        let count = 200_000
        let values = (0..<count).map { Double(random.uniform(at: UInt64($0))) }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        // Five standard errors: √(1/12 / n) for the mean, √(1/180 / n) for the variance.
        #expect(abs(mean - 0.5) < 5 * (1 / 12 / Double(count)).squareRoot())
        #expect(abs(variance - 1 / 12) < 5 * (1 / 180 / Double(count)).squareRoot())

        var bins = [Int](repeating: 0, count: 100)
        for value in values { bins[Int(value * 100)] += 1 }
        let expected = Double(count) / 100
        let chiSquare = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect((45...175).contains(chiSquare), "99 degrees of freedom: 99 ± 14")
    }

    @Test(arguments: [((0, 0), (0, 1)), ((0, 0), (1, 0)), ((3, 1 << 16), (3, 2 << 16)), ((1, 2), (2, 1))])
    func `different streams and seeds are uncorrelated`(a: (UInt64, UInt64), b: (UInt64, UInt64)) {
        let (first, second) = (CounterRandom(seed: a.0, stream: a.1), CounterRandom(seed: b.0, stream: b.1))
        let count = 100_000
        let pairs = (0..<UInt64(count)).map { (first.uniform(at: $0), second.uniform(at: $0)) }
        #expect(pairs.filter { $0.0 == $0.1 }.count < 5)
        let covariance = pairs.reduce(0) { $0 + Double($1.0 - 0.5) * Double($1.1 - 0.5) } / Double(count)
        #expect(abs(covariance * 12) < 5 / Double(count).squareRoot())
    }
}
