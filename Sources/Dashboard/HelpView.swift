// All keys of a view, made from the table of keys.

internal import Screen

/// The help that lies over a view.
struct HelpView: Widget {
    let context: Context
    /// Lines above the first one that is shown.
    let top: Int

    private var lines: [(keys: String, text: String)] {
        Keys.bindings.filter { $0.contexts.contains(context) }.map { binding in
            (binding.keys.map(Keys.name).joined(separator: " "), binding.help)
        }
    }

    private static let mouse = [
        ("Click", "Select a row, a view, a key, a heading to sort by, a place to read curves at"),
        ("Right click", "Mark a row; show whole curves"),
        ("Double click", "What Enter does"),
        ("Wheel", "Move in lists, zoom in charts"),
    ]

    private static let signs = [
        ("▶ = +", "Running, paused, queued"),
        ("✓ ■", "Done, stopped"),
        ("! ✗", "Interrupted, or a broken file; diverged or failed"),
    ]

    /// All lines as wide as they are drawn; the keys of a line that goes on stand once.
    private func rows(in area: Rect) -> (rows: [(keys: String, text: String)], keys: Int, width: Int) {
        let all = lines + Self.mouse + Self.signs
        let keys = (all.map(\.0.count).max() ?? 0) + 2
        let width = min(keys + (all.map(\.1.count).max() ?? 0) + 4, area.width)
        let rows = all.flatMap { line in
            line.1.wrapped(to: max(width - keys - 4, 1), .unicode).enumerated().map {
                ($0.offset == 0 ? line.0 : "", $0.element)
            }
        }
        return (rows, keys, width)
    }

    /// The last line that may be scrolled to the top.
    func lastTop(in area: Rect) -> Int { max(rows(in: area).rows.count - max(area.height - 2, 0), 0) }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let (all, keys, width) = rows(in: area)
        let box = area.centered(Size(columns: width, rows: all.count + 2))
        let content = Panel.content(of: box).inset(columns: 1, rows: 0)
        let first = min(top, max(all.count - content.height, 0))
        let more = (first + content.height < all.count ? "↓ more · " : first > 0 ? "↑ more · " : "") + "Esc closes"
        buffer.draw(Panel("Keys", right: more, focused: true), in: box)
        for (row, line) in all.dropFirst(first).prefix(content.height).enumerated() {
            buffer.write(line.0, in: content, row: row, style: Style(.key, bold: true))
            buffer.write(
                line.1, at: Point(x: content.x + keys, y: content.y + row), width: max(content.width - keys, 0))
        }
    }
}
