// Text for panels: lines broken at words, columns filled up, bars.

internal import Screen

extension String {
    /// Lines of at most `width` characters, broken between words where that is possible.
    func wrapped(to width: Int) -> [String] {
        guard width > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            var word = word
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = word.dropFirst(width)
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// At least `width` characters, with spaces behind.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

    /// At least `width` characters, with spaces before.
    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}

extension GlyphSet {
    /// A bar of at most `width` columns that is as long as a share from 0 to 1.
    func bar(_ share: Double, width: Int) -> String {
        guard share.isFinite, share > 0, width > 0, let full = rightBars.last else { return "" }
        let steps = Int((min(share, 1) * Double(width * rightBars.count)).rounded())
        let (cells, part) = steps.quotientAndRemainder(dividingBy: rightBars.count)
        return String(repeating: full, count: cells) + (part > 0 ? String(rightBars[part - 1]) : "")
    }
}
