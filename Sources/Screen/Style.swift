// The meaning of a cell's appearance, independent of colours: the terminal's palette converts roles to colours, or to
// bold, dim, underline and reverse if there are none.

/// The role of text. One byte, because a screen has ten thousands of them.
package struct Role: Hashable, Sendable {
    /// Index into a palette, below `count`.
    package let index: UInt8

    private init(_ index: Int) { self.index = UInt8(index) }

    /// Text in the terminal's own colour.
    package static let normal = Role(0)
    /// Less important text.
    package static let dim = Role(1)
    package static let title = Role(2)
    /// Frames of panels.
    package static let border = Role(3)
    /// The frame of the panel with the focus.
    package static let borderFocused = Role(4)
    /// The row under the cursor.
    package static let selection = Role(5)
    package static let key = Role(6)
    /// Good news.
    package static let good = Role(7)
    /// A warning.
    package static let warning = Role(8)
    /// An error.
    package static let bad = Role(9)
    /// Text that should be noticed.
    package static let accent = Role(10)
    /// Search results, and marked rows.
    package static let match = Role(11)
    /// A gauge's filled part.
    package static let filled = Role(12)
    /// A gauge's empty part, and the grid of a chart.
    package static let track = Role(13)
    /// The bars at the top and bottom of the screen.
    package static let bar = Role(14)

    /// Number of distinct curve styles, which then repeat.
    package static let seriesCount = 8
    /// Number of steps in the heat ramp.
    package static let heatCount = 10
    /// Number of greys.
    package static let grayCount = 24

    private static let firstSeries = 16
    private static let firstHeat = firstSeries + seriesCount
    private static let firstGray = firstHeat + heatCount

    /// Number of roles.
    package static let count = firstGray + grayCount

    /// Returns the role of a curve, by its index from 0.
    package static func series(_ number: Int) -> Role {
        Role(firstSeries + (number % seriesCount + seriesCount) % seriesCount)
    }

    /// Returns the role of a step in the heat ramp, from 0 to 9.
    package static func heat(_ step: Int) -> Role { Role(firstHeat + min(max(step, 0), heatCount - 1)) }

    /// Returns the role of a grey, from black (0) to white (23).
    package static func gray(_ step: Int) -> Role { Role(firstGray + min(max(step, 0), grayCount - 1)) }

    /// The kind of a role, with its index within the kind.
    package enum Kind: Hashable, Sendable {
        case named
        case series(Int)
        case heat(Int)
        case gray(Int)
    }

    package var kind: Kind {
        switch Int(index) {
        case Self.firstGray...: .gray(Int(index) - Self.firstGray)
        case Self.firstHeat...: .heat(Int(index) - Self.firstHeat)
        case Self.firstSeries...: .series(Int(index) - Self.firstSeries)
        default: .named
        }
    }
}

/// The appearance of a cell.
package struct Style: Hashable, Sendable {
    package var role: Role
    /// The role of the background; `nil` is the terminal's own background.
    package var background: Role?
    package var isBold: Bool
    /// Whether foreground and background are swapped.
    package var isReversed: Bool
    package var isUnderlined: Bool

    package init(
        _ role: Role = .normal, on background: Role? = nil, bold: Bool = false, reversed: Bool = false,
        underlined: Bool = false
    ) {
        self.role = role
        self.background = background
        isBold = bold
        isReversed = reversed
        isUnderlined = underlined
    }

    package static let normal = Style()
    package static let dim = Style(.dim)
    package static let title = Style(.title, bold: true)
}

/// The colours that a terminal supports.
package enum ColorDepth: Int, Hashable, Sendable, Comparable {
    /// None: only bold, dim, underline and reverse.
    case monochrome
    /// The eight basic colours.
    case eight
    /// The basic colours and their bright versions.
    case sixteen
    /// A colour cube and a grey ramp.
    case full

    /// Fewer colours are less.
    package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
