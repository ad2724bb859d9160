// The menu of columns to sort the list by.

internal import Screen

struct SortView: Widget {
    /// The columns; `nil` is the default order.
    static let choices: [ListColumn?] = [nil] + ListColumn.all

    private let selected: Int
    private let current: ListColumn?
    private let isDescending: Bool

    init(_ state: State, selected: Int) {
        self.selected = selected
        current = ListColumn.named(state.preferences.sortColumn)
        isDescending = state.preferences.isDescending
    }

    private func box(in area: Rect) -> Rect {
        area.centered(Size(columns: 44, rows: Self.choices.count + 2))
    }

    private func first(height: Int) -> Int { max(min(selected - height / 2, Self.choices.count - height), 0) }

    /// Returns the choice at a point.
    func choice(at point: Point, in area: Rect) -> Int? {
        let content = Panel.content(of: box(in: area))
        guard content.contains(point) else { return nil }
        let choice = first(height: content.height) + point.y - content.y
        return Self.choices.indices.contains(choice) ? choice : nil
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let box = box(in: area)
        buffer.draw(Panel("Sort by", right: "Enter again reverses", focused: true), in: box)
        let content = Panel.content(of: box)
        let first = first(height: content.height)
        for (row, index) in Self.choices.indices.dropFirst(first).prefix(content.height).enumerated() {
            let line = content.row(row).inset(columns: 1, rows: 0)
            let choice = Self.choices[index]
            let isCurrent = choice == current
            let arrow = isDescending ? buffer.glyphs.descending : buffer.glyphs.ascending
            if index == selected { buffer.fill(content.row(row), style: Style(.normal, on: .selection)) }
            let background: Role? = index == selected ? .selection : nil
            let style = Style(isCurrent ? .accent : .normal, on: background, bold: isCurrent || index == selected)
            buffer.write(isCurrent ? String(choice == nil ? buffer.glyphs.mark : arrow) : "", in: line, style: style)
            var rest = line
            _ = rest.takeLeft(2)
            buffer.write(choice?.title ?? "default", in: rest.takeLeft(11), style: style)
            let meaning = choice?.help ?? "running first, ended last"
            buffer.write(meaning, in: rest, style: Style(.dim, on: background))
        }
    }
}
