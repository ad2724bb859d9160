// What a cell's looks mean, never which colour they are: a palette at the terminal's edge turns roles into colours, and
// into bold, dim, underline and reverse where there are none.

/// What text is for. One byte, for a screen holds ten thousands of them.
public struct Role: Hashable, Sendable {
    /// The number that a palette is indexed with, below `count`.
    public let index: UInt8

    private init(_ index: Int) { self.index = UInt8(index) }

    /// Text as the terminal shows it.
    public static let normal = Role(0)
    /// What matters less.
    public static let dim = Role(1)
    /// Headings.
    public static let title = Role(2)
    /// Frames around panels.
    public static let border = Role(3)
    /// The frame of the panel that takes the keys.
    public static let borderFocused = Role(4)
    /// The line under the cursor.
    public static let selection = Role(5)
    /// Names of keys.
    public static let key = Role(6)
    /// All is well.
    public static let good = Role(7)
    /// Worth a look.
    public static let warning = Role(8)
    /// Broken.
    public static let bad = Role(9)
    /// What should catch the eye.
    public static let accent = Role(10)
    /// What a search found, and lines that are marked.
    public static let match = Role(11)
    /// A gauge's filled part.
    public static let filled = Role(12)
    /// A gauge's empty part, and the grid behind a chart.
    public static let track = Role(13)
    /// The bars at the top and bottom of the screen.
    public static let bar = Role(14)

    /// How many curves have looks of their own; then they repeat.
    public static let seriesCount = 8
    /// How many steps the ramp from little to much has.
    public static let heatCount = 10
    /// How many greys there are.
    public static let grayCount = 24

    private static let firstSeries = 16
    private static let firstHeat = firstSeries + seriesCount
    private static let firstGray = firstHeat + heatCount

    /// How many roles there are.
    public static let count = firstGray + grayCount

    /// A curve, by its number from 0 on.
    public static func series(_ number: Int) -> Role {
        Role(firstSeries + (number % seriesCount + seriesCount) % seriesCount)
    }

    /// A step of the ramp from little (0) to much (9).
    public static func heat(_ step: Int) -> Role { Role(firstHeat + min(max(step, 0), heatCount - 1)) }

    /// A grey, from black (0) to white (23).
    public static func gray(_ step: Int) -> Role { Role(firstGray + min(max(step, 0), grayCount - 1)) }

    /// What kind of role it is, with its number within the kind.
    public enum Kind: Hashable, Sendable {
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
    public var kind: Kind {
        switch Int(index) {
        case Self.firstGray...: .gray(Int(index) - Self.firstGray)
        case Self.firstHeat...: .heat(Int(index) - Self.firstHeat)
        case Self.firstSeries...: .series(Int(index) - Self.firstSeries)
        default: .named
        }
    }
}

/// How a cell looks.
public struct Style: Hashable, Sendable {
    /// What the character is for.
    public var role: Role
    /// What the cell behind it is for; `nil` is the terminal's own background.
    public var background: Role?
    /// Bold.
    public var isBold: Bool
    /// Foreground and background change places.
    public var isReversed: Bool
    /// Underlined.
    public var isUnderlined: Bool

    /// All of it; plain text where nothing is said.
    public init(
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
    public static let normal = Style()
    /// What matters less.
    public static let dim = Style(.dim)
    /// Headings.
    public static let title = Style(.title, bold: true)
}

/// How many colours there are to draw with.
public enum ColorDepth: Int, Hashable, Sendable, Comparable {
    /// None: only bold, dim, underline and reverse.
    case monochrome
    /// The eight of old.
    case eight
    /// Those and their bright ones.
    case sixteen
    /// A cube of colours and a ramp of greys.
    case full

    /// Fewer colours come first.
    public static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
