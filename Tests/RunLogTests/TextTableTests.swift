// A table's columns stand below each other on a terminal, whatever characters take.

import RunLog
import Testing

@Suite struct TextTableTests {
    @Test func `wide characters, marks and emoji are padded by the columns they take`() {
        var table = TextTable([.init("run"), .init("best", isNumber: true), .init("tags")])
        table.add(["图像-1", "0.9", "a"])
        table.add(["e\u{301}-1", "最", "b"])
        table.add(["🙂", "0.913", "c"])
        table.add(["한글", "1", "한"])
        #expect(
            table.text == """
                run      best  tags
                图像-1    0.9  a
                e\u{301}-1        最  b
                🙂      0.913  c
                한글        1  한

                """)
    }

    @Test(arguments: [
        ("abc", "abc  ", "  abc"), ("图", "图   ", "   图"), ("e\u{301}", "e\u{301}    ", "    e\u{301}"),
        ("123456", "123456", "123456"),
    ]) func `text is padded to columns`(text: String, left: String, right: String) {
        #expect(text.padding(to: 5) == left)
        #expect(text.leftPadding(to: 5) == right)
    }
}
