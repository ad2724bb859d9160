// A question, or the progress of ending, on top of a view. Both the dialog and the key bar list the keys that answer
// it.

internal import Experiments
internal import RunLog
internal import Screen

struct QuestionView: Widget {
    let title: String
    let lines: [String]
    let answers: [(key: String, label: String)]

    static func quit(_ runs: [RunEntry]) -> QuestionView {
        let names = runs.prefix(4).map { run in
            "\(run.name) (\(run.stateText)\(run.state == .queued ? "" : ", epoch \(run.epoch)"))"
        }
        let more = runs.count > 4 ? ["and \(runs.count - 4) more"] : []
        return QuestionView(
            title: "Quit?",
            lines: ["\(runs.count == 1 ? "This run" : "These \(runs.count) runs") will stop:", ""] + names + more
                + ["", "Stopped runs keep a checkpoint; r resumes them later."]
                + (runs.contains { $0.state == .queued } ? ["Queued runs are removed."] : []),
            answers: [("s", "stop and save"), ("Esc", "go back")])
    }

    /// Lists the runs that are still to be saved before the program ends.
    static func ending(_ runs: [RunEntry]) -> QuestionView {
        let names = runs.prefix(4).map { run in
            run.step > 0 ? "\(run.name), step \(Readable.count(run.step))" : run.name
        }
        let more = runs.count > 4 ? ["and \(runs.count - 4) more"] : []
        return QuestionView(
            title: "Saving",
            lines: (runs.isEmpty
                ? ["All runs are saved."] : ["Saving these runs:", ""] + names + more)
                + ["", "vgglab quits when they are saved."],
            answers: [("Ctrl-C", "quit now; these runs resume from an older checkpoint")])
    }

    static func delete(_ names: [String]) -> QuestionView {
        QuestionView(
            title: "Delete?",
            lines: ["\(names.count == 1 ? "This run" : "These \(names.count) runs") with all checkpoints:", ""]
                + names.prefix(6) + (names.count > 6 ? ["and \(names.count - 6) more"] : [])
                + ["", "This cannot be undone."],
            answers: [("y", "delete"), ("Esc", "go back")])
    }

    static let discard = QuestionView(
        title: "Discard?", lines: ["What you typed into the form will be lost."],
        answers: [("y", "discard"), ("Esc", "go back")])

    /// Asks for confirmation to launch experiments that take long, are many, or were trained before.
    static func launch(_ launch: State.Launch, _ state: State) -> QuestionView {
        let experiments = state.experiments(of: launch)
        let count = experiments.count
        var lines = ["\(count == 1 ? "This run" : "These \(count) runs"):", ""]
        lines += experiments.prefix(4).map(\.name) + (count > 4 ? ["and \(count - 4) more"] : [])
        if let seconds = state.seconds(of: experiments) {
            lines += ["", "Training takes about \(Readable.duration(seconds: seconds))\(count == 1 ? "" : " in all")."]
        }
        guard case .new = launch else {
            return QuestionView(title: "Train again?", lines: lines, answers: [("y", "launch"), ("Esc", "go back")])
        }
        let twins = experiments.compactMap { experiment in
            state.twins(of: experiment).first.map { (experiment.training.seed, $0) }
        }
        if !twins.isEmpty {
            lines += [""] + twins.prefix(3).map { "Already trained or queued with the same seed \($0): \($1)." }
            if twins.count > 3 { lines.append("And \(twins.count - 3) more.") }
        }
        return QuestionView(
            title: "Launch?", lines: lines,
            answers: [("y", "launch"), ("n", "new variant, such as another seed"), ("Esc", "go back")])
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let answer = answers.reduce(0) { $0 + $1.key.count + $1.label.count + 4 }
        let width = max(lines.map(buffer.glyphs.width).max() ?? 0, answer, title.count) + 6
        let box = area.centered(Size(columns: width, rows: lines.count + 4))
        buffer.draw(Panel(title, focused: true), in: box)
        let content = Panel.content(of: box).inset(columns: 2, rows: 0)
        for (row, line) in lines.enumerated() {
            buffer.write(buffer.glyphs.shortened(line, to: content.width), in: content, row: row)
        }
        var x = content.x
        let y = content.bottom - 1
        for item in answers {
            x += buffer.write(item.key, at: Point(x: x, y: y), style: Style(.key, bold: true), width: content.right - x)
            x += 1
            x += buffer.write(item.label, at: Point(x: x, y: y), width: max(content.right - x, 0)) + 3
        }
    }
}
