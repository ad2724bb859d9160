// Tables in plain text.

import RunLog
import Testing

@Suite struct TextTableTests {
    @Test func `columns are aligned whatever the characters' widths`() {
        var table = TextTable([.init("run"), .init("loss", isNumber: true), .init("tags")])
        table.add(["図表-1", "0.5", "図"])
        table.add(["vgg11-1", "10.25", "🙂 é"])
        table.add(["e\u{301}\u{1B}", "", "x"])
        #expect(
            table.text == """
                run       loss  tags
                図表-1     0.5  図
                vgg11-1  10.25  🙂 é
                e\u{301}\\u{1B}         x

                """)
    }
}
