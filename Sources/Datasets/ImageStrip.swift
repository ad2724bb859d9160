// Images as text, side by side with captions. Pure: writes nothing and needs no terminal.

/// How images are drawn with characters.
package enum ImageStyle: Sendable, Hashable, CaseIterable {
    /// Half blocks in 24-bit colour.
    case trueColor
    /// Half blocks in the colours of the 256-colour palette.
    case colors256
    /// Blank, three shades and the full block; no colour.
    case shades
    /// ASCII characters, darker to lighter; no colour.
    case ascii
}

/// Images side by side, with two vertically adjacent pixels per character.
package struct ImageStrip: Sendable {
    package let style: ImageStyle

    package init(style: ImageStyle) {
        self.style = style
    }

    /// Returns how many images of a width fit into a terminal, at least 1.
    package static func images(ofWidth width: Int, in columns: Int) -> Int {
        max(1, (columns + gap) / (width + gap))
    }

    /// Draws the images at these indices as complete lines, below their captions, which are cut to the images' width.
    ///
    /// - Precondition: every index is valid.
    package func text(of indices: [Int], in images: LabelledImages, caption: (Int) -> String) -> String {
        guard !indices.isEmpty else { return "" }
        let gap = String(repeating: " ", count: Self.gap)
        let captions = indices.map { index in
            let cut = caption(index).prefix(images.width)
            return cut + String(repeating: " ", count: images.width - cut.count)
        }
        var lines = [captions.joined(separator: gap)]
        for row in stride(from: 0, to: images.height, by: 2) {
            lines.append(indices.map { line(of: row, in: images, index: $0) }.joined(separator: gap))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static let gap = 2

    /// Draws two rows of an image as one line; below an odd last row is black.
    private func line(of row: Int, in images: LabelledImages, index: Int) -> String {
        let grey = images.greyImage(index)
        let planes = Array(images.image(index))
        func color(_ place: Int) -> [UInt8] {
            let area = grey.count
            guard place < area else { return [0] }
            return images.channels == 3 ? (0..<3).map { planes[$0 * area + place] } : [grey[place]]
        }
        let upperStart = row * images.width
        var line = ""
        var lastColors = ""
        for column in 0..<images.width {
            let (place, below) = (upperStart + column, upperStart + images.width + column)
            let (upper, lower) = (grey[place], row + 1 < images.height ? grey[below] : 0)
            switch style {
            case .trueColor, .colors256:
                let colors = escape(upper: color(place), lower: color(below))
                if colors != lastColors { line += colors }
                lastColors = colors
                line += "▀"
            case .shades: line.append(Self.character(for: upper, lower, from: [" ", "░", "▒", "▓", "█"]))
            case .ascii: line.append(Self.character(for: upper, lower, from: Array(" .:-=+*#%@")))
            }
        }
        return lastColors.isEmpty ? line : line + "\u{1b}[0m"
    }

    /// Returns an escape sequence: foreground for the upper half, background for the lower.
    ///
    /// - Parameters:
    ///   - upper: a grey value, or red, green and blue.
    ///   - lower: likewise.
    private func escape(upper: [UInt8], lower: [UInt8]) -> String {
        func code(_ color: [UInt8]) -> String {
            guard style == .trueColor else { return "5;\(Self.paletteIndex(color))" }
            return "2;"
                + (color.count == 3 ? color : [color[0], color[0], color[0]]).map(String.init)
                .joined(separator: ";")
        }
        return "\u{1b}[38;\(code(upper));48;\(code(lower))m"
    }

    /// Returns the nearest colour of the palette's cube of 6 × 6 × 6 (16 to 231, of levels 0, 95, 135, … 255), or grey.
    private static func paletteIndex(_ color: [UInt8]) -> Int {
        guard color.count == 3 else { return paletteIndex(color[0]) }
        let levels = color.map { $0 < 48 ? 0 : $0 < 115 ? 1 : (Int($0) - 35) / 40 }
        return 16 + levels.reduce(0) { 6 * $0 + $1 }
    }

    /// Returns the nearest of black (16), the palette's 24 greys (232 to 255, of 8, 18, … 238) and white (231).
    private static func paletteIndex(_ grey: UInt8) -> Int {
        switch grey {
        case 0..<4: 16
        case 247...: 231
        default: 232 + min(max((Int(grey) - 3) / 10, 0), 23)
        }
    }

    private static func character(for upper: UInt8, _ lower: UInt8, from shades: [Character]) -> Character {
        shades[(Int(upper) + Int(lower)) * shades.count / 511]
    }
}
