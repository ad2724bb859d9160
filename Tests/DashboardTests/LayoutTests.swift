// The dashboard on terminals of every size: nothing crashes, nothing is drawn beside its place.

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

    @Test("A terminal that is too small says what it needs, and recovers")
    func tooSmall() throws {
        var state = try Scene.busy(columns: 59, rows: 24)
        #expect(state.frame().cells.lines.contains { $0.contains("vgglab needs 60 × 16") })
        _ = state.update(.input(.resized(Size(columns: 60, rows: 16))))
        let lines = state.frame().cells.lines
        #expect(lines.first?.hasPrefix(" vgglab  1 Overview") == true)
        #expect(lines.last?.contains("q quit") == true)
    }

    @Test("Without Unicode no character beyond ASCII is drawn", arguments: Scenario.allCases)
    func ascii(_ scenario: Scenario) throws {
        var state = try Scene.busy()
        scenario.play(&state)
        let lines = state.frame(glyphs: .ascii, colors: .monochrome).cells.lines
        #expect(lines.allSatisfy { $0.allSatisfy(\.isASCII) })
    }
}
