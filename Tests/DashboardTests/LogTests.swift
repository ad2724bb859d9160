// The log and the sentences that are shown for a while.

import Dashboard
import Screen
import Testing

@Suite("Log")
struct LogTests {
    private func filled() -> State {
        var state = State(size: Size(columns: 80, rows: 24))
        for number in 1...100 { _ = state.update(.log("line \(number) of a library")) }
        state.type("5")
        return state
    }

    @Test("The newest line is the lowest; scrolling stays where it is when more comes")
    func scrolling() {
        var state = filled()
        #expect(state.frame().cells.lines[21].contains("line 100 of"))
        state.type(.up, .up)
        #expect(state.frame().cells.lines[21].contains("line 98 of"))
        _ = state.update(.log("one more"))
        #expect(state.frame().cells.lines[21].contains("line 98 of"))
        state.type(.home)
        #expect(state.frame().cells.lines[2].contains("line 1 of"))
        #expect(state.frame().cells.lines[21].contains("line 20 of"))
        state.type(.end)
        #expect(state.frame().cells.lines[21].contains("one more"))
    }

    @Test("Searching finds backwards, n and N go on")
    func searching() {
        var state = filled()
        state.type("/line 5")
        state.type(.enter)
        #expect(state.frame().cells.lines[21].contains("line 59 of"))
        state.type("N")
        #expect(state.frame().cells.lines[21].contains("line 58 of"))
        state.type("n")
        #expect(state.frame().cells.lines[21].contains("line 59 of"))
    }

    @Test("Text from outside cannot act on the terminal")
    func hostile() {
        var state = State(size: Size(columns: 80, rows: 24))
        _ = state.update(.log("\u{1B}[2J\u{202E}gone\r\n"))
        state.type("5")
        let text = state.frame().cells.lines.joined()
        #expect(text.contains("\\u{1B}[2J\\u{202E}gone"))
        #expect(!text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
    }

    @Test("A notice is shown for a while and kept in the log")
    func notice() {
        var state = State(size: Size(columns: 80, rows: 24))
        _ = state.update(.tick(seconds: 50))
        _ = state.update(.notice("saved as experiments/a.yaml", isError: false))
        #expect(state.frame().cells.lines[22].contains("saved as experiments/a.yaml"))
        #expect(state.isMoving)
        _ = state.update(.tick(seconds: 57))
        #expect(!state.frame().cells.lines[22].contains("saved"))
        #expect(!state.isMoving)
        state.type("5")
        #expect(state.frame().cells.lines.contains { $0.contains("saved as") })
    }
}
