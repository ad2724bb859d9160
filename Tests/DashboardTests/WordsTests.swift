// Text that is wrapped by its width on the screen.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Words in panels")
struct WordsTests {
    @Test("Notes with wide characters stay within their panel and lose nothing")
    func wideNote() throws {
        var state = try Scene.busy(columns: 120, rows: 50)
        var run = Scene.run("one", .completed, epoch: 2)
        run.note = String(repeating: "日本語のメモ", count: 12) + " end"
        _ = state.update(.runs([run]))
        state.type(.end, "2")
        let lines = state.frame().cells.lines
        let all = lines.joined().filter { "日本語のメモ".contains($0) }
        #expect(all.count == 72)
        #expect(lines.contains { $0.contains("end") })
        #expect(!lines.joined().contains("…"))
    }
}
