// Preferences as text and back.

import Dashboard
import Screen
import Testing

@Suite("Preferences")
struct PreferencesTests {
    @Test("What is written reads back")
    func roundTrip() {
        var preferences = Preferences()
        preferences.axis = .time
        preferences.smoothing = 0.97
        preferences.isLossLogarithmic = true
        preferences.secondChart = .gradientNorm
        preferences.sortColumn = "best"
        preferences.isDescending = true
        preferences.palette = .light
        #expect(Preferences(text: preferences.text) == preferences)
    }

    @Test(
        "What cannot be read stays as it is for most",
        arguments: ["", "axis", "axis: moon\nsmoothing: 7", "second-chart: loss", "\u{0}: x"])
    func junk(_ text: String) {
        #expect(Preferences(text: text) == Preferences())
    }
}
