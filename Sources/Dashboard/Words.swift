// Text for panels: wrapping and padding.

internal import Screen

extension String {
    /// Wraps into lines of at most `width` columns, between words where possible.
    func wrapped(to width: Int, _ glyphs: GlyphSet) -> [String] {
        guard width > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in split(separator: " ") {
            var word = word
            var columns = glyphs.width(of: String(word))
            if used > 0, used + 1 + columns > width {
                lines.append(line)
                (line, used) = ("", 0)
            }
            while columns > width {
                let part = word.fitting(width, glyphs)
                lines.append(String(word.prefix(part)))
                word = word.dropFirst(part)
                columns = glyphs.width(of: String(word))
            }
            line += (used == 0 ? "" : " ") + word
            used += (used == 0 ? 0 : 1) + columns
        }
        return used == 0 ? lines : lines + [line]
    }

    /// Pads with spaces on the left to at least `width` characters.
    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}

extension CellBuffer {
    /// Writes a sentence into the middle of an area, on as many lines as it needs.
    mutating func writeAnswer(_ text: String, in area: Rect) {
        let lines = text.wrapped(to: area.width, glyphs)
        let first = max((area.height - lines.count) / 2, 0)
        for (row, line) in lines.enumerated() {
            write(line, in: area, row: first + row, style: .dim, align: .center)
        }
    }
}

extension Substring {
    /// Returns how many characters fit into `width` columns; at least one.
    fileprivate func fitting(_ width: Int, _ glyphs: GlyphSet) -> Int {
        var (count, used) = (0, 0)
        for character in self {
            used += glyphs.width(of: String(character))
            if used > width { break }
            count += 1
        }
        return Swift.max(count, 1)
    }
}
