// All keys of a view, from the table of keys.

internal import Screen

struct HelpView: Widget {
    let context: Context
    /// Number of lines scrolled out at the top.
    let top: Int

    /// Keys or signs with their meaning; a heading has no meaning.
    private typealias Line = (keys: String, text: String)

    private var groups: [(heading: String, lines: [Line])] {
        let bindings = Keys.bindings.filter { $0.contexts.contains(context) }
        let keys = CommandGroup.allCases.map { group in
            let lines = bindings.filter { $0.command.group == group }.map { binding in
                (binding.keys.map(Keys.name).joined(separator: " "), binding.help)
            }
            return (group.rawValue, lines)
        }
        return keys.filter { !$0.1.isEmpty } + [("Mouse", Self.mouse), ("Signs", Self.signs)]
    }

    private static let mouse = [
        ("Click", "Select a row or view, press a key, sort by a heading, move the cursor in a chart"),
        ("Right click", "Mark a row; show whole curves"),
        ("Double click", "Same as Enter"),
        ("Wheel", "Move in lists, zoom in charts"),
    ]

    private static let signs = [
        ("·", "An experiment that can be launched"),
        ("▶", "Running, or being replayed"),
        ("=", "Paused"),
        ("+", "Queued: waiting for free threads"),
        ("✓", "Done"),
        ("■", "Stopped before the end"),
        ("!", "Interrupted: its process was killed; or a file that cannot be used"),
        ("✗", "Diverged or failed"),
        ("●", "Marked"),
        ("★", "The best of the compared runs"),
    ]

    /// Returns all lines, wrapped; only the first line of a wrapped text has the keys.
    private func rows(in area: Rect) -> (rows: [Line], keys: Int, width: Int) {
        let all = groups.flatMap(\.lines)
        let keys = (all.map(\.keys.count).max() ?? 0) + 2
        let width = min(keys + (all.map(\.text.count).max() ?? 0) + 4, area.width)
        let rows = groups.flatMap { group -> [Line] in
            let lines = group.lines.flatMap { line in
                line.text.wrapped(to: max(width - keys - 4, 1), .unicode).enumerated().map {
                    ($0.offset == 0 ? line.keys : " ", $0.element)
                }
            }
            return [("", ""), ("", group.heading)] + lines
        }
        return (Array(rows.dropFirst()), keys, width)
    }

    /// Returns the last line that can be scrolled to the top.
    func lastTop(in area: Rect) -> Int { max(rows(in: area).rows.count - max(area.height - 2, 0), 0) }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let (all, keys, width) = rows(in: area)
        let box = area.centered(Size(columns: width, rows: all.count + 2))
        let content = Panel.content(of: box).inset(columns: 1, rows: 0)
        let first = min(top, max(all.count - content.height, 0))
        let more = (first + content.height < all.count ? "↓ more · " : first > 0 ? "↑ more · " : "") + "Esc closes"
        buffer.draw(Panel("Keys", right: more, focused: true), in: box)
        for (row, line) in all.dropFirst(first).prefix(content.height).enumerated() {
            guard !line.keys.isEmpty else {
                buffer.write(line.text, in: content, row: row, style: .title)
                continue
            }
            buffer.write(line.keys, in: content, row: row, style: Style(.key, bold: true))
            buffer.write(
                line.text, at: Point(x: content.x + keys, y: content.y + row), width: max(content.width - keys, 0))
        }
    }
}
