// Selecting the samples that a drawing needs.

import Screen
import Testing

@Suite struct CurveTests {
    private static let curve = Curve(
        "c", samples: [0, 1, 2, 4, 8].map { Curve.Sample($0, $0 * 10) }, role: .series(0))

    @Test(arguments: [(-5, 0), (0.4, 0), (0.6, 1), (3, 2), (3.1, 4), (6, 4), (6.5, 8), (99, 8)] as [(Double, Double)])
    func `a reading uses the nearest sample`(x: Double, nearest: Double) {
        #expect(Self.curve.index(nearest: x).map { Self.curve.samples[$0].x } == nearest)
    }

    @Test func `a curve without samples has no reading`() {
        #expect(Curve("c", samples: [], role: .normal).index(nearest: 1) == nil)
    }

    @Test(
        arguments: [
            (1.5, 3, [1, 2, 4]), (0, 8, [0, 1, 2, 4, 8]), (2, 2, [1, 2, 4]), (-3, -1, [0]), (9, 12, [8]),
            (5, 6, [4, 8]),
        ] as [(Double, Double, [Double])])
    func `a window includes one more sample on each side`(low: Double, high: Double, xs: [Double]) {
        #expect(Self.curve.samples(in: low...high).map(\.x) == xs)
    }

    @Test func `each column keeps its first, lowest, highest and last sample`() {
        let samples = [(0, 5), (1, 9), (2, 1), (3, 4), (10, 7), (11, 7), (25, 3)].map { Curve.Sample($0.0, $0.1) }
        let thinned = Curve.thinned(samples[...]) { Int($0) / 10 }
        #expect(thinned.map(\.x) == [0, 1, 2, 3, 10, 11, 25])
        let many = (0..<100_000).map { Curve.Sample(Double($0), Double($0 * 7919 % 1000)) }
        #expect(Curve.thinned(many[...]) { Int($0) / 1000 }.count <= 400)
    }

    @Test func `gaps stay gaps`() {
        let samples = [(0, 1), (1, .nan), (2, .infinity), (3, 4)].map { Curve.Sample($0.0, $0.1) }
        let thinned = Curve.thinned(samples[...]) { Int($0) / 10 }
        #expect(thinned.map(\.y.isFinite) == [true, false, true])
    }
}
