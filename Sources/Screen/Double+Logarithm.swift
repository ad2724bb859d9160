// Powers of ten, the one piece of the C library that drawing needs.

internal import Glibc

extension Double {
    /// The common logarithm.
    var logarithm: Double { log10(self) }

    /// Ten to this power.
    static func power(_ exponent: Double) -> Double { pow(10, exponent) }

    /// Ten to this power.
    static func power(of exponent: Int) -> Double { pow(10, Double(exponent)) }
}
