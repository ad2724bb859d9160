// The characters that frames, bars and charts are made of: Unicode's, or plain ASCII where the terminal has no more.

internal import TerminalText

/// Characters to draw with.
package struct GlyphSet: Hashable, Sendable {
    /// Whether only ASCII may reach the screen.
    package let isASCII: Bool
    /// A frame's lines and corners.
    package let frame: Frame
    /// Bars that grow to the right, from an eighth or so to a full cell.
    package let rightBars: [Character]
    /// Bars that grow upwards, from an eighth or so to a full cell.
    package let upBars: [Character]
    /// From nearly empty to full, for images without greys.
    package let shades: [Character]
    /// The end of text that was cut.
    package let ellipsis: Character
    /// Sorted so that values grow downwards.
    package let ascending: Character
    /// Sorted so that values fall downwards.
    package let descending: Character
    /// A line that is marked.
    package let mark: Character
    /// The selected choice, and what is running.
    package let pointer: Character
    /// What goes before.
    package let left: Character
    /// What comes next.
    package let right: Character
    /// A part of a bar that is empty.
    package let track: Character
    /// The upper half of a cell, for two pixels in one.
    package let upperHalf: Character
    /// A curve's points where there are no dots to set, by the curve's number.
    package let points: [Character]
    /// A dot in running text.
    package let bullet: Character

    /// A frame's lines and corners.
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

    /// What every terminal shows.
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

    /// ASCII in place of a character that is not; `?` for what has no likeness.
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
    /// Columns that a text takes when it is written with these characters.
    package func width(of text: String) -> Int {
        isASCII ? DisplayText(text).reduce(0) { $0 + shown($1).columns } : DisplayText.width(of: text)
    }

    /// A text of at most so many columns. What is longer keeps its end and some of its beginning: names differ, and
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

    /// A glyph of a text as these characters show it.
    func shown(_ glyph: DisplayText.Glyph) -> DisplayText.Glyph {
        guard isASCII, let base = glyph.character.unicodeScalars.first else { return glyph }
        var glyph = glyph
        glyph.character = base.isASCII ? Character(base) : Self.likeness(of: base)
        glyph.columns = 1
        return glyph
    }
}
