// Frames and their titles.

import Screen
import Testing

@Suite struct PanelTests {
    @Test func `a frame has its titles in the top line`() {
        #expect(
            drawn(Panel("Runs", right: "3 of 8"), columns: 24, rows: 3) == [
                "╭─ Runs ────── 3 of 8 ─╮",
                "│                      │",
                "╰──────────────────────╯",
            ])
    }

    @Test func `frames are drawn in ASCII`() {
        #expect(
            drawn(Panel("Loss × 2"), columns: 14, rows: 3, glyphs: .ascii) == [
                "+- Loss x 2 -+", "|            |", "+------------+",
            ])
    }

    @Test func `titles that do not fit are cut or omitted`() {
        #expect(drawn(Panel("Experiments", right: "12"), columns: 14, rows: 2).first == "╭─ Ex…ments ─╮")
        #expect(drawn(Panel("Experiments", right: "12"), columns: 6, rows: 2).first == "╭────╮")
    }

    @Test func `no area is too small`() {
        sweep(Panel("a title", right: "right"))
        sweep(Panel("a title", right: "right", focused: true), glyphs: .ascii)
    }
}
