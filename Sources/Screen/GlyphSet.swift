// The characters that frames, bars and charts are made of: Unicode's, or plain ASCII where the terminal has no more.

internal import TerminalText

/// Characters to draw with.
public struct GlyphSet: Hashable, Sendable {
    /// Whether only ASCII may reach the screen.
    public let isASCII: Bool
    /// A frame's lines and corners.
    public let frame: Frame
    /// Bars that grow to the right, from an eighth or so to a full cell.
    public let rightBars: [Character]
    /// Bars that grow upwards, from an eighth or so to a full cell.
    public let upBars: [Character]
    /// From nearly empty to full, for images without greys.
    public let shades: [Character]
    /// The end of text that was cut.
    public let ellipsis: Character
    /// Sorted so that values grow downwards.
    public let ascending: Character
    /// Sorted so that values fall downwards.
    public let descending: Character
    /// A line that is marked.
    public let mark: Character
    /// The selected choice, and what is running.
    public let pointer: Character
    /// What goes before.
    public let left: Character
    /// What comes next.
    public let right: Character
    /// A part of a bar that is empty.
    public let track: Character
    /// The upper half of a cell, for two pixels in one.
    public let upperHalf: Character
    /// A curve's points where there are no dots to set, by the curve's number.
    public let points: [Character]
    /// A dot in running text.
    public let bullet: Character

    /// A frame's lines and corners.
    public struct Frame: Hashable, Sendable {
        /// ─
        public let horizontal: Character
        /// │
        public let vertical: Character
        /// ┌
        public let topLeft: Character
        /// ┐
        public let topRight: Character
        /// └
        public let bottomLeft: Character
        /// ┘
        public let bottomRight: Character
        /// ├
        public let teeRight: Character
        /// ┤
        public let teeLeft: Character
        /// ┬
        public let teeDown: Character
        /// ┴
        public let teeUp: Character
        /// ┼
        public let cross: Character
    }

    /// Box drawing, blocks and Braille.
    public static let unicode = GlyphSet(
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
    public static let ascii = GlyphSet(
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
    public func width(of text: String) -> Int {
        isASCII ? DisplayText(text).reduce(0) { $0 + shown($1).columns } : DisplayText.width(of: text)
    }

    /// A text of at most so many columns. What is longer keeps its end and some of its beginning: names differ, and
    /// sentences have their reason, at the end.
    public func shortened(_ text: String, to width: Int) -> String {
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
