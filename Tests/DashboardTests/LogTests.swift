// The log and the sentences that are shown for a while.

import Dashboard
import Experiments
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

    @Test("What runs said before this start stands before all else, with how long ago it was")
    func earlier() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.tick(seconds: 50))
        _ = state.update(.tick(seconds: 60))
        _ = state.update(.log("said now"))
        let run = Scene.run("tiny-1")
        let events = try Scene.records(of: run, upTo: 940).filter {
            if case .epochFinished(_) = $0.event { true } else { false }
        }
        // Ten seconds after the dashboard began, the first epoch ended ten minutes and nine seconds ago.
        let old = zip(events, [0.0, 540]).map {
            RunRecord(run: $0.run, sequence: $0.sequence, time: $1, event: $0.event)
        }
        _ = state.update(.earlier(old, now: 609))
        state.type("5")
        let lines = state.frame().cells.lines
        #expect(lines[2].hasPrefix("│ -10 min  tiny-1  epoch 1: loss"), "\(lines[2])")
        #expect(lines[3].hasPrefix("│   -59 s  tiny-1  epoch 2: loss"), "\(lines[3])")
        #expect(lines[4].contains("0:10") && lines[4].contains("said now"), "\(lines[4])")
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
