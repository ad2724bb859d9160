import Screen
import Testing

@Suite struct CellBufferTests {
    @Test func `text is cut with an ellipsis`() {
        var buffer = CellBuffer(size: Size(columns: 6, rows: 2))
        #expect(buffer.write("abcdefgh", at: Point(x: 0, y: 0)) == 6)
        #expect(buffer.write("図図図図", at: Point(x: 0, y: 1), width: 5) == 5)
        #expect(buffer.lines == ["abcde…", "図図…"])
    }
}
