// Powers and logarithms, the only part of the C library that drawing needs.

internal import Glibc

extension Double {
    var logarithm: Double { log10(self) }

    /// Returns 10 to this power.
    static func power(_ exponent: Double) -> Double { pow(10, exponent) }

    /// Returns 10 to this power.
    static func power(of exponent: Int) -> Double { pow(10, Double(exponent)) }
}
