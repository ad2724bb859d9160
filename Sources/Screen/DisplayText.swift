// Text as cells show it: one base character and its marks a cell, with the columns it takes. Every character that acts
// on a terminal or hides is shown as an escape instead, so text from outside can do nothing but be read.

internal import DisplayWidth

/// A text's cells, one after another.
struct DisplayText: Sequence, IteratorProtocol {
    /// What goes into one cell, or into one and the one behind it.
    struct Glyph {
        var character: Character
        var columns: Int
    }

    private var scalars: Substring.UnicodeScalarView
    /// Escapes that are to come next, last one first.
    private var pending: [Character] = []
    private let isASCII: Bool

    /// More marks on one character than any script needs only serve to draw over other lines.
    private static let mostMarks = 3

    init(_ text: String, glyphs: GlyphSet) {
        scalars = Substring(text).unicodeScalars
        isASCII = glyphs.isASCII
    }

    mutating func next() -> Glyph? {
        if let character = pending.popLast() { return Glyph(character: character, columns: 1) }
        guard let scalar = scalars.popFirst() else { return nil }
        if (0x20..<0x7F).contains(scalar.value), scalars.first?.isASCII ?? true {
            return Glyph(character: Character(scalar), columns: 1)
        }
        let escape = Self.escape(for: scalar)
        if !escape.isEmpty || DisplayWidth.isMark(scalar) {
            pending = (escape.isEmpty ? Self.code(of: scalar) : escape).reversed()
            return next()
        }
        var cluster = String.UnicodeScalarView([scalar])
        while let mark = scalars.first, DisplayWidth.isMark(mark), Self.escape(for: mark).isEmpty {
            guard cluster.count <= Self.mostMarks else { break }
            cluster.append(mark)
            scalars.removeFirst()
        }
        if isASCII, !scalar.isASCII {
            return Glyph(character: GlyphSet.likeness(of: scalar), columns: 1)
        }
        let character = isASCII ? Character(scalar) : Character(String(cluster))
        return Glyph(character: character, columns: DisplayWidth.isWide(scalar) ? 2 : 1)
    }

    /// How a character that acts or hides is shown; empty for all others.
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

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
        default: scalar.properties.isDefaultIgnorableCodePoint || DisplayWidth.isConjoining(scalar)
        }
    }
}

extension GlyphSet {
    /// Columns that a text takes when it is written with these characters.
    public func width(of text: String) -> Int {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
        return DisplayText(text, glyphs: self).reduce(0) { $0 + $1.columns }
    }
}
