// The first line: the views, and the machine's load.

internal import Experiments
internal import RunLog
internal import Screen

struct HeaderView: Widget {
    private let current: Tab
    /// The most important first; the last ones are dropped where room is scarce.
    private let facts: [(text: String, role: Role)]

    init(_ state: State) {
        current = state.tab
        var facts: [(String, Role)] = []
        if let replay = state.replay {
            facts.append(("replay of \(replay.run)", .warning))
            facts.append((replay.speedText, .normal))
            facts.append(("run of \(state.localTime(replay.createdAt).date)", .normal))
        }
        let active = state.catalog.activeRuns.filter { !$0.isReplay }
        let running = active.filter { $0.isRunning }
        for (wanted, role) in [(RunState.running, Role.good), (.paused, .warning), (.queued, .normal)] {
            let number = active.count { $0.state == wanted }
            if number > 0 { facts.append(("\(number) \(wanted.rawValue)", role)) }
        }
        let rate = running.reduce(0) { $0 + ($1.presentRate(at: state.now) ?? 0) }
        if rate > 0 { facts.append(("\(Readable.rate(rate)) images/s", .normal)) }
        if let machine = state.machine {
            // Including those of other processes: they compute on the same cores.
            let threads = running.reduce(0) { $0 + $1.threads }
            let isCrowded = threads > machine.threadBudget
            facts.append(("threads \(threads)/\(machine.threadBudget)", isCrowded ? .warning : .normal))
            facts.append(("memory \(Self.gibibytes(machine))", .normal))
            if let use = machine.processorUse {
                facts.append(("cpu \(Readable.fixed(use.all * 100, decimals: 0)) %", .normal))
            }
        }
        if facts.isEmpty { facts.append(("idle", .dim)) }
        self.facts = facts
    }

    private static func gibibytes(_ machine: MachineLoad) -> String {
        let (used, total) = (Double(machine.memoryUsedBytes), Double(machine.memoryTotalBytes))
        return "\(Readable.fixed(used / 0x1p30, decimals: 1))/\(Readable.fixed(total / 0x1p30, decimals: 0)) GiB"
    }

    private static let name = " vgglab "

    /// Returns each view's title with its area.
    private func tabs(in area: Rect) -> [(tab: Tab, text: String, area: Rect)] {
        var rest = area
        _ = rest.takeLeft(Self.name.count)
        return Tab.allCases.map { tab in
            let text = " \(tab.rawValue + 1) \(tab.title) "
            return (tab, text, rest.takeLeft(text.count))
        }
    }

    /// Returns the view whose title is at a point.
    func tab(at point: Point, in area: Rect) -> Tab? { tabs(in: area).first { $0.area.contains(point) }?.tab }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area, style: Style(.normal, on: .bar))
        buffer.write(Self.name, in: area, style: Style(.accent, on: .bar, bold: true))
        let tabs = tabs(in: area)
        for item in tabs {
            let isCurrent = item.tab == current
            buffer.write(
                item.text, in: item.area,
                style: Style(isCurrent ? .title : .normal, on: .bar, bold: isCurrent, reversed: isCurrent))
        }
        func width(_ text: String) -> Int { buffer.glyphs.width(of: text) }
        let start = (tabs.last?.area.right ?? area.x) + 1
        var room = area.right - start
        var shown: [(text: String, role: Role)] = []
        for fact in facts where width(fact.text) + 3 <= room {
            shown.append(fact)
            room -= width(fact.text) + 3
        }
        var x = area.right - shown.reduce(0) { $0 + width($1.text) + 3 } + 2
        for (index, fact) in shown.enumerated() {
            x += buffer.write(fact.text, at: Point(x: x, y: area.y), style: Style(fact.role, on: .bar))
            if index + 1 < shown.count {
                x += buffer.write(" · ", at: Point(x: x, y: area.y), style: Style(.dim, on: .bar))
            }
        }
    }
}
