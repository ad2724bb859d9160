// Writing into cells: widths, cuts, and hostile text.

import Screen
import Testing

@Suite struct CellBufferTests {
    private func written(_ text: String, columns: Int = 12, glyphs: GlyphSet = .unicode) -> String {
        var buffer = CellBuffer(size: Size(columns: columns, rows: 1), glyphs: glyphs)
        buffer.write(text, at: Point(x: 0, y: 0))
        return buffer.lines[0]
    }

    @Test func `text is cut with an ellipsis`() {
        var buffer = CellBuffer(size: Size(columns: 6, rows: 2))
        #expect(buffer.write("abcdefgh", at: Point(x: 0, y: 0)) == 6)
        #expect(buffer.write("図図図図", at: Point(x: 0, y: 1), width: 5) == 5)
        #expect(buffer.lines == ["abcde…", "図図…"])
        #expect(buffer.write("図図図図", at: Point(x: 0, y: 1), width: 4) == 4)
        #expect(buffer.lines[1] == "図… …")
    }

    @Test func `control and invisible characters are shown as escapes`() {
        #expect(written("a\u{1B}[31mb", columns: 20) == "a\\u{1B}[31mb")
        #expect(written("a\tb\nc\r", columns: 20) == "a\\tb\\nc\\r")
        #expect(written("\u{202E}x\u{200B}", columns: 20) == "\\u{202E}x\\u{200B}")
        #expect(written("\u{301}e\u{301}", columns: 20) == "\\u{301}e\u{301}")
        #expect(written("\u{1100}\u{1161}", columns: 20) == "\u{1100}\\u{1161}")
    }

    @Test func `combining marks stay on their character, up to a limit`() {
        let marks = String(repeating: "\u{301}", count: 5)
        #expect(written("e" + marks, columns: 30) == "e\u{301}\u{301}\u{301}\\u{301}\\u{301}")
    }

    @Test func `ASCII replaces other characters`() {
        #expect(written("1 × 2…→é図·", glyphs: .ascii) == "1 x 2~>??-")
    }

    @Test(arguments: [("abc", 3), ("図", 2), ("e\u{301}", 1), ("🙂", 2), ("\u{1B}", 6), ("", 0)])
    func `a text's width is its number of columns`(text: String, width: Int) {
        #expect(GlyphSet.unicode.width(of: text) == width)
        var buffer = CellBuffer(size: Size(columns: 20, rows: 1))
        #expect(buffer.write(text, at: Point(x: 0, y: 0)) == width)
    }

    @Test func `text is aligned left, right or in the middle`() {
        var buffer = CellBuffer(size: Size(columns: 9, rows: 3))
        for (row, align) in [CellBuffer.Alignment.left, .center, .right].enumerated() {
            buffer.write("abc", in: buffer.bounds, row: row, align: align)
        }
        #expect(buffer.lines == ["abc", "   abc", "      abc"])
    }

    @Test func `half a wide character never remains`() {
        var buffer = CellBuffer(size: Size(columns: 4, rows: 1))
        buffer.write("図図", at: Point(x: 0, y: 0))
        buffer.write("x", at: Point(x: 1, y: 0))
        #expect(buffer.lines == [" x図"])
        buffer.write("図", at: Point(x: 1, y: 0))
        #expect(buffer.lines == [" 図"])
        buffer.write("図", at: Point(x: -1, y: 0))
        #expect(buffer.lines == [" 図"])
    }

    @Test func `only changes are reported`() {
        var before = CellBuffer(size: Size(columns: 5, rows: 2))
        before.write("abc", at: Point(x: 0, y: 0))
        var after = before
        after.write("x", at: Point(x: 1, y: 0))
        after.restyle(Rect(x: 4, y: 1, width: 1, height: 1)) { $0.isBold = true }
        var changes: [Point] = []
        after.forEachChange(from: before) { point, _ in changes.append(point) }
        #expect(changes == [Point(x: 1, y: 0), Point(x: 4, y: 1)])
        var count = 0
        after.forEachChange(from: nil) { _, _ in count += 1 }
        #expect(count == 10)
    }

    /// Unlikely names: all kinds of scalars, in any order.
    @Test(arguments: [GlyphSet.unicode, .ascii]) func `no text brings a control character onto the screen`(
        glyphs: GlyphSet
    ) {
        let spice: [Unicode.Scalar] = [
            "\u{1B}", "\u{7}", "\u{9B}", "\u{0}", "\u{7F}", "\u{85}", "\u{202E}", "\u{2066}", "\u{200D}", "\u{FE0F}",
            "\u{301}",
            "\u{20DD}", "図", "🙂", "\u{1F1E9}", "\u{1F3FB}", "\u{E0041}", "\u{FEFF}", "\u{2028}", "\u{E000}", "\u{1160}",
            "\u{AD}", "a",
        ]
        for _ in 0..<10_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...20) {
                let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF))
                text.unicodeScalars.append(Bool.random() ? any ?? "a" : spice[Int.random(in: 0..<spice.count)])
            }
            var buffer = CellBuffer(size: Size(columns: 24, rows: 1), glyphs: glyphs)
            let room = Int.random(in: 0...26)
            let used = buffer.write(text, at: Point(x: 2, y: 0), width: room)
            let line = buffer.lines[0]
            let isHarmless = line.unicodeScalars.allSatisfy { scalar in
                let category = scalar.properties.generalCategory
                return ![.control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate]
                    .contains(category) && !scalar.properties.isDefaultIgnorableCodePoint
            }
            let isPlain = line.utf8.allSatisfy { $0 < 0x80 }
            let tail = (2 + used..<max(2 + used, 24)).allSatisfy { buffer[$0, 0] == .blank }
            guard isHarmless, used <= max(min(room, 22), 0), isPlain || !glyphs.isASCII, tail else {
                let scalars = text.unicodeScalars.map { String($0.value, radix: 16) }
                Issue.record("\(scalars) in \(room) columns becomes \(line.debugDescription)")
                return
            }
        }
    }

    @Test(
        arguments: [
            ("short", 5, "short"), ("vgg11-ratio4-lr0.01-3", 12, "vgg1…r0.01-3"), ("日本語テスト", 5, "…スト"), ("ab", 1, "…"),
            ("ab", 0, ""),
        ])
    func `a shortened text keeps its beginning and its end`(text: String, width: Int, shown: String) {
        #expect(GlyphSet.unicode.shortened(text, to: width) == shown)
        #expect(GlyphSet.ascii.width(of: GlyphSet.ascii.shortened(text, to: width)) <= width)
    }
}
