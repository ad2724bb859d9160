// Formats numbers and foreign text for users, independent of locale: a log is the same on every machine.

package import Experiments
internal import Glibc
internal import TerminalText

package enum Readable {
    /// Formats with this many decimals, such as `0.412`; values too large for that as `8.7e34`, NaN and infinity as
    /// Swift does.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded()
        guard scaled < 0x1p53 else { return scientific(value) }
        let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole)." + padded(part, digits: decimals)
    }

    /// Formats a loss, an accuracy or a norm: `0.412`, `5,123` from a thousand on, `4e13` from a million on.
    package static func metric(_ value: Double) -> String {
        switch value.magnitude {
        case ..<999.9995: fixed(value, decimals: 3)
        case ..<999_999.5: count(Int(value.rounded()))
        default: scientific(value)
        }
    }

    /// Formats a metric by its unit.
    package static func metric(_ value: Double, _ unit: MetricUnit) -> String {
        switch unit {
        case .plain, .share: metric(value)
        case .imagesPerSecond: rate(value)
        case .seconds, .secondsLeft: duration(seconds: value)
        }
    }

    /// Formats images per second: `76.7`, `4,920`.
    package static func rate(_ value: Double) -> String {
        value.magnitude < 999.95 ? fixed(value, decimals: 1) : metric(value.rounded())
    }

    /// Formats two digits, if the second is not 0, and a power of ten: `1.2e-3`, `4e13`; `0`, NaN and infinity as Swift
    /// does.
    package static func scientific(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : value.description }
        var exponent = Int(log10(value.magnitude).rounded(.down))
        // Below the smallest normal number, the power of ten would be 0.
        let isTiny = exponent < -300
        let magnitude = isTiny ? value.magnitude * 1e300 : value.magnitude
        var tenths = (magnitude / pow(10, Double(isTiny ? exponent + 300 : exponent)) * 10).rounded()
        if tenths >= 100 { (exponent, tenths) = (exponent + 1, tenths / 10) }
        let (whole, part) = Int(tenths).quotientAndRemainder(dividingBy: 10)
        return "\(value < 0 ? "-" : "")\(whole)\(part == 0 ? "" : ".\(part)")e\(exponent)"
    }

    /// Formats two significant digits: `0.12`, `3e-4`, `20`.
    package static func significant(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return short(value) }
        let power = pow(10, log10(value.magnitude).rounded(.down) - 1)
        // Through decimal digits, so that 0.12 is not 0.12000000000000001.
        return short(Double(scientific((value / power).rounded() * power)) ?? value)
    }

    /// Formats as short as possible without loss: `0.05`, `3`, `1e6`.
    package static func short(_ value: Double) -> String {
        let text = value.description
        // Swift formats `1e-05` and `1e+20`.
        if let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) {
            return "\(text[..<mark])e\(exponent)"
        }
        guard text.hasSuffix(".0") else { return text }
        let whole = text.dropLast(2)
        let digits = whole.drop { $0 == "-" }
        let significant = digits.reversed().drop { $0 == "0" }.reversed()
        guard digits.count > 6, significant.count == 1 else { return String(whole) }
        return "\(value < 0 ? "-" : "")\(String(significant))e\(digits.count - 1)"
    }

    /// Formats with thousands separators: `51,384,320`.
    package static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Formats about three digits and a power of 1000: `160`, `7.2 M`, `1.9 G`.
    package static func magnitude(_ value: Int) -> String {
        guard value.magnitude >= 1000 else { return "\(value)" }
        var scaled = Double(value)
        for unit in ["k", "M", "G", "T"] {
            scaled /= 1000
            if scaled.magnitude < 999.95 { return "\(fixed(scaled, decimals: 1)) \(unit)" }
        }
        return "\(fixed(scaled / 1000, decimals: 1)) P"
    }

    /// Formats a duration: `3.2 s`, `48 s`, `4 min 10 s`, `31 min`, `2 h 05 min`, `3 d 04 h`; `?` if it is not finite.
    package static func duration(seconds: Double) -> String {
        guard seconds.isFinite, (0..<1e12).contains(seconds) else { return "?" }
        if seconds < 9.95 { return "\(fixed(seconds, decimals: 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 600 { return "\(whole / 60) min " + padded(whole % 60, digits: 2) + " s" }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 60 { return "\(minutes) min" }
        if minutes < 48 * 60 { return "\(minutes / 60) h " + padded(minutes % 60, digits: 2) + " min" }
        let hours = Int((seconds / 3600).rounded())
        return "\(hours / 24) d " + padded(hours % 24, digits: 2) + " h"
    }

    /// Formats a duration to the second or a fraction of it: `48 s`, `12 min 05 s`, `1 h 02 min 03.5 s`; `?` if it is
    /// not finite.
    package static func time(seconds: Double, decimals: Int) -> String {
        guard seconds.isFinite, (0..<1e12).contains(seconds) else { return "?" }
        let text = fixed(seconds, decimals: decimals)
        let whole = Int(text.prefix { $0 != "." }) ?? 0
        let part = text.drop { $0 != "." }
        if whole < 60 { return "\(whole)\(part) s" }
        let rest = padded(whole % 60, digits: 2) + part + " s"
        if whole < 3600 { return "\(whole / 60) min \(rest)" }
        return "\(count(whole / 3600)) h " + padded(whole / 60 % 60, digits: 2) + " min \(rest)"
    }

    /// Formats an amount of memory: `0.9 GiB`, `312 MiB`, `48 KiB`, `12 B`.
    package static func bytes(_ bytes: Int) -> String {
        let value = Double(bytes)
        if bytes >= 1 << 29 { return "\(fixed(value / 0x1p30, decimals: 1)) GiB" }
        if bytes >= 1 << 20 { return "\(fixed(value / 0x1p20, decimals: 0)) MiB" }
        if bytes >= 1 << 10 { return "\(fixed(value / 0x1p10, decimals: 0)) KiB" }
        return "\(bytes) B"
    }

    /// Makes foreign text (names, descriptions, reasons, paths) safe to print: control, bidirectional and zero-width
    /// characters are escaped as `\n`, `\u{1B}`, `\u{202E}`.
    package static func visible(_ text: String) -> String { DisplayText.visible(text) }

    /// Formats one word of a command line, quoted if a shell would interpret it. All of its characters are visible.
    ///
    /// bash, zsh, dash and fish read it alike, except that only bash and zsh know the quotes of invisible characters
    /// (`$'…'`).
    package static func shellWord(_ text: String) -> String {
        // To zsh, a leading = is a command's path; to fish, a backslash in single quotes may escape.
        let plain = #/[A-Za-z0-9_@%+:,.\/-][A-Za-z0-9_@%+=:,.\/-]*/#
        if text.wholeMatch(of: plain) != nil { return text }
        guard text.unicodeScalars.contains(where: DisplayText.isHidden) else {
            // By scalars: a quote with a combining accent is a different character in Swift, but not for shells.
            return "'"
                + text.unicodeScalars.map { "'\\".unicodeScalars.contains($0) ? "'\\\($0)'" : String($0) }.joined()
                + "'"
        }
        let escaped = text.unicodeScalars.map { scalar in
            if DisplayText.isHidden(scalar) {
                String(scalar).utf8.map { "\\" + padded(Int($0), digits: 3, radix: 8) }.joined()
            } else {
                "'\\".unicodeScalars.contains(scalar) ? "\\\(scalar)" : String(scalar)
            }
        }
        return "$'\(escaped.joined())'"
    }

    /// Formats a non-negative number with leading zeros.
    static func padded(_ value: Int, digits: Int, radix: Int = 10) -> String {
        let text = String(value, radix: radix)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}

extension String {
    /// Pads with spaces on the right to at least `columns` cells.
    package func padded(_ columns: Int) -> String { self + spaces(to: columns) }

    /// Pads with spaces on the left to at least `columns` cells.
    package func leftPadded(_ columns: Int) -> String { spaces(to: columns) + self }

    private func spaces(to columns: Int) -> String {
        String(repeating: " ", count: max(columns - DisplayText.width(of: self), 0))
    }
}
