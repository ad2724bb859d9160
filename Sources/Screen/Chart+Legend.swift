// The lines above a chart: each curve's name and its value at the cursor, or its last one.

extension Chart {
    /// A curve with its value, and nameless ones of its colour behind it.
    private struct Entry {
        var parts: [(number: Int, text: String)]

        /// With a line before each part and the space behind it.
        func width(_ glyphs: GlyphSet) -> Int { parts.reduce(1) { $0 + 3 + glyphs.width(of: $1.text) + 1 } }
    }

    private var entries: [Entry] {
        var entries: [Entry] = []
        for (number, curve) in curves.enumerated() {
            let sample = cursor.map { curve.sample(nearest: $0) } ?? curve.samples.last { $0.y.isFinite }
            let words = [curve.name, sample.map { Ticks.reading($0.y) } ?? ""].filter { !$0.isEmpty }
            let part = (number, words.joined(separator: " "))
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

    /// Rows that the legend takes, at most this many.
    func legendRows(width: Int, most: Int) -> Int {
        guard !curves.isEmpty, width > 0 else { return 0 }
        return min(lines(width: width, glyphs: .unicode).count, most)
    }

    private func lines(width: Int, glyphs: GlyphSet) -> [[Entry]] {
        var lines: [[Entry]] = []
        var used = width
        for entry in entries {
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
                    _ = rest.takeLeft(buffer.glyphs.width(of: part.text) + 1)
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
