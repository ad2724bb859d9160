// The positions of an axis's numbers, and their text.

/// The marks of an axis: round numbers within a range.
package struct Ticks: Hashable, Sendable {
    package enum Unit: Hashable, Sendable {
        case number
        /// Whole numbers.
        case count
        /// Seconds, written as minutes and hours if they are many.
        case seconds
    }

    package struct Tick: Hashable, Sendable {
        package let value: Double
        package let text: String
    }

    /// In ascending order.
    package let ticks: [Tick]

    /// Places marks at intervals of 1, 2 or 5 times a power of ten; for seconds, at intervals customary for times.
    ///
    /// - Parameters:
    ///   - range: finite; one that is a single number has only that mark.
    ///   - most: maximum number of marks.
    ///   - unit: the unit of the axis.
    package init(linear range: ClosedRange<Double>, most: Int, unit: Unit = .number) {
        let span = range.upperBound - range.lowerBound
        guard most > 0, span.isFinite, span > 1e-300 else {
            self.init([])
            return
        }
        let step = Self.step(atLeast: span / Double(most), unit: unit)
        var first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        if (first - 1) * step >= range.lowerBound - span * 1e-9 { first -= 1 }
        // In a range so narrow that its ends are nearly equal, steps would not advance.
        guard last >= first, last - first < 1000, first.magnitude < 0x1p52 else {
            self.init([])
            return
        }
        let values = stride(from: first, through: last, by: 1).prefix(most + 1)
            .map { $0 * step == 0 ? 0 : $0 * step }
        self.init(values, step: step, unit: unit)
    }

    /// Places marks at these values, which are `step` apart.
    init(_ values: [Double], step: Double, unit: Unit) {
        var texts = values.map { Self.text($0, step: step, unit: unit) }
        // So dense and so far from 0 that the usual texts would be equal.
        if Set(texts).count < texts.count { texts = values.map { "\($0)" + (unit == .seconds ? "s" : "") } }
        ticks = zip(values, texts).map(Tick.init)
    }

    /// Places marks at these powers of ten; exponents may be fractional.
    init(powers exponents: [Double]) {
        ticks = exponents.map { exponent in
            let value = exponent == exponent.rounded() ? Double.power(of: Int(exponent)) : Double.power(exponent)
            return Tick(value: value, text: Self.power(value))
        }
    }

    /// Places marks at powers of ten, and twice and five times them if there is room; at equal intervals if a range
    /// contains too few of them.
    ///
    /// - Parameters:
    ///   - range: both ends above 0.
    ///   - most: maximum number of marks.
    package init(logarithmic range: ClosedRange<Double>, most: Int) {
        guard most > 0, range.lowerBound > 0, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
            self.init([])
            return
        }
        let decades = Int(range.lowerBound.logarithm.rounded(.down))...Int(range.upperBound.logarithm.rounded(.up))
        for factors in [[1.0, 2, 5], [1.0]] {
            let values = decades.flatMap { decade in factors.map { $0 * Double.power(of: decade) } }
                .filter { range.contains($0) }
            if (2...max(most, 2)).contains(values.count) {
                self.init(values)
                return
            }
            if factors.count == 1, values.count > most {
                let every = (values.count + most - 1) / most
                self.init(values.enumerated().filter { $0.offset % every == 0 }.map(\.element))
                return
            }
        }
        self.init(linear: range, most: most)
    }

    private init(_ values: [Double]) { ticks = values.map { Tick(value: $0, text: Self.short($0)) } }

    private static func step(atLeast least: Double, unit: Unit) -> Double {
        if unit == .seconds, least > 1, least <= 172_800 {
            let steps: [Double] = [
                2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172_800,
            ]
            return steps.first { $0 >= least } ?? least
        }
        let power = Double.power(of: Int(least.logarithm.rounded(.down)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
        return unit == .count ? max(step, 1) : step
    }

    // MARK: Text

    /// Formats a mark with as many decimals as the interval requires.
    static func text(_ value: Double, step: Double, unit: Unit) -> String {
        if unit == .seconds { return clock(value, step: step) }
        if value.magnitude >= 1e9 { return short(value) }
        for (unit, letter) in [(1e6, "M"), (1e3, "k")] where step >= unit / 10 && value.magnitude >= unit {
            return decimal(value / unit, step: step / unit) + letter
        }
        return decimal(value, step: step)
    }

    private static func decimal(_ value: Double, step: Double) -> String {
        let decimals = max(0, -Int((step.logarithm + 1e-9).rounded(.down)))
        return decimals <= 6 ? fixed(value, decimals) : short(value)
    }

    private static func clock(_ seconds: Double, step: Double) -> String {
        guard seconds.magnitude >= 60 || step >= 60 else { return decimal(seconds, step: step) + "s" }
        guard seconds.magnitude < 1e9 else { return short(seconds) + "s" }
        // Fractions of seconds are shown as far as the interval requires.
        let decimals = step < 1 ? min(-Int((step.logarithm + 1e-9).rounded(.down)), 6) : 0
        let scale = Int(Double.power(of: decimals))
        let (whole, part) = Int((seconds.magnitude * Double(scale)).rounded()).quotientAndRemainder(dividingBy: scale)
        let sign = seconds < 0 ? "-" : ""
        if whole == 0, part == 0 { return "0" }
        let digits = String(repeating: "0", count: max(decimals - String(part).count, 0)) + String(part)
        let rest = ":" + padded(whole % 60) + (part == 0 ? "" : "." + digits)
        let isMinute = whole % 60 == 0 && part == 0
        if whole < 3600 { return sign + "\(whole / 60)" + (isMinute ? "min" : rest) }
        let minutes = whole % 3600 / 60
        return sign + "\(whole / 3600)h" + (minutes == 0 && isMinute ? "" : padded(minutes) + (isMinute ? "" : rest))
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Formats a value that was read off a curve: about four digits.
    package static func reading(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
        return switch value.magnitude {
        case ..<Double.leastNormalMagnitude: "0"
        case ..<0.000_5: short(Double.power(of: Int(value.magnitude.logarithm.rounded(.down)) - 2), rounding: value)
        case ..<10: fixed(value, 3)
        case ..<100: fixed(value, 2)
        case ..<1000: fixed(value, 1)
        case ..<1e6: grouped(fixed(value, 0))
        default: short(Double.power(of: Int(value.magnitude.logarithm.rounded(.down)) - 2), rounding: value)
        }
    }

    /// Formats with thousands separators, like counts elsewhere.
    private static func grouped(_ digits: String) -> String {
        let places = digits.drop { $0 == "-" }.count
        return digits.enumerated().map { index, digit in
            let behind = digits.count - index
            return behind < places && behind.isMultiple(of: 3) ? ",\(digit)" : String(digit)
        }.joined()
    }

    private static func short(_ unit: Double, rounding value: Double) -> String {
        short((value / unit).rounded() * unit)
    }

    /// Formats a power of two, of its roots, or of ten: in full if that is short, otherwise three digits.
    private static func power(_ value: Double) -> String {
        let exponent = value.logarithm
        if (exponent - exponent.rounded()).magnitude < 1e-9 { return short(value) }
        let digits = 2 - Int(exponent.rounded(.down))
        guard (0...6).contains(digits) else { return reading(value) }
        let exact = (0..<digits).lazy.map { fixed(value, $0) }.first { text in
            Double(text).map { ($0 / value - 1).magnitude < 1e-9 } ?? false
        }
        return exact ?? fixed(value, digits)
    }

    private static func short(_ value: Double) -> String {
        let magnitude = value.magnitude
        guard magnitude >= .leastNormalMagnitude else { return "0" }
        if magnitude >= 1e-4, magnitude < 1e6 {
            let decimals = max(0, -Int((magnitude.logarithm + 1e-9).rounded(.down)))
            return fixed(value, decimals)
        }
        let exponent = Int((magnitude.logarithm + 1e-9).rounded(.down))
        let digits = fixed(value / Double.power(of: exponent), 2)
        let trimmed = digits.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()
        return "\(String(trimmed))e\(exponent)"
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scaled = (value.magnitude * Double.power(of: decimals)).rounded()
        guard scaled < 0x1p53 else { return "\(value)" }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return sign + padded.dropLast(decimals) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }
}
