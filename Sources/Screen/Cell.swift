// One cell of the screen.

/// A character and its style. A character two columns wide is followed by a cell that only continues it.
public struct Cell: Hashable, Sendable {
    /// One column wide, or two; never a control.
    public internal(set) var character: Character
    /// How it looks.
    public var style: Style

    /// A character that is not sanitised: a widget's own, not text from outside.
    init(_ character: Character, _ style: Style) {
        self.character = character
        self.style = style
    }

    /// An empty cell.
    public static let blank = Cell(" ", .normal)

    /// Whether this is the right half of the character before it.
    public var isContinuation: Bool { character == Cell.continuation }

    static let continuation: Character = "\0"
}
