// The characters for frames, bars and charts: Unicode, or plain ASCII for terminals without it.

internal import TerminalText

/// A set of characters to draw with.
package struct GlyphSet: Hashable, Sendable {
    /// Whether only ASCII may be shown.
    package let isASCII: Bool
    package let frame: Frame
    /// Bars that grow to the right, from about an eighth to a full cell.
    package let rightBars: [Character]
    /// Bars that grow upwards, from about an eighth to a full cell.
    package let upBars: [Character]
    /// From nearly empty to full, for images without greys.
    package let shades: [Character]
    /// Marks the end of cut text.
    package let ellipsis: Character
    /// Ascending sort order.
    package let ascending: Character
    /// Descending sort order.
    package let descending: Character
    /// A marked row.
    package let mark: Character
    /// The selected choice, and a running run.
    package let pointer: Character
    /// Previous choice.
    package let left: Character
    /// Next choice.
    package let right: Character
    /// An empty part of a bar.
    package let track: Character
    /// The upper half of a cell, for two pixels per cell.
    package let upperHalf: Character
    /// Marks of curves on terminals without Braille, by the curve's index.
    package let points: [Character]
    /// A separator dot in text.
    package let bullet: Character

    /// The lines and corners of a frame.
    package struct Frame: Hashable, Sendable {
        /// ─
        package let horizontal: Character
        /// │
        package let vertical: Character
        /// ┌
        package let topLeft: Character
        /// ┐
        package let topRight: Character
        /// └
        package let bottomLeft: Character
        /// ┘
        package let bottomRight: Character
        /// ├
        package let teeRight: Character
        /// ┤
        package let teeLeft: Character
        /// ┬
        package let teeDown: Character
        /// ┴
        package let teeUp: Character
        /// ┼
        package let cross: Character
    }

    /// Box drawing, blocks and Braille.
    package static let unicode = GlyphSet(
        isASCII: false,
        frame: Frame(
            horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯",
            teeRight: "├", teeLeft: "┤", teeDown: "┬", teeUp: "┴", cross: "┼"),
        rightBars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
        upBars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        shades: [" ", "░", "▒", "▓", "█"],
        ellipsis: "…", ascending: "▲", descending: "▼", mark: "●", pointer: "▶", left: "‹", right: "›", track: "░",
        upperHalf: "▀", points: ["●", "○", "■", "□", "▲", "△", "◆", "◇"], bullet: "·")

    /// For every terminal.
    package static let ascii = GlyphSet(
        isASCII: true,
        frame: Frame(
            horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
            teeRight: "+", teeLeft: "+", teeDown: "+", teeUp: "+", cross: "+"),
        rightBars: ["-", "=", "#"],
        upBars: ["_", ".", "-", "=", "#"],
        shades: [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"],
        ellipsis: "~", ascending: "^", descending: "v", mark: "*", pointer: ">", left: "<", right: ">", track: ".",
        upperHalf: "\"", points: ["*", "o", "+", "x", "#", "@", "%", "&"], bullet: "-")

    /// Returns an ASCII replacement of a character; `?` if there is none.
    static func likeness(of scalar: Unicode.Scalar) -> Character {
        switch scalar {
        case "×", "✕", "✗": "x"
        case "·": "-"
        case "•", "●", "◆", "■", "▲": "*"
        case "–", "—", "−", "─", "╌": "-"
        case "…": "~"
        case "→", "▶", "›": ">"
        case "←", "◀", "‹": "<"
        case "↑": "^"
        case "↓", "▼", "✓": "v"
        case "‘", "’": "'"
        case "“", "”", "«", "»": "\""
        case "│", "┃": "|"
        case "≤": "<"
        case "≥": ">"
        case "≈", "∼": "~"
        case "µ", "μ": "u"
        case "█", "▇": "#"
        default: "?"
        }
    }
}

extension GlyphSet {
    /// Returns the width of a text written with these characters.
    package func width(of text: String) -> Int {
        isASCII ? DisplayText(text).reduce(0) { $0 + shown($1).columns } : DisplayText.width(of: text)
    }

    /// Shortens a text to a number of columns. Keeps its end and some of its beginning, because names differ, and
    /// sentences have their reason, at the end.
    package func shortened(_ text: String, to width: Int) -> String {
        guard self.width(of: text) > width else { return text }
        let glyphs = DisplayText(text).map(shown)
        func count(_ glyphs: some Sequence<DisplayText.Glyph>, in room: Int) -> Int {
            var used = 0
            return glyphs.prefix { glyph in
                used += glyph.columns
                return used <= room
            }.count
        }
        let room = max(width - 1, 0)
        let head = glyphs.prefix(count(glyphs, in: room * 2 / 5))
        let tail = glyphs.suffix(count(glyphs.reversed(), in: room - head.reduce(0) { $0 + $1.columns }))
        return String(head.map(\.character)) + String(width > 0 ? [ellipsis] : []) + String(tail.map(\.character))
    }

    /// Returns how a glyph is shown with these characters.
    func shown(_ glyph: DisplayText.Glyph) -> DisplayText.Glyph {
        guard isASCII, let base = glyph.character.unicodeScalars.first else { return glyph }
        var glyph = glyph
        glyph.character = base.isASCII ? Character(base) : Self.likeness(of: base)
        glyph.columns = 1
        return glyph
    }
}
