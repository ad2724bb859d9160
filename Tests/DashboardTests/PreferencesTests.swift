// Preferences as text.

import Dashboard
import Screen
import Testing

@Suite("Preferences")
struct PreferencesTests {
    @Test("Written preferences are read back")
    func roundTrip() throws {
        var preferences = Preferences()
        preferences.axis = .time
        preferences.smoothing = 0.97
        preferences.isLossLogarithmic = true
        preferences.secondChart = try #require(Metric.forSecondChart.first { $0.name == "gradient norm" })
        preferences.sortColumn = "best"
        preferences.isDescending = true
        preferences.palette = .light
        #expect(Preferences(text: preferences.text) == preferences)
    }

    @Test("A maximised panel is maximised at the next start, too")
    func layout() throws {
        var state = try Scene.busy()
        let effects = state.type(.tab, "z")
        let lines = state.frame().cells.lines
        guard case .savePreferences(let kept)? = effects.last else {
            Issue.record("nothing was kept: \(effects)")
            return
        }
        var next = State(size: state.frame().cells.size, preferences: Preferences(text: kept.text))
        #expect(next.frame().cells.lines[1].hasPrefix("╭─ Loss ─"))
        #expect(lines[1].hasPrefix("╭─ Loss ─"))
        // In other views it has no effect, and in the overview Esc restores the layout.
        next.type("5", .escape, .escape)
        #expect(next.frame().cells.lines[1].contains("Experiments and runs"))
    }

    @Test(
        "Invalid values keep their defaults",
        arguments: ["", "axis", "axis: moon\nsmoothing: 7", "second-chart: loss", "\u{0}: x"])
    func junk(_ text: String) {
        #expect(Preferences(text: text) == Preferences())
    }
}
