// One cell of the screen.

/// A character and its style. A character two columns wide is followed by a cell that only continues it.
package struct Cell: Hashable, Sendable {
    /// One column wide, or two; never a control.
    package internal(set) var character: Character
    /// How it looks.
    package var style: Style

    /// A character that is not sanitised: a widget's own, not text from outside.
    init(_ character: Character, _ style: Style) {
        self.character = character
        self.style = style
    }

    /// An empty cell.
    package static let blank = Cell(" ", .normal)

    /// Whether this is the right half of the character before it.
    package var isContinuation: Bool { character == Cell.continuation }

    static let continuation: Character = "\0"
}
