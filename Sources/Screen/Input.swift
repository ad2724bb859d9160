// What reaches a program from its terminal: keys, the mouse, and what happens to the terminal itself.

/// A key, as far as terminals tell them apart.
package enum Key: Hashable, Sendable {
    /// A character that was typed, a space too.
    case character(Character)
    /// A lower-case letter together with Ctrl.
    case control(Character)
    /// A character together with Alt.
    case alt(Character)
    /// F1 and up.
    case function(Int)
    /// Return.
    case enter
    /// Esc.
    case escape
    /// Tab.
    case tab
    /// Shift-Tab.
    case backTab
    /// The key that deletes leftwards.
    case backspace
    /// Del.
    case delete
    /// Ins.
    case insert
    case up
    case down
    case left
    case right
    case shiftUp
    case shiftDown
    case shiftLeft
    case shiftRight
    /// Pos1.
    case home
    /// End.
    case end
    /// A page back.
    case pageUp
    /// A page on.
    case pageDown
}

/// Something done with the mouse.
package struct Mouse: Hashable, Sendable {
    /// What was done.
    package enum Action: Hashable, Sendable {
        /// The left button went down.
        case press
        /// The right button went down.
        case pressRight
        /// The button went up.
        case release
        /// The mouse moved with the button held.
        case drag
        /// The left button went down twice within a short time in one place; the first was a `press`.
        case doubleClick
        /// The wheel, away from the hand.
        case scrollUp
        /// The wheel, towards the hand.
        case scrollDown
    }

    /// What was done.
    package var action: Action
    /// Where.
    package var position: Point
    /// With Shift held. Many terminals keep Shift for selecting text and say nothing then.
    package var hasShift: Bool
    /// With Ctrl held.
    package var hasControl: Bool

    package init(_ action: Action, at position: Point, shift: Bool = false, control: Bool = false) {
        self.action = action
        self.position = position
        hasShift = shift
        hasControl = control
    }
}

/// What reaches a program from its terminal.
package enum Input: Hashable, Sendable {
    /// A key.
    case key(Key)
    /// The mouse.
    case mouse(Mouse)
    /// Text that was pasted; its line ends are `\n`.
    case paste(String)
    /// The terminal has another size now.
    case resized(Size)
    /// The program was suspended and continues; the screen is to be drawn again.
    case resumed
    /// Another thread called for attention through the terminal's `Waker`.
    case woken
    /// A line that a library wrote to standard output or error while the screen was up.
    case message(String)
    /// This signal asks for the program's end.
    case signal(Int32)
    /// The terminal is gone.
    case hangUp
}
