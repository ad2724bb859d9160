// Matrices as colours and figures.

import Screen
import Testing

@Suite struct HeatMapTests {
    static let map = HeatMap(
        [[.init(1, "980"), .init(0, "0")], [.init(0.04, "12"), .init(0.5, "490")]], rowTitles: ["shirt", "coat"],
        columnTitles: ["shirt", "coat"], selection: (1, 0))

    @Test func `figures stand below their titles`() {
        #expect(
            drawn(Self.map, columns: 20, rows: 3) == [
                "        shirt   coat", "shirt     980      0", " coat      12    490",
            ])
        #expect(drawn(Self.map, columns: 14, rows: 3) == ["       shi coa", "shirt  980   0", " coat   12 490"])
    }

    @Test func `where figures have no room shades stand without colours`() {
        var buffer = CellBuffer(size: Size(columns: 6, rows: 3), colors: .monochrome)
        buffer.draw(Self.map, in: buffer.bounds)
        #expect(buffer.lines == [" shco", " ██", "   ▒▒"])
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

    @Test func `without colours what is much is bold and what is nothing faint`() {
        var buffer = CellBuffer(size: Size(columns: 20, rows: 3), colors: .eight)
        var map = Self.map
        map.selection = nil
        buffer.draw(map, in: buffer.bounds)
        let styles = [buffer[8, 1], buffer[13, 1], buffer[8, 2]].map(\.style)
        #expect(styles.map(\.isBold) == [true, false, false])
        #expect(styles.map(\.isUnderlined) == [true, false, false])
        #expect(styles.map(\.role) == [.normal, .dim, .normal])
    }

    @Test func `the mouse finds cells`() throws {
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
