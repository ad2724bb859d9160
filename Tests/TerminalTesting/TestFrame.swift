// Frames that are hard to draw: every cell differs from its neighbours and from its previous content, with wide and
// combined characters at odd positions.

package import Screen

/// Returns the frame that a fixture shows after this many inputs.
package func testFrame(
    size: Size, count: Int, last: String, glyphs: GlyphSet = .unicode, colors: ColorDepth = .full
) -> CellBuffer {
    var frame = CellBuffer(size: size, glyphs: glyphs, colors: colors)
    let texts = ["a", "Z", "·", "⣿", "图", "e\u{301}", " ", "━", "🙂", "%", " ", "⢄"]
    let roles: [Role] = [.normal, .good, .bad, .series(2), .heat(4), .gray(11), .dim]
    for y in 0..<size.rows {
        var x = 0
        while x < size.columns {
            let number = (x &* 7 &+ y &* 13 &+ count &* (x % 3)) & 0xFFFF
            let style = Style(
                roles[number % roles.count], on: number % 5 == 0 ? .selection : nil, bold: number % 3 == 0,
                underlined: number % 11 == 0)
            x += max(frame.write(texts[number % texts.count], at: Point(x: x, y: y), style: style), 1)
        }
    }
    frame.write("\(size.columns)x\(size.rows) #\(count) \(last) ", at: Point(x: 0, y: 0), style: Style(.title))
    return frame
}
