// Colour palettes. CursesTerminal's Colors defines the actual colours.

package enum Palette: String, CaseIterable, Sendable {
    /// Distinguishable with any colour vision, for a dark background (Okabe and Ito, Color Universal Design, 2008).
    case colorBlindSafe = "colour-blind safe"
    /// The same hues, darker, for a light background.
    case light
    /// The terminal's own sixteen colours, as configured by the user.
    case terminal
}
