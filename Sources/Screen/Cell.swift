// One cell of the screen.

/// A character and its style. A character that is two columns wide is followed by a continuation cell.
package struct Cell: Hashable, Sendable {
    /// One or two columns wide; never a control character.
    package internal(set) var character: Character
    package var style: Style

    /// Creates a cell with a character that is not sanitised: a widget's own, not foreign text.
    init(_ character: Character, _ style: Style) {
        self.character = character
        self.style = style
    }

    package static let blank = Cell(" ", .normal)

    /// Whether this is the right half of the preceding character.
    package var isContinuation: Bool { character == Cell.continuation }

    static let continuation: Character = "\0"
}
