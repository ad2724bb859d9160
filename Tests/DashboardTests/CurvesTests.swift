// Charts: what is drawn over what, cursor, zoom, overlay.

import Dashboard
import Screen
import Testing

@Suite("Curves")
struct CurvesTests {
    private func text(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    @Test("Keys choose axis, smoothing and scale, and are kept as preferences")
    func preferences() throws {
        var state = try Scene.busy()
        var kept: [Preferences] = []
        for effect in state.type("x", "w", "y") {
            if case .savePreferences(let preferences) = effect { kept.append(preferences) }
        }
        #expect(kept.map(\.axis) == [.step, .step, .step])
        #expect(kept.map(\.smoothing) == [0.9, 0.97, 0.97])
        #expect(kept.map(\.isLossLogarithmic) == [false, false, true])
        #expect(text(state).contains("log · smoothing 0.97"))
        #expect(kept.last.map { Preferences(text: $0.text) } == kept.last)
    }

    @Test("m draws another metric in the second chart")
    func metrics() throws {
        var state = try Scene.busy()
        #expect(text(state).contains("Accuracy"))
        state.type("m")
        #expect(text(state).contains("Gradient norm"))
        #expect(!text(state).contains("Accuracy"))
        let charts = ["Dead units", "Pictures a second", "Accuracy"].map { title in
            state.type("m")
            return text(state).contains(title)
        }
        #expect(charts == [true, true, true])
    }

    @Test("The cursor reads every curve; 0 lets go of it")
    func cursor() throws {
        var state = try Scene.busy()
        state.type(.right)
        #expect(text(state).contains("epoch 0.06"))
        let atStart = state.frame().cells.lines[2]
        state.type(.left, .left)
        #expect(text(state).contains("epoch 0.00"))
        #expect(state.frame().cells.lines[2] != atStart)
        state.type("0")
        #expect(!text(state).contains("epoch 0.00"))
    }

    @Test("Zooming shows half, around the cursor; the cursor takes the window along")
    func zoom() throws {
        var state = try Scene.busy()
        state.type("+", "+")
        let axis = try #require(state.frame().cells.lines.first { $0.contains("epoch│") })
        #expect(axis.contains("3.0"))
        for _ in 0..<80 { state.type(.left) }
        #expect(
            text(state).contains("epoch 1.") || text(state).contains("epoch 0.") || text(state).contains("epoch 2."))
        state.type("-", "-", "-")
        let whole = try Scene.busy()
        state.type("0")
        #expect(text(state) == text(whole))
    }

    @Test("Clicking and dragging in a chart moves the cursor, the wheel zooms")
    func mouse() throws {
        var state = try Scene.busy()
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 90, y: 8)))))
        let first = text(state)
        #expect(first.contains("· epoch "))
        _ = state.update(.input(.mouse(Mouse(.drag, at: Point(x: 100, y: 8)))))
        #expect(text(state) != first)
        _ = state.update(.input(.mouse(Mouse(.release, at: Point(x: 100, y: 8)))))
        let before = state.frame().cells.lines[13]
        _ = state.update(.input(.mouse(Mouse(.scrollUp, at: Point(x: 100, y: 8)))))
        #expect(state.frame().cells.lines[13] != before)
    }

    @Test("Marked runs share a chart in colours that stay theirs")
    func overlay() throws {
        var state = try Scene.busy()
        func style(of name: String) throws -> Style {
            let cells = state.frame().cells
            for row in 2...4 {
                if let column = cells.lines[row].column(of: "── \(name)") { return cells[column, row].style }
            }
            throw Problem("\(name) is not in the legend")
        }
        state.type(" ", " ")
        let first = try style(of: "vgg11-ratio4-3")
        #expect(try style(of: "vgg16-ratio4-1") != first)
        state.type(.escape, .home, " ", .end, " ")
        #expect(try style(of: "vgg11-ratio4-3") == first)
    }

    @Test("Compared runs say first what differs")
    func compare() throws {
        var state = try Scene.busy()
        state.type("a", "c")
        let lines = state.frame().cells.lines
        let differs = try #require(lines.firstIndex { $0.contains("Settings that differ") })
        let figures = try #require(lines.firstIndex { $0.contains("Figures") })
        #expect(differs < figures)
        #expect(lines[differs...figures].contains { $0.contains("training.lr") })
        #expect(lines.contains { $0.contains("time to 80 %") })
        _ = state.update(.input(.resized(Size(columns: 80, rows: 24))))
        #expect(!text(state).contains("training MACs"))
        state.type(.end)
        #expect(text(state).contains("training MACs") && !text(state).contains("Settings that differ"))
    }
}
