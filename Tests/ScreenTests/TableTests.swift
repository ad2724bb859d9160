// Tables: visible columns, positions of rows, and the mouse.

import Screen
import Testing

@Suite struct TableTests {
    static func table(_ count: Int, selection: Int? = nil, offset: Int = 0) -> Table {
        Table(
            columns: [
                .init("name", width: 8, rank: 0, elastic: true), .init("lr", width: 5, rank: 3, align: .right),
                .init("acc", width: 5, rank: 1, align: .right), .init("time", width: 6, rank: 2, align: .right),
            ], rowCount: count, offset: offset, selection: selection, order: .init(column: 2, ascending: false),
            placeholder: "no runs yet"
        ) { row in
            .init(
                [.init("run \(row)"), "0.05", .init("0.\(900 - row)", .init(.good)), "12 s"], marked: row == 1,
                markRole: .series(0))
        }
    }

    @Test func `columns are below their headings`() {
        #expect(
            drawn(Self.table(3, selection: 0), columns: 32, rows: 5) == [
                "  name           lr  acc▼   time",
                "  run 0        0.05 0.900   12 s",
                "● run 1        0.05 0.899   12 s",
                "  run 2        0.05 0.898   12 s",
                "",
            ])
    }

    @Test(arguments: [
        (31, [0, 1, 2, 3]), (28, [0, 2, 3]), (22, [0, 1, 2]), (21, [0, 2]), (12, [0]), (3, [0]), (0, [0]),
    ])
    func `columns of high rank are dropped`(width: Int, shown: [Int]) {
        let places = Self.table(3).places(in: Rect(x: 0, y: 0, width: width, height: 9))
        #expect(places.map(\.column) == shown)
    }

    @Test func `columns fill the area and never overlap`() {
        for width in 0...200 {
            let area = Rect(x: 3, y: 2, width: width, height: 4)
            var free = 3
            for place in Self.table(3).places(in: area) {
                #expect(place.area.x >= free && place.area.right <= area.right)
                free = place.area.right
            }
            if width >= 14 { #expect(free == area.right) }
        }
    }

    @Test func `a scroll bar shows the visible part`() {
        let lines = drawn(Self.table(20, offset: 10), columns: 14, rows: 5)
        #expect(lines.map(\.last) == ["e", "│", "│", "█", "│"])
        #expect(lines[1].hasPrefix("  run 10"))
    }

    @Test func `an empty table shows its placeholder`() {
        #expect(drawn(Self.table(0), columns: 20, rows: 3)[1] == " no runs yet")
    }

    @Test func `a row without columns is one text`() {
        let table = Table(
            columns: [.init("a", width: 3), .init("b", width: 3)],
            rows: [.init([], note: .init("mine.yaml:4: lr must be greater than 0"))])
        #expect(drawn(table, columns: 24, rows: 2)[1] == "  mine.yam…reater than 0")
    }

    @Test(
        arguments: [
            (0, 5, 20, 4, 2), (0, nil, 20, 4, 0), (9, 5, 20, 4, 5), (19, nil, 20, 4, 16), (3, 4, 20, 4, 3),
            (7, 2, 3, 9, 0),
            (2, 19, 20, 0, 19), (-5, nil, 20, 4, 0),
        ] as [(Int, Int?, Int, Int, Int)])
    func `scrolling keeps the selected row visible`(offset: Int, row: Int?, count: Int, height: Int, expected: Int) {
        #expect(Table.offset(after: offset, showing: row, rowCount: count, height: height) == expected)
    }

    @Test func `the mouse is mapped to rows and headings`() {
        let table = Self.table(20, offset: 10)
        let area = Rect(x: 5, y: 3, width: 32, height: 5)
        #expect(table.row(at: Point(x: 5, y: 4), in: area) == 10)
        #expect(table.row(at: Point(x: 36, y: 7), in: area) == 13)
        #expect(table.row(at: Point(x: 5, y: 3), in: area) == nil)
        #expect(table.row(at: Point(x: 4, y: 4), in: area) == nil)
        #expect(Self.table(2).row(at: Point(x: 5, y: 7), in: area) == nil)
        #expect(table.heading(at: Point(x: 7, y: 3), in: area) == 0)
        #expect(table.heading(at: Point(x: 34, y: 3), in: area) == 3)
        #expect(table.heading(at: Point(x: 35, y: 4), in: area) == nil)
    }

    @Test func `the selected row is highlighted over its whole width`() {
        var buffer = CellBuffer(size: Size(columns: 20, rows: 3))
        buffer.draw(Self.table(2, selection: 1), in: buffer.bounds)
        #expect((0..<20).allSatisfy { buffer[$0, 2].style.background == .selection })
        #expect((0..<20).allSatisfy { buffer[$0, 1].style.background == nil })
    }

    @Test func `no area is too small`() {
        sweep(Self.table(3, selection: 2))
        sweep(Self.table(300, selection: 2, offset: 290), glyphs: .ascii)
        sweep(Self.table(0))
    }

    @Test func `a long text keeps its end if its column requires it`() {
        let table = Table(
            columns: [.init("name", width: 10, keepsEnds: true), .init("note", width: 6)],
            rows: [.init(["vgg11-ratio4-lr0.01", "a long note"])])
        #expect(drawn(table, columns: 20, rows: 2)[1] == "  vgg…lr0.01 a lon…")
    }
}
