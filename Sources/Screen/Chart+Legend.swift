// The lines above a chart: each curve's name and its value at the cursor, or its last value. A dash means that a curve
// has no value there, `≈` that it has one close by; a number in parentheses is the smoothed value that is drawn.

extension Chart {
    /// A curve with its value, followed by unnamed curves of its colour.
    private struct Entry {
        var parts: [Part]

        /// Returns the width, including a line before each part and the space after it.
        func width(_ glyphs: GlyphSet) -> Int {
            parts.reduce(1) { $0 + 3 + glyphs.width(of: $1.text) + glyphs.width(of: $1.smoothed) + 1 }
        }
    }

    private struct Part {
        let number: Int
        let text: String
        /// The drawn value if it differs from the measured one, with a leading space; otherwise empty.
        let smoothed: String
    }

    /// Width of a value after its name, including the smoothed value.
    private static let valueWidth = 22

    private func entries(width: Int, _ glyphs: GlyphSet) -> [Entry] {
        var entries: [Entry] = []
        for (number, curve) in curves.enumerated() {
            let name = glyphs.shortened(curve.name, to: max(width - 3 - Self.valueWidth, 8))
            let part = self.part(number, curve, called: name)
            if curve.name.isEmpty,
                let owner = entries.firstIndex(where: { curves[$0.parts[0].number].role == curve.role })
            {
                entries[owner].parts.append(part)
            } else {
                entries.append(Entry(parts: [part]))
            }
        }
        return entries
    }

    private func part(_ number: Int, _ curve: Curve, called name: String) -> Part {
        guard let reading = self.reading(of: curve) else {
            let words = [name, cursor == nil ? "" : "–"].filter { !$0.isEmpty }
            return Part(number: number, text: words.joined(separator: " "), smoothed: "")
        }
        let drawn = curve.samples[reading.index].y
        let isSmoothed = curve.measured.indices.contains(reading.index)
        let value = (reading.isExact ? "" : "≈") + Ticks.reading(isSmoothed ? curve.measured[reading.index] : drawn)
        return Part(
            number: number, text: [name, value].filter { !$0.isEmpty }.joined(separator: " "),
            smoothed: isSmoothed ? " (\(Ticks.reading(drawn)))" : "")
    }

    /// Returns the number of rows of the legend, at most `most`.
    func legendRows(width: Int, most: Int) -> Int {
        guard !curves.isEmpty, width > 0 else { return 0 }
        return min(lines(width: width, glyphs: .unicode).count, most)
    }

    private func lines(width: Int, glyphs: GlyphSet) -> [[Entry]] {
        var lines: [[Entry]] = []
        var used = width
        for entry in entries(width: width, glyphs) {
            let needed = entry.width(glyphs)
            if used + needed - 2 > width {
                lines.append([])
                used = 0
            }
            lines[lines.count - 1].append(entry)
            used += needed
        }
        return lines
    }

    func drawLegend(in area: Rect, on buffer: inout CellBuffer) {
        let lines = lines(width: area.width, glyphs: buffer.glyphs)
        let hidden = lines.dropFirst(area.height).reduce(0) { $0 + $1.count }
        for (row, line) in lines.prefix(area.height).enumerated() {
            var rest = area.row(row)
            if row == area.height - 1, hidden > 0 {
                let more = "+\(hidden) more"
                buffer.write(more, in: rest.takeRight(more.count + 1), style: .dim, align: .right)
            }
            for entry in line {
                for part in entry.parts {
                    let role = curves[part.number].role
                    buffer.write(sign(of: part.number, on: buffer), in: rest.takeLeft(3), style: Style(role))
                    buffer.write(part.text, in: rest, style: Style(cursor == nil ? .normal : .accent))
                    _ = rest.takeLeft(buffer.glyphs.width(of: part.text))
                    buffer.write(part.smoothed, in: rest, style: .dim)
                    _ = rest.takeLeft(buffer.glyphs.width(of: part.smoothed) + 1)
                }
                _ = rest.takeLeft(1)
            }
        }
    }

    private func sign(of number: Int, on buffer: CellBuffer) -> String {
        let point = String(buffer.glyphs.point(of: number))
        if buffer.glyphs.isASCII { return point + (curves[number].isDashed ? " " : point) }
        let line = curves[number].isDashed ? "╌" : "─"
        return line + (buffer.colors == .monochrome ? point : line)
    }
}
