// Text in a terminal's cells.

import TerminalText
import Testing

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("vgg11", 5), ("図", 2), ("ｱ", 1), ("한국", 4), ("e\u{301}", 1), ("🙂", 2), ("·×–…", 4), ("a\tb", 4), ("", 0),
    ]) func `a text's width is its number of cells`(text: String, width: Int) {
        #expect(DisplayText.width(of: text) == width)
        #expect(DisplayText.width(of: DisplayText.visible(text)) == width)
    }

    @Test func `control and invisible characters are escaped`() {
        #expect(DisplayText.visible("\u{1B}[31m\u{200B}\n") == "\\u{1B}[31m\\u{200B}\\n")
    }
}
