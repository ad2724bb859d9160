// Matrices as colours and numbers.

import Screen
import Testing

@Suite struct HeatMapTests {
    static let map = HeatMap(
        [[.init(1, "980"), .init(0, "0")], [.init(0.04, "12"), .init(0.5, "490")]], rowTitles: ["shirt", "coat"],
        columnTitles: ["shirt", "coat"], selection: (1, 0))

    @Test func `numbers are below their titles`() {
        #expect(
            drawn(Self.map, columns: 20, rows: 3) == [
                "        shirt   coat", "shirt     980      0", " coat      12    490",
            ])
        #expect(drawn(Self.map, columns: 14, rows: 3) == ["       shi coa", "shirt  980   0", " coat   12 490"])
    }

    @Test(arguments: [ColorDepth.full, .monochrome])
    func `a large matrix is scrolled, with complete numbers, and the selected cell is visible`(colors: ColorDepth) {
        func lines(_ selection: (Int, Int), first: (Int, Int) = (0, 0)) -> [String] {
            let names = (0..<62).map { "c\($0)" }
            let entries = (0..<62).map { row in
                (0..<62).map { HeatMap.Entry(row == $0 ? 1 : 0, "\(1000 + 62 * row + $0)") }
            }
            let map = HeatMap(entries, rowTitles: names, columnTitles: names, selection: selection, first: first)
            var buffer = CellBuffer(size: Size(columns: 20, rows: 4), colors: colors)
            buffer.draw(map, in: buffer.bounds)
            return buffer.lines
        }
        #expect(
            lines((0, 0)) == [
                "       c0   c1   c2", " c0  1000 1001 1002", " c1  1062 1063 1064", " c2  1124 1125 1126",
            ])
        #expect(
            lines((61, 61)) == [
                "      c59  c60  c61", "c59  4717 4718 4719", "c60  4779 4780 4781", "c61  4841 4842 4843",
            ])
        #expect(lines((3, 1), first: (2, 1)).first == "       c1   c2   c3")
        #expect(lines((3, 0), first: (2, 1)).first == "       c0   c1   c2")
    }

    @Test func `the mouse is mapped to scrolled cells`() throws {
        let entries = (0..<20).map { _ in (0..<20).map { _ in HeatMap.Entry(0, "1000") } }
        let map = HeatMap(entries, rowTitles: [], columnTitles: [], selection: (10, 10), first: (10, 9))
        let area = Rect(x: 0, y: 0, width: 21, height: 5)
        #expect(map.shown(in: area).rows == 10..<14)
        #expect(map.shown(in: area).columns == 9..<13)
        #expect(try #require(map.cell(at: Point(x: 1, y: 1), in: area)) == (10, 9))
    }

    @Test func `the larger the share the hotter the cell`() {
        var buffer = CellBuffer(size: Size(columns: 20, rows: 3))
        buffer.draw(Self.map, in: buffer.bounds)
        #expect(
            [buffer[8, 1], buffer[19, 1], buffer[8, 2], buffer[19, 2]].map(\.style.background) == [
                .heat(9), .heat(0), .heat(1), .heat(5),
            ])
        #expect(buffer[8, 2].style.isReversed && !buffer[8, 1].style.isReversed)
    }

    @Test func `without colours large shares are bold and zero is dim`() {
        var buffer = CellBuffer(size: Size(columns: 20, rows: 3), colors: .eight)
        var map = Self.map
        map.selection = nil
        buffer.draw(map, in: buffer.bounds)
        let styles = [buffer[8, 1], buffer[13, 1], buffer[8, 2]].map(\.style)
        #expect(styles.map(\.isBold) == [true, false, false])
        #expect(styles.map(\.isUnderlined) == [true, false, false])
        #expect(styles.map(\.role) == [.normal, .dim, .normal])
    }

    @Test func `the mouse is mapped to cells`() throws {
        let area = Rect(x: 3, y: 2, width: 20, height: 3)
        let cell = try #require(Self.map.cell(at: Point(x: 22, y: 4), in: area))
        #expect(cell == (1, 1))
        #expect(Self.map.cell(at: Point(x: 22, y: 2), in: area) == nil)
        #expect(Self.map.cell(at: Point(x: 4, y: 3), in: area) == nil)
    }

    @Test(arguments: [ColorDepth.full, .monochrome], [GlyphSet.unicode, .ascii])
    func `no area is too small`(colors: ColorDepth, glyphs: GlyphSet) {
        sweep(Self.map, glyphs: glyphs, colors: colors)
        sweep(HeatMap([], rowTitles: [], columnTitles: []), glyphs: glyphs, colors: colors)
        sweep(HeatMap([[.init(.nan, "図")], []], rowTitles: ["a", "b", "c"], columnTitles: ["x"]), glyphs: glyphs)
    }
}
