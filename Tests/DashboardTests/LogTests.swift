// The log and notices.

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

    @Test("The newest line is the lowest; a scrolled log stays in place when lines are added")
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

    @Test("Searching goes backwards, n and N continue")
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

    @Test("Every line has its own day and time, whatever its source and arrival")
    func times() throws {
        let now = Scene.time  // 2026-01-01 00:30:00 UTC
        var state = State(size: Size(columns: 120, rows: 36)) { _ in 3600 }
        _ = state.update(.tick(seconds: 50, time: now - 10))
        _ = state.update(.log("said before"))
        _ = state.update(.tick(seconds: 60, time: now))
        let events = try Scene.records(of: Scene.run("tiny-1"), upTo: 940).filter {
            if case .epochFinished(_) = $0.event { true } else { false }
        }
        func record(_ index: Int, at time: Double) -> RunRecord {
            RunRecord(run: "tiny-1", sequence: index, time: time, event: events[index].event)
        }
        _ = state.update(.records([record(1, at: now - 1.5)]))
        _ = state.update(.earlier([record(0, at: now - 2 * 3600), record(1, at: now - 1.5001)]))
        state.type("5")
        let lines = state.frame().cells.lines
        #expect(lines[2].hasPrefix("│ 12-31 23:30:00  tiny-1  epoch 1: loss"), "\(lines[2])")
        #expect(lines[3].hasPrefix("│ 01-01 01:29:50          said before"), "\(lines[3])")
        #expect(lines[4].hasPrefix("│ 01-01 01:29:58  tiny-1  epoch 2: loss"), "\(lines[4])")
        #expect(!lines[5].contains("tiny-1"), "what was said in the meantime stands there once: \(lines[5])")
    }

    @Test("The number of matches is shown during a search")
    func count() {
        var state = filled()
        state.type("/LINE 5")
        #expect(state.frame().cells.lines[23].contains("11 matches"))
        state.type(.enter)
        #expect(state.frame().cells.lines[1].contains("11 matches · 41 newer below"))
        _ = state.update(.log("line 5 again"))
        #expect(state.frame().cells.lines[1].contains("12 matches"))
        state.type(.escape)
        #expect(!state.frame().cells.lines[1].contains("match"))
    }

    @Test("A match that wraps into the next line is marked in both")
    func brokenMatch() throws {
        var state = State(size: Size(columns: 80, rows: 24))
        _ = state.update(.log(String(repeating: "word ", count: 11) + "here it is"))
        state.type("5", "/")
        state.type("here it is")
        let cells = state.frame().cells
        let marked = (0..<24).map { y in
            String((0..<80).filter { cells[$0, y].style.role == .match }.map { cells[$0, y].character })
        }
        #expect(marked.filter { !$0.isEmpty } == ["here", "it is"])
    }

    @Test("A search marks its matches in a run's name or text")
    func marks() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let event = RunEvent.warning("the disk is nearly full")
        _ = state.update(.records([RunRecord(run: "tiny-1", sequence: 0, time: 0, event: event)]))
        state.type("5", "/")
        state.type("tiny")
        func isMarked(_ text: String) throws -> Bool {
            let cells = state.frame().cells
            let column = try #require(cells.lines[2].column(of: text))
            return cells[column, 2].style.role == .match
        }
        #expect(try isMarked("tiny-1") && !isMarked("the disk"))
        state.type(.control("u"))
        state.type("disk")
        #expect(try !isMarked("tiny-1") && !isMarked("the disk") && isMarked("disk") && !isMarked("is nearly"))
    }

    @Test("Foreign text cannot affect the terminal")
    func hostile() {
        var state = State(size: Size(columns: 80, rows: 24))
        _ = state.update(.log("\u{1B}[2J\u{202E}gone\r\n"))
        state.type("5")
        let text = state.frame().cells.lines.joined()
        #expect(text.contains("\\u{1B}[2J\\u{202E}gone"))
        #expect(!text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
    }

    @Test("A notice is shown for a while and added to the log")
    func notice() {
        var state = State(size: Size(columns: 80, rows: 24))
        _ = state.update(.tick(seconds: 50, time: 50))
        _ = state.update(.notice("saved as experiments/a.yaml", isError: false))
        #expect(state.frame().cells.lines[22].contains("saved as experiments/a.yaml"))
        #expect(state.isMoving)
        _ = state.update(.tick(seconds: 57, time: 57))
        #expect(!state.frame().cells.lines[22].contains("saved"))
        #expect(!state.isMoving)
        state.type("5")
        #expect(state.frame().cells.lines.contains { $0.contains("saved as") })
    }
}
