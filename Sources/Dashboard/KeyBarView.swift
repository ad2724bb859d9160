// The last line: the keys of the current context, from the table of keys.

internal import Experiments
internal import Screen

struct KeyBarView: Widget {
    private let items: [(key: Key, name: String, label: String)]

    init(_ state: State) {
        items = Keys.bar(in: state.context).map { command, key, label in
            (key, Keys.name(of: key), Self.label(command, state) ?? label)
        }
    }

    /// Returns a label for what a key does to the selected row, if it differs from the table's.
    private static func label(_ command: Command, _ state: State) -> String? {
        guard state.tab == .overview || state.tab == .run else { return nil }
        switch command {
        case .open: return state.list.marks.isEmpty && state.list.selectedRow?.run != nil ? "open" : nil
        case .pause:
            let targets = state.list.targets
            return !targets.isEmpty && targets.allSatisfy { $0.run?.state == .paused } ? "resume" : nil
        default: return nil
        }
    }

    /// Returns the items that fit, with their areas; help and quit always fit.
    private func places(in area: Rect) -> [(item: Int, area: Rect)] {
        var rest = area
        _ = rest.takeLeft(1)
        func width(_ item: Int) -> Int { items[item].name.count + 1 + items[item].label.count + 2 }
        let always = items.indices.filter { ["help", "quit"].contains(items[$0].label) }
        var reserved = always.reduce(0) { $0 + width($1) }
        var places: [(Int, Rect)] = []
        for item in items.indices {
            let isReserved = always.contains(item)
            if isReserved { reserved -= width(item) }
            guard width(item) - 2 <= rest.width - reserved else { continue }
            places.append((item, rest.takeLeft(width(item))))
        }
        return places
    }

    /// Returns the key whose item is at a point.
    func key(at point: Point, in area: Rect) -> Key? {
        places(in: area).first { $0.area.contains(point) }.map { items[$0.item].key }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area, style: Style(.normal, on: .bar))
        for place in places(in: area) {
            let item = items[place.item]
            let used = buffer.write(
                item.name, at: place.area.origin, style: Style(.key, on: .bar, bold: true), width: place.area.width)
            buffer.write(
                item.label, at: Point(x: place.area.x + used + 1, y: place.area.y), style: Style(.normal, on: .bar),
                width: max(place.area.width - used - 1, 0))
        }
    }
}
