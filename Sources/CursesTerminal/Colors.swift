// Converts roles to colours of a terminal with 256, 16 or 8 colours, or to attributes on one without.

internal import CNcurses
internal import Screen

/// The appearance of all roles for one palette on one kind of terminal.
struct Colors {
    /// A style in curses' terms.
    struct Look {
        var attributes: attr_t
        var pair: Int32
    }

    private let palette: Palette
    private let depth: ColorDepth
    private var looks: [Style: Look] = [:]

    init(_ palette: Palette, depth: ColorDepth) {
        self.palette = depth == .full ? palette : .terminal
        self.depth = depth
    }

    /// Returns a style's appearance; created on first use.
    mutating func look(of style: Style) -> Look {
        if let look = looks[style] { return look }
        var attributes = attributes(style)
        var pair: Int32 = 0
        if depth > .monochrome {
            let (text, ground) = pairColors(style)
            pair = max(alloc_pair(Int32(text), Int32(ground)), 0)
        }
        if style.isBold { attributes |= ncurses_bold() }
        if style.isUnderlined { attributes |= ncurses_underline() }
        if style.isReversed { attributes ^= ncurses_reverse() }
        let look = Look(attributes: attributes, pair: pair)
        looks[style] = look
        return look
    }

    /// Returns attributes that replace colours.
    private func attributes(_ style: Style) -> attr_t {
        var attributes: attr_t = 0
        let ground = style.background
        if ground == .selection || ground == .bar {
            // With few colours, some texts would be unreadable on a coloured background.
            if depth < .full { attributes |= ncurses_reverse() }
        }
        guard depth < .sixteen else { return attributes }
        switch style.role {
        case .title, .key, .accent, .borderFocused: attributes |= ncurses_bold()
        case .bad, .match: attributes |= ncurses_bold() | ncurses_underline()
        case .warning: attributes |= ncurses_underline()
        case .dim, .track, .border: if ground == nil { attributes |= ncurses_dim() }
        default: break
        }
        return attributes
    }

    /// Returns foreground and background; -1 is the terminal's own.
    private func pairColors(_ style: Style) -> (Int, Int) {
        let table: Table =
            switch palette {
            case .colorBlindSafe: .dark
            case .light: .light
            case .terminal: depth == .eight ? .eight : .sixteen
            }
        guard let ground = style.background else { return (table.text(style.role), -1) }
        switch ground.kind {
        case .gray(let step):
            // Curses has no greys below 256 colours; images are drawn with shades there.
            let isText = if case .gray = style.role.kind { true } else { false }
            return (isText ? table.text(style.role) : step < 12 ? table.white : table.black, table.gray(step))
        case .heat(let step): return (step < table.firstLightHeat ? table.white : table.black, table.heat[step])
        default: break
        }
        if depth < .full { return (ground == .selection || ground == .bar ? -1 : table.text(style.role), -1) }
        let color = ground == .selection ? table.selection : ground == .bar ? table.bar : table.text(ground)
        let text = table.text(style.role)
        return (text < 0 ? table.textOnGround : text, color)
    }

    // MARK: Tables

    /// Colours by their indices in xterm's table. Headings have none of their own: bold text in the terminal's colour
    /// is readable even if the background does not match the palette.
    private struct Table {
        var series: [Int]
        var heat: [Int]
        var firstLightHeat: Int
        var named: [Role: Int]
        var selection: Int
        var bar: Int
        var textOnGround: Int
        var grays: [Int]
        var white: Int
        var black: Int

        func text(_ role: Role) -> Int {
            switch role.kind {
            case .series(let number): series[number]
            case .heat(let step): heat[step]
            case .gray(let step): gray(step)
            case .named: named[role] ?? -1
            }
        }

        func gray(_ step: Int) -> Int { grays[step * grays.count / Role.grayCount] }

        /// The orange, sky blue, bluish green, vermilion, reddish purple, yellow and blue of Okabe and Ito, and a ramp
        /// of increasing lightness, from blue to green to yellow.
        static let dark = Table(
            series: [214, 74, 36, 202, 175, 227, 32, 250], heat: [235, 17, 19, 25, 31, 37, 43, 79, 156, 227],
            firstLightHeat: 5,
            named: [
                .dim: 245, .border: 240, .borderFocused: 74, .key: 214, .good: 36, .warning: 221,
                .bad: 203, .accent: 117, .match: 227, .filled: 74, .track: 238,
            ], selection: 24, bar: 236, textOnGround: 255, grays: [16] + Array(233...254) + [231], white: 255, black: 16
        )

        static let light = Table(
            series: [130, 25, 29, 160, 133, 100, 19, 242], heat: [255, 194, 157, 115, 73, 67, 61, 55, 54, 53],
            firstLightHeat: 4,
            named: [
                .dim: 243, .border: 248, .borderFocused: 25, .key: 130, .good: 29, .warning: 130,
                .bad: 160, .accent: 25, .match: 90, .filled: 67, .track: 252,
            ], selection: 153, bar: 254, textOnGround: 16, grays: [16] + Array(233...254) + [231], white: 16, black: 255
        )

        static let sixteen = Table(
            series: [11, 14, 10, 9, 13, 12, 15, 3], heat: [0, 4, 4, 6, 6, 2, 2, 3, 3, 11], firstLightHeat: 7,
            named: [
                .dim: 8, .border: 8, .borderFocused: 14, .key: 11, .good: 10, .warning: 11, .bad: 9, .accent: 14,
                .match: 11, .filled: 12, .track: 8,
            ], selection: 4, bar: 8, textOnGround: 15, grays: [0, 8, 7, 15], white: 15, black: 0)

        static let eight = Table(
            series: [3, 6, 2, 1, 5, 4, 7, 3], heat: [0, 4, 4, 6, 6, 2, 2, 3, 3, 3], firstLightHeat: 5,
            named: [
                .borderFocused: 6, .key: 3, .good: 2, .warning: 3, .bad: 1, .accent: 6, .match: 3, .filled: 6,
            ], selection: 4, bar: 4, textOnGround: 7, grays: [0, 7], white: 7, black: 0)
    }
}
