// Marks of axes.

import Glibc
import Screen
import Testing

@Suite struct TicksTests {
    @Test(
        arguments: [
            (0, 10, 5, "0 2 4 6 8 10"), (0, 1, 4, "0.0 0.5 1.0"), (0.85, 0.93, 4, "0.86 0.88 0.90 0.92"),
            (-1, 1, 4, "-1.0 -0.5 0.0 0.5 1.0"), (0, 60_000, 3, "0 20k 40k 60k"), (0, 2.5e6, 3, "0 1M 2M"),
            (0.1, 0.4, 3, "0.1 0.2 0.3 0.4"), (1000, 1002, 2, "1000 1001 1002"), (0, 1e14, 3, "0 5e13 1e14"),
            (0, 4e10, 2, "0 2e10 4e10"),
            (0, 3e-5, 3, "0.00000 0.00001 0.00002 0.00003"),
            (3, 3, 4, ""), (0, .infinity, 4, ""), (0, 1, 0, ""), (1e300, 1.1e300, 2, "1e300 1.05e300 1.1e300"),
        ] as [(Double, Double, Int, String)])
    func `marks are round numbers within the range`(low: Double, high: Double, most: Int, text: String) {
        #expect(Ticks(linear: low...high, most: most).ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test(
        arguments: [
            (0, 40, 5, "0s 10s 20s 30s 40s"), (0, 200, 4, "0 1min 2min 3min"), (0, 90, 3, "0s 30s 1min 1:30"),
            (0, 7200, 4, "0 30min 1h 1h30 2h"), (0, 250_000, 3, "0 24h 48h"), (0, 2, 2, "0s 1s 2s"),
        ] as [(Double, Double, Int, String)])
    func `seconds become minutes and hours`(low: Double, high: Double, most: Int, text: String) {
        #expect(Ticks(linear: low...high, most: most, unit: .seconds).ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test func `whole numbers have no decimals`() {
        #expect(Ticks(linear: 0...2, most: 8, unit: .count).ticks.map(\.text) == ["0", "1", "2"])
    }

    @Test(
        arguments: [
            (0.001, 10, 6, "0.001 0.01 0.1 1 10"), (0.2, 3, 5, "0.2 0.5 1 2"), (0.31, 0.39, 4, "0.32 0.34 0.36 0.38"),
            (1e-12, 1, 4, "1e-12 1e-8 0.0001 1"), (1e-5, 1e-4, 4, "1e-5 2e-5 5e-5 0.0001"), (0, 1, 4, ""),
        ] as [(Double, Double, Int, String)])
    func `logarithmic axes have powers of ten`(low: Double, high: Double, most: Int, text: String) {
        #expect(Ticks(logarithmic: low...high, most: most).ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test(
        arguments: [
            (6540, 6700, 4, "1h49 1h50 1h51"), (6580, 6650, 6, "1h49:45 1h50 1h50:15 1h50:30 1h50:45"),
            (6600, 6601, 3, "1h50 1h50:00.5 1h50:01"), (90, 91, 3, "1:30 1:30.5 1:31"),
        ] as [(Double, Double, Int, String)])
    func `seconds have the precision of the interval between marks`(low: Double, high: Double, most: Int, text: String)
    {
        #expect(Ticks(linear: low...high, most: most, unit: .seconds).ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test func `different marks have different texts, on every axis at every zoom`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let low =
                Double.random(in: 0...1, using: &random) * [0, 1, 100, 7000, 90_000, 1e6, 1e12].randomElement(
                    using: &random)!
            let span = [1e-9, 1e-4, 0.1, 1, 60, 3600, 1e5, 1e9].randomElement(using: &random)!
            let high = low + span * Double.random(in: 0.1...10, using: &random)
            let most = Int.random(in: 1...12, using: &random)
            for unit in [Ticks.Unit.number, .count, .seconds] {
                let texts = Ticks(linear: low...high, most: most, unit: unit).ticks.map(\.text)
                #expect(Set(texts).count == texts.count, "\(low)...\(high) \(most) \(unit): \(texts)")
            }
            guard low > 0 else { continue }
            let texts = Ticks(logarithmic: low...high, most: most).ticks.map(\.text)
            #expect(Set(texts).count == texts.count, "\(low)...\(high) \(most): \(texts)")
        }
    }

    @Test func `marks are few, in order and within any range`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let scale = [1e-9, 1e-3, 1, 1e5, 1e200][Int.random(in: 0..<5, using: &random)]
            let low = Double.random(in: -scale...scale, using: &random)
            let high = low + Double.random(in: 0...scale, using: &random)
            let most = Int.random(in: 0...12, using: &random)
            let values = Ticks(linear: low...high, most: most).ticks.map(\.value)
            let slack = (high - low) * 1e-6
            #expect(values.count <= most + 1, "\(low)...\(high), \(most)")
            #expect(values.allSatisfy { $0 >= low - slack && $0 <= high + slack }, "\(low)...\(high), \(most)")
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, "\(low)...\(high), \(most)")
        }
    }

    @Test(
        arguments: [
            (0, 4, 9, "0 2 4"), (0, 1, 12, "0.0 0.5 1.0"), (0.1, 0.9, 9, "0.2 0.4 0.6 0.8"),
        ] as [(Double, Double, Int, String)])
    func `marks at rows are round numbers`(low: Double, high: Double, rows: Int, text: String) throws {
        let axis = try #require(Ticks.inRows(low...high, rows: rows, logarithmic: false))
        #expect(axis.ticks.ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test(arguments: [
        (-2, 2, 12, "0.01 1 100"), (-0.6, 0.4, 12, "0.25 0.5 1 2"), (-0.6, -0.45, 12, "0.25 0.297 0.354"),
        (-7, -6, 12, "1.19e-7 2.38e-7 4.77e-7 9.54e-7"),
    ])
    func `marks at rows of a logarithmic axis are powers`(low: Double, high: Double, rows: Int, text: String) throws {
        let axis = try #require(Ticks.inRows(low...high, rows: rows, logarithmic: true))
        #expect(axis.ticks.ticks.map(\.text).joined(separator: " ") == text)
    }

    @Test(arguments: [false, true])
    func `marks are at the centers of rows, and the rows contain the range without much more`(isLogarithmic: Bool)
        throws
    {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            let scale = isLogarithmic ? 3 : [1e-9, 1e-3, 1, 1e5, 1e200].randomElement(using: &random)!
            let low = Double.random(in: -scale...scale, using: &random)
            let range = low...low + Double.random(in: scale / 100...scale, using: &random)
            let rows = Int.random(in: 6...60, using: &random)
            guard let axis = Ticks.inRows(range, rows: rows, logarithmic: isLogarithmic) else {
                #expect(isLogarithmic && range.upperBound - range.lowerBound < 0.2, "\(range) in \(rows)")
                continue
            }
            let (span, width) = (axis.span, axis.span.upperBound - axis.span.lowerBound)
            let slack = width * 1e-6
            #expect(span.lowerBound <= range.lowerBound + slack && span.upperBound >= range.upperBound - slack)
            #expect(width <= 2.6 * (range.upperBound - range.lowerBound), "\(range) in \(rows): \(span)")
            #expect((2...rows / 2 + 1).contains(axis.ticks.ticks.count), "\(range) in \(rows)")
            for tick in axis.ticks.ticks {
                let place = isLogarithmic ? log10(tick.value) : tick.value
                let row = (span.upperBound - place) / width * Double(rows) - 0.5
                #expect((row - row.rounded()).magnitude < 1e-4, "\(range) in \(rows): \(tick)")
            }
        }
    }

    @Test(
        arguments: [
            (0, "0"), (0.4118, "0.412"), (-0.05, "-0.050"), (12.345, "12.35"), (231.44, "231.4"), (5123.4, "5,123"),
            (-123_456, "-123,456"),
            (0.000_012_34, "1.23e-5"), (1.5e9, "1.5e9"), (.nan, "NaN"), (-.infinity, "-inf"), (9.9996, "10.000"),
        ] as [(Double, String)])
    func `readings have about four digits`(value: Double, text: String) {
        #expect(Ticks.reading(value) == text)
    }
}
