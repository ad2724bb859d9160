// Input from a terminal: keys, the mouse, and events of the terminal itself.

/// A key, as far as terminals can distinguish them.
package enum Key: Hashable, Sendable {
    /// A typed character, including the space.
    case character(Character)
    /// A lower-case letter with Ctrl.
    case control(Character)
    /// A character with Alt.
    case alt(Character)
    case function(Int)
    case enter
    case escape
    case tab
    /// Shift-Tab.
    case backTab
    case backspace
    case delete
    case insert
    case up
    case down
    case left
    case right
    case shiftUp
    case shiftDown
    case shiftLeft
    case shiftRight
    case home
    case end
    case pageUp
    case pageDown
}

/// A mouse event.
package struct Mouse: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// The left button was pressed.
        case press
        /// The right button was pressed.
        case pressRight
        /// The button was released.
        case release
        /// The mouse was moved with the button pressed.
        case drag
        /// The left button was pressed twice within a short time at one position; the first was a `press`.
        case doubleClick
        case scrollUp
        case scrollDown
    }

    package var action: Action
    package var position: Point
    /// Whether Shift was pressed. Many terminals reserve Shift for selecting text and report nothing then.
    package var hasShift: Bool
    /// Whether Ctrl was pressed.
    package var hasControl: Bool

    package init(_ action: Action, at position: Point, shift: Bool = false, control: Bool = false) {
        self.action = action
        self.position = position
        hasShift = shift
        hasControl = control
    }
}

/// Input from a terminal.
package enum Input: Hashable, Sendable {
    case key(Key)
    case mouse(Mouse)
    /// Pasted text; its line ends are `\n`.
    case paste(String)
    /// The terminal has a new size.
    case resized(Size)
    /// The program was suspended and continues; the screen must be drawn again.
    case resumed
    /// Another thread used the terminal's `Waker`.
    case woken
    /// A line that a library wrote to standard output or error while the screen was up.
    case message(String)
    /// A signal that requests the program to end.
    case signal(Int32)
    /// The terminal is gone.
    case hangUp
}
