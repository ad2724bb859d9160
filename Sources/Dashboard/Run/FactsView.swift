// Draws a run's facts: state, recipe, machine, results.

internal import Experiments
internal import RunLog
internal import Screen

struct FactsView: Widget {
    private let title: String
    private let facts: [(label: String, text: String, style: Style)]
    /// Number of lines scrolled out at the top.
    private let top: Int

    init(_ state: State) {
        top = state.facts.top
        guard let run = state.selectedRun else {
            title = "Run"
            let isHidden = state.list.rows.isEmpty && !state.catalog.runs.isEmpty
            let text =
                isHidden
                ? "the filter hides all runs: Esc in the overview clears it"
                : "no runs yet: Enter in the overview starts an experiment"
            facts = [("", text, .dim)]
            return
        }
        title = run.name
        let series = state.catalog.series[run.name]
        var facts: [(String, String, Style)] = []
        func add(_ label: String, _ text: String?, _ style: Style = .normal) {
            if let text, !text.isEmpty { facts.append((label, text, style)) }
        }
        let row = ListRow.run(run)
        let isOthers = run.isRunning && !run.isOurs
        let words = isOthers ? row.state : ListColumn.state.text(row)
        add("state", "\(row.sign) \(words)", Style(row.role, bold: true))
        if isOthers { add("trained by", run.owner?.text ?? "another process") }
        add("", run.reason, Style(.bad))
        if let diagnosis = series?.diagnosis {
            add(diagnosis.badge, diagnosis.reason, Style(diagnosis.isFatal ? .bad : .warning))
        }
        add(
            "best", run.bestAccuracy.map { "test acc \(Readable.metric($0)) in epoch \(run.bestEpoch ?? 0)" },
            Style(.good))
        add(
            "test",
            series?.epochs.last.map { "loss \(Readable.metric($0.testLoss)), acc \(Readable.metric($0.testAccuracy))" })
        if let loss = run.loss {
            add(
                "train",
                "loss \(Readable.metric(loss))" + (run.trainAccuracy.map { ", acc \(Readable.metric($0))" } ?? ""))
        }
        add("tags", run.tags.joined(separator: " "))
        add("note", run.note)
        func time(_ seconds: Double) -> String? {
            guard seconds > 0, seconds < .greatestFiniteMagnitude else { return nil }
            let time = state.localTime(seconds)
            return "\(time.date) \(time.timeOfDay)"
        }
        add("began", time(run.createdAt))
        if !run.state.isActive { add(run.state == .interrupted ? "last seen" : "ended", run.endedAt.flatMap(time)) }
        add("parent", run.parent.map { $0 + (run.parentStep.map { ", at step \(Readable.count($0))" } ?? "") })
        if let norm = series?.latest?.gradientNorm {
            let dead = series?.latest?.deadShare.map { ", \(Readable.fixed($0 * 100, decimals: 0)) % of units dead" }
            add("gradient", "norm \(Readable.metric(norm))\(dead ?? "")")
        }
        if let layers = series?.layers, let network = series?.started?.network {
            func figures(_ text: (LayerHealth) -> String?) -> String {
                layers.compactMap { layer in text(layer).map { "\(network.label(ofLayer: layer.name)) \($0)" } }
                    .joined(separator: ", ")
            }
            add("dead units", figures { $0.deadShare.map { "\(Readable.fixed($0 * 100, decimals: 0)) %" } })
            add("updates", figures { $0.updateRatio.map { "\(Readable.scientific($0))" } })
        }
        let training = run.experiment.training
        let parts = training.parts + ["seed \(training.seed)", training.precision.rawValue]
        add("recipe", parts.joined(separator: ", "))
        let data = run.experiment.data
        add("data", "\(data.dataset), \(data.resize) × \(data.resize), batches of \(Readable.count(data.batchSize))")
        add("images", ImageCounts(data, of: state.catalog.dataset(of: run)).sentence)
        add("network", Self.network(run.experiment.network))
        add("memory", Self.memory(run, state))
        add("threads", "\(run.threads)")
        add("engine", series?.started?.engine)
        add("machine", series?.started?.machine)
        self.facts = facts
    }

    private static func network(_ recipe: NetworkRecipe) -> String {
        if let layers = recipe.layers { return recipe.variant?.rawValue ?? "\(layers.count) layers" }
        let name = recipe.variant?.rawValue ?? "\(recipe.blocks.count) blocks"
        let norm = recipe.norm == .none ? "" : ", norm \(recipe.norm.rawValue)"
        let widths = recipe.classifier.map(String.init).joined(separator: ", ")
        return "\(name), ratio \(recipe.ratio), kernel \(recipe.kernel)\(norm), classifier [\(widths)], "
            + "dropout \(Readable.short(recipe.dropout))"
    }

    private static func memory(_ run: RunEntry, _ state: State) -> String? {
        guard let (bytes, isMeasured) = state.catalog.memoryBytes(of: run) else { return nil }
        if isMeasured { return "peak \(Readable.bytes(bytes))" }
        let now =
            run.isOurs && run.state.isActive
            ? state.machine.map { ", the program has \(Readable.bytes($0.residentBytes))" } : nil
        return "about \(Readable.bytes(bytes))\(now ?? "")"
    }

    /// Returns all lines as drawn, and the width of the labels; only the first line of a wrapped text has a label.
    private func lines(_ width: Int, _ glyphs: GlyphSet) -> (
        lines: [(label: String, text: String, style: Style)], indent: Int
    ) {
        let labels = facts.map(\.label.count).max() ?? 0
        let indent = labels > 0 ? labels + 2 : 0
        let lines = facts.flatMap { fact in
            fact.text.wrapped(to: width - indent, glyphs).enumerated().map {
                ($0.offset == 0 ? fact.label : "", $0.element, fact.style)
            }
        }
        return (lines, indent)
    }

    /// Returns the last line that can be scrolled to the top.
    func lastTop(in area: Rect) -> Int {
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        return max(lines(content.width, .unicode).lines.count - content.height, 0)
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        let (lines, indent) = lines(content.width, buffer.glyphs)
        let last = lastTop(in: area)
        let first = min(top, last)
        let right = first < last ? "PgDn ↓ more" : last > 0 ? "PgUp ↑ more" : ""
        buffer.draw(Panel(title, right: right), in: area)
        for (row, line) in lines.dropFirst(first).prefix(content.height).enumerated() {
            buffer.write(line.label, in: content, row: row, style: .dim)
            buffer.write(
                line.text, at: Point(x: content.x + indent, y: content.y + row), style: line.style,
                width: max(content.width - indent, 0))
        }
    }
}
