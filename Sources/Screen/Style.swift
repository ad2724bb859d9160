// What a cell's looks mean, never which colour they are: a palette at the terminal's edge turns roles into colours, and
// into bold, dim, underline and reverse where there are none.

/// What text is for. One byte, for a screen holds ten thousands of them.
package struct Role: Hashable, Sendable {
    /// The number that a palette is indexed with, below `count`.
    package let index: UInt8

    private init(_ index: Int) { self.index = UInt8(index) }

    /// Text as the terminal shows it.
    package static let normal = Role(0)
    /// What matters less.
    package static let dim = Role(1)
    /// Headings.
    package static let title = Role(2)
    /// Frames around panels.
    package static let border = Role(3)
    /// The frame of the panel that takes the keys.
    package static let borderFocused = Role(4)
    /// The line under the cursor.
    package static let selection = Role(5)
    /// Names of keys.
    package static let key = Role(6)
    /// All is well.
    package static let good = Role(7)
    /// Worth a look.
    package static let warning = Role(8)
    /// Broken.
    package static let bad = Role(9)
    /// What should catch the eye.
    package static let accent = Role(10)
    /// What a search found, and lines that are marked.
    package static let match = Role(11)
    /// A gauge's filled part.
    package static let filled = Role(12)
    /// A gauge's empty part, and the grid behind a chart.
    package static let track = Role(13)
    /// The bars at the top and bottom of the screen.
    package static let bar = Role(14)

    /// How many curves have looks of their own; then they repeat.
    package static let seriesCount = 8
    /// How many steps the ramp from little to much has.
    package static let heatCount = 10
    /// How many greys there are.
    package static let grayCount = 24

    private static let firstSeries = 16
    private static let firstHeat = firstSeries + seriesCount
    private static let firstGray = firstHeat + heatCount

    /// How many roles there are.
    package static let count = firstGray + grayCount

    /// A curve, by its number from 0 on.
    package static func series(_ number: Int) -> Role {
        Role(firstSeries + (number % seriesCount + seriesCount) % seriesCount)
    }

    /// A step of the ramp from little (0) to much (9).
    package static func heat(_ step: Int) -> Role { Role(firstHeat + min(max(step, 0), heatCount - 1)) }

    /// A grey, from black (0) to white (23).
    package static func gray(_ step: Int) -> Role { Role(firstGray + min(max(step, 0), grayCount - 1)) }

    /// What kind of role it is, with its number within the kind.
    package enum Kind: Hashable, Sendable {
        /// One of the named roles.
        case named
        /// A curve, from 0 on.
        case series(Int)
        /// A step of the ramp, 0…9.
        case heat(Int)
        /// A grey, 0…23.
        case gray(Int)
    }

    /// What kind of role it is.
    package var kind: Kind {
        switch Int(index) {
        case Self.firstGray...: .gray(Int(index) - Self.firstGray)
        case Self.firstHeat...: .heat(Int(index) - Self.firstHeat)
        case Self.firstSeries...: .series(Int(index) - Self.firstSeries)
        default: .named
        }
    }
}

/// How a cell looks.
package struct Style: Hashable, Sendable {
    /// What the character is for.
    package var role: Role
    /// What the cell behind it is for; `nil` is the terminal's own background.
    package var background: Role?
    /// Bold.
    package var isBold: Bool
    /// Foreground and background change places.
    package var isReversed: Bool
    /// Underlined.
    package var isUnderlined: Bool

    /// All of it; plain text where nothing is said.
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

    /// Plain text.
    package static let normal = Style()
    /// What matters less.
    package static let dim = Style(.dim)
    /// Headings.
    package static let title = Style(.title, bold: true)
}

/// How many colours there are to draw with.
package enum ColorDepth: Int, Hashable, Sendable, Comparable {
    /// None: only bold, dim, underline and reverse.
    case monochrome
    /// The eight of old.
    case eight
    /// Those and their bright ones.
    case sixteen
    /// A cube of colours and a ramp of greys.
    case full

    /// Fewer colours come first.
    package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
