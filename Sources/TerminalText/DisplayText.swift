// Text in terminal cells: each cell has one base character with its combining marks, and a width. Control and invisible
// characters are shown as escapes, so that foreign text cannot affect the terminal.

/// The sequence of a text's cells.
package struct DisplayText: Sequence, IteratorProtocol {
    /// The content of one cell, or of two for a wide character.
    package struct Glyph {
        /// Never a control character.
        package var character: Character
        /// Width in cells, 1 or 2.
        package var columns: Int
    }

    private var scalars: Substring.UnicodeScalarView
    /// Pending escapes, in reverse order.
    private var pending: [Character] = []

    /// More marks than any script needs would draw over other lines.
    private static let maxMarks = 3

    /// - Parameter text: may be foreign.
    package init(_ text: String) { scalars = Substring(text).unicodeScalars }

    /// Returns a text's width in cells.
    package static func width(of text: String) -> Int {
        isPlain(text) ? text.utf8.count : DisplayText(text).reduce(0) { $0 + $1.columns }
    }

    /// Returns a text with escapes instead of control and invisible characters.
    package static func visible(_ text: String) -> String {
        isPlain(text) ? text : DisplayText(text).reduce(into: "") { $0.append($1.character) }
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }

    /// Returns the next glyph.
    package mutating func next() -> Glyph? {
        if let character = pending.popLast() { return Glyph(character: character, columns: 1) }
        guard let scalar = scalars.popFirst() else { return nil }
        if (0x20..<0x7F).contains(scalar.value), scalars.first?.isASCII ?? true {
            return Glyph(character: Character(scalar), columns: 1)
        }
        let escape = Self.escape(for: scalar)
        if !escape.isEmpty || Self.isMark(scalar) {
            pending = (escape.isEmpty ? Self.code(of: scalar) : escape).reversed()
            return next()
        }
        var cluster = String.UnicodeScalarView([scalar])
        while let mark = scalars.first, Self.isMark(mark), Self.escape(for: mark).isEmpty {
            guard cluster.count <= Self.maxMarks else { break }
            cluster.append(mark)
            scalars.removeFirst()
        }
        return Glyph(character: Character(String(cluster)), columns: Self.isWide(scalar) ? 2 : 1)
    }

    /// Returns the escape of a control or invisible character; empty for all others.
    private static func escape(for scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: isHidden(scalar) ? code(of: scalar) : ""
        }
    }

    private static func code(of scalar: Unicode.Scalar) -> String {
        "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }

    /// Returns whether a character is a control character or invisible.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
        default: scalar.properties.isDefaultIgnorableCodePoint || conjoining.contains(scalar.value)
        }
    }

    /// Vowels and finals of Korean syllables, which terminals draw into the preceding cell.
    private static let conjoining: ClosedRange<UInt32> = 0x1160...0x11FF

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return false }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Returns whether a character is two columns wide: East Asian Width W and F, and unassigned characters between
    /// them.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x1100 else { return false }
        var low = 0
        var high = wide.count
        while low < high {
            let middle = (low + high) / 2
            if scalar.value > wide[middle].1 { low = middle + 1 } else { high = middle }
        }
        return low < wide.count && scalar.value >= wide[low].0
    }

    private static let wide: [(UInt32, UInt32)] = [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3),
        (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
        (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA),
        (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
        (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
        (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x3029),
        (0x302E, 0x303E), (0x3041, 0x3096), (0x309B, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAD9),
        (0xFE10, 0xFE19), (0xFE30, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x16FE3), (0x16FF0, 0x1B2FB),
        (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F320),
        (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3),
        (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC),
        (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596),
        (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2),
        (0x1F6D5, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7F0), (0x1F90C, 0x1F93A),
        (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAF6), (0x20000, 0x3134A),
    ]
}
