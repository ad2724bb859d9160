// Sets of colours to choose from. Which colours they are is the business of the terminal that shows them.
// The colours themselves are in CursesTerminal's Colors.

/// A set of colours.
package enum Palette: String, CaseIterable, Sendable {
    /// Told apart with any colour vision, for a dark background (Okabe and Ito, Color Universal Design, 2008).
    case colorBlindSafe = "colour-blind safe"
    /// The same hues, darker, for a light background.
    case light
    /// The terminal's own sixteen colours, as its owner has set them.
    case terminal
}
