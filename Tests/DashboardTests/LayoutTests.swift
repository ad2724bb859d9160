// The dashboard on terminals of every size: nothing crashes, nothing is drawn in the wrong place.

import Dashboard
import Screen
import Testing

@Suite("Layout")
struct LayoutTests {
    @Test("Every view is drawn at every size from 0 × 0 to 200 × 60", arguments: Scenario.allCases)
    func sweep(_ scenario: Scenario) throws {
        var state = try Scene.busy(columns: 200, rows: 60)
        scenario.play(&state)
        for columns in stride(from: 0, through: 200, by: 7) {
            for rows in stride(from: 0, through: 60, by: 3) {
                _ = state.update(.input(.resized(Size(columns: columns, rows: rows))))
                let frame = state.frame()
                #expect(frame.cells.size == Size(columns: columns, rows: rows))
                if let cursor = frame.cursor { #expect(frame.cells.bounds.contains(cursor)) }
            }
        }
    }

    @Test("A terminal that is too small shows the required size, and recovers")
    func tooSmall() throws {
        var state = try Scene.busy(columns: 59, rows: 24)
        #expect(state.frame().cells.lines.contains { $0.contains("vgglab needs 60 × 16") })
        _ = state.update(.input(.resized(Size(columns: 60, rows: 16))))
        let lines = state.frame().cells.lines
        #expect(lines.first?.hasPrefix(" vgglab  1 Overview") == true)
        #expect(lines.last?.contains("q quit") == true)
    }

    @Test("On a terminal that is too small only q works, and its question is shown")
    func keysOfTooSmall() throws {
        var state = try Scene.busy()
        state.type(.end, .up)
        let before = state.frame().cells.lines
        _ = state.update(.input(.resized(Size(columns: 40, rows: 10))))
        let keys = RandomInputTests.keys.filter { ![.character("q"), .function(10)].contains($0) }
        for key in keys + keys.reversed() {
            #expect(
                state.update(.input(.key(key))).filter { ![.redraw, .suspend, .quit(stopRuns: true)].contains($0) }
                    == [])
            // Ctrl-C asks, as everywhere.
            if key == .control("c") { state.type(.escape) }
        }
        for action in [Mouse.Action.press, .doubleClick, .pressRight, .scrollDown] {
            for y in 0..<10 { #expect(state.update(.input(.mouse(Mouse(action, at: Point(x: 5, y: y))))) == []) }
        }
        #expect(state.update(.input(.paste("Dy"))) == [])
        #expect(state.type("q") == [])
        #expect(state.frame().cells.lines.contains { $0.contains("s saves and quits") })
        state.type(.escape)
        _ = state.update(.input(.resized(Size(columns: 120, rows: 36))))
        #expect(state.frame().cells.lines == before)
        _ = state.update(.input(.resized(Size(columns: 40, rows: 10))))
        #expect(state.type("q", "s") == [.quit(stopRuns: true)])
    }

    @Test("A form that is open while the terminal is too small keeps its text")
    func formOfTooSmall() throws {
        var state = try Scene.busy()
        state.type("n", .tab, "1", "6")
        let before = state.frame().cells.lines
        _ = state.update(.input(.resized(Size(columns: 59, rows: 36))))
        #expect(state.type("x", .enter, "q", .escape) == [])
        _ = state.update(.input(.resized(Size(columns: 120, rows: 36))))
        #expect(state.frame().cells.lines == before)
    }

    @Test("Without Unicode no character beyond ASCII is drawn", arguments: Scenario.allCases)
    func ascii(_ scenario: Scenario) throws {
        var state = try Scene.busy()
        scenario.play(&state)
        let lines = state.frame(glyphs: .ascii, colors: .monochrome).cells.lines
        #expect(lines.allSatisfy { $0.allSatisfy(\.isASCII) })
    }
}
