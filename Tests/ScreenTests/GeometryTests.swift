// Areas: cutting and splitting never loses or adds a cell.

import Screen
import Testing

@Suite struct GeometryTests {
    @Test(
        arguments: [
            (10, [.exactly(3), .rest], [3, 7]), (10, [.rest, .rest, .rest], [3, 4, 3]),
            (10, [.exactly(8), .exactly(8), .rest], [8, 2, 0]), (0, [.exactly(2), .rest], [0, 0]),
            (9, [.share(2), .exactly(3), .share(1)], [4, 3, 2]), (5, [.exactly(2)], [2]), (5, [], []),
            (5, [.exactly(-2), .share(-1), .rest], [0, 0, 5]),
        ] as [(Int, [Rect.Part], [Int])])
    func `parts share the available room`(length: Int, parts: [Rect.Part], expected: [Int]) {
        let area = Rect(x: 3, y: 5, width: length, height: length)
        #expect(area.columns(parts).map(\.width) == expected)
        #expect(area.rows(parts).map(\.height) == expected)
    }

    @Test func `split areas cover the whole, one after another`() {
        for width in 0...200 {
            let area = Rect(x: 1, y: 1, width: width, height: 3)
            let parts = area.columns([.share(3), .exactly(7), .share(2), .exactly(11), .rest])
            var next = area.x
            for part in parts {
                #expect(part.x == next && part.height == 3)
                next = part.right
            }
            #expect(next == area.right)
        }
    }

    @Test func `cutting removes at most what is there`() {
        var area = Rect(x: 2, y: 3, width: 10, height: 5)
        #expect(area.takeTop(2) == Rect(x: 2, y: 3, width: 10, height: 2))
        #expect(area.takeBottom(1) == Rect(x: 2, y: 7, width: 10, height: 1))
        #expect(area.takeLeft(4) == Rect(x: 2, y: 5, width: 4, height: 2))
        #expect(area.takeRight(99) == Rect(x: 6, y: 5, width: 6, height: 2))
        #expect(area.isEmpty && area.takeTop(-1).isEmpty && area.takeLeft(1).isEmpty)
    }

    @Test func `margins, centers and intersections`() {
        let area = Rect(x: 0, y: 0, width: 10, height: 6)
        #expect(area.inset() == Rect(x: 1, y: 1, width: 8, height: 4))
        #expect(area.inset(columns: 6).isEmpty)
        #expect(area.centered(Size(columns: 4, rows: 2)) == Rect(x: 3, y: 2, width: 4, height: 2))
        #expect(area.centered(Size(columns: 99, rows: 99)) == area)
        #expect(area.intersection(Rect(x: 8, y: -2, width: 9, height: 3)) == Rect(x: 8, y: 0, width: 2, height: 1))
        #expect(area.intersection(Rect(x: 20, y: 20, width: 1, height: 1)).isEmpty)
        #expect(area.row(5).height == 1 && area.row(6).isEmpty && area.row(-1).isEmpty)
        #expect(area.contains(Point(x: 9, y: 5)) && !area.contains(Point(x: 10, y: 5)))
    }
}
