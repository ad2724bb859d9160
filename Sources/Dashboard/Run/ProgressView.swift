// Draws a run's progress: bars for epoch and run, time left, and speed.

internal import Experiments
internal import RunLog
internal import Screen

struct ProgressView: Widget {
    private let run: RunEntry?
    private let replay: ReplayInfo?
    private let now: Double
    /// Time when the run will end; empty if unknown.
    private let end: String
    private let series: RunSeries?
    /// Texts about other load on the machine, the longest first.
    private let company: [String]
    /// Shown without a run: the experiment's costs, or why its file cannot be used.
    private let answer: (title: String, text: String, style: Style)

    init(_ state: State) {
        let shown = state.shownRuns
        run = shown.first { $0.isRunning } ?? shown.first
        replay = state.replay
        now = state.now
        end = Self.end(of: run, state)
        series = run.flatMap { state.catalog.series[$0.name] }
        company = Self.company(run, state)
        let row = state.list.selectedRow
        if let problem = row?.problem {
            answer = ("Problem", problem, Style(.bad))
        } else if let experiment = row?.experiment, let sheet = try? CostSheet(experiment, state) {
            answer = ("Costs of \(experiment.name)", sheet.summary, .normal)
        } else {
            answer = ("Progress", "no run is selected", .dim)
        }
    }

    /// Below this share of processor time, other load does not matter.
    private static let quietShare = 0.1

    private static func company(_ run: RunEntry?, _ state: State) -> [String] {
        guard let run, run.isRunning else { return [] }
        if state.runningCount > 1 { return [" (shared)"] }
        guard run.isOurs, let machine = state.machine else { return [] }
        guard let use = machine.processorUse else { return [] }
        let others = max(use.all - use.own, 0)
        guard others >= quietShare else { return [" (alone)"] }
        return [" (others take \(Readable.fixed(others * 100, decimals: 0)) % cpu)", " (shared)"]
    }

    private static func end(of run: RunEntry?, _ state: State) -> String {
        guard let run, run.isRunning, let left = run.remainingSeconds, (0..<1e9).contains(left) else {
            return ""
        }
        let (end, today) = (state.localTime(state.time + left), state.localTime(state.time).date)
        return ", ends \(end.date == today ? "" : "\(end.date) ")\(end.timeOfDay.prefix(5))"
    }

    private var title: String { run.map { "Progress of \($0.name)" } ?? answer.title }

    /// Images per second, current and mean.
    private var speed: String {
        guard let run, let rate = run.examplesPerSecond, rate > 0 else { return "" }
        if let seconds = run.standstill(at: now) {
            return "0 images/s, nothing for \(Readable.duration(seconds: seconds))"
        }
        let mean = run.meanExamplesPerSecond.map(Readable.rate)
        if run.isRunning, run.evaluatedShare != nil {
            return "evaluating" + (mean.map { ", trained at \($0) images/s" } ?? "")
        }
        let text = Readable.rate(rate)
        let beside = run.isRunning && mean != text ? mean.map { ", mean \($0)" } : nil
        return "\(text) images/s\(beside ?? "")"
    }

    private var left: String {
        guard let run else { return "" }
        switch run.state {
        case .running where run.isReplay: return replay.map { "replay, \($0.speedText)" } ?? "replay"
        case .running:
            return run.remainingSeconds.map { "\(Readable.duration(seconds: $0)) left\(end)" }
                ?? "time left unknown"
        case .paused: return "paused"
        case .queued: return run.queuePosition.map { "place \($0) in the queue" } ?? "queued"
        default: return "\(run.stateText) after \(Readable.duration(seconds: run.elapsedSeconds))"
        }
    }

    /// Completed share of the epoch, 0 to 1.
    private var epochShare: Double {
        guard let run, run.stepsPerEpoch > 0 else { return 0 }
        return min(Double(run.stepInEpoch) / Double(run.stepsPerEpoch), 1)
    }

    /// Completed share of the run, 0 to 1. An epoch consists of training and, weighted by its time, evaluation. It is 1
    /// only when the run has ended.
    private var runShare: Double {
        guard let run else { return 0 }
        if run.state == .completed { return 1 }
        let last = series?.epochs.last
        var inEpoch = 1.0
        if last?.epoch != run.epoch {
            let (training, evaluation) = (last?.trainSeconds ?? 1, last?.evaluationSeconds ?? 0)
            let done = training * epochShare + evaluation * (run.evaluatedShare ?? 0)
            inEpoch = done / max(training + evaluation, .leastNormalMagnitude)
        }
        let passed = Double(run.epoch - 1) + inEpoch
        return min(max(passed / Double(run.experiment.training.epochs), 0), 0.99)
    }

    /// Returns label and share of the first bar: the epoch's training, or its evaluation.
    private func epochBar(_ run: RunEntry) -> (label: String, share: Double) {
        if run.isRunning, let share = run.evaluatedShare { return ("evaluation \(run.epoch)", share) }
        return ("epoch \(run.epoch)/\(run.experiment.training.epochs)", epochShare)
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel(title, right: left), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard let run else {
            for (row, line) in answer.text.wrapped(to: content.width, buffer.glyphs).enumerated() {
                buffer.write(line, in: content, row: row, style: answer.style)
            }
            return
        }
        let epoch = epochBar(run)
        if content.height >= 3 {
            drawBar(epoch.label, epoch.share, in: content.row(0), on: &buffer)
            drawBar("run", runShare, in: content.row(1), on: &buffer)
            drawSpeed(in: content.row(2), on: &buffer)
        } else {
            let parts = content.row(0).columns([.share(5), .exactly(2), .share(4)])
            drawBar(epoch.label, epoch.share, in: parts[0], on: &buffer)
            drawSpeed(in: parts[2], on: &buffer)
        }
    }

    private func drawBar(_ label: String, _ share: Double, in area: Rect, on buffer: inout CellBuffer) {
        var rest = area
        buffer.write(label, in: rest.takeLeft(13), style: .dim)
        let figure = rest.takeRight(6)
        buffer.draw(Gauge(share), in: rest)
        buffer.write("\(Readable.fixed(share * 100, decimals: 0)) %", in: figure, align: .right)
    }

    private func drawSpeed(in area: Rect, on buffer: inout CellBuffer) {
        // Describes other load as far as there is room.
        let text = company.map { speed + $0 }.first { buffer.glyphs.width(of: $0) + 4 <= area.width } ?? speed
        var rest = area
        buffer.write(text, in: rest.takeRight(buffer.glyphs.width(of: text)), align: .right)
        _ = rest.takeRight(1)
        let rates = (series?.points ?? []).suffix(max(rest.width, 0)).map(\.figures.examplesPerSecond)
        buffer.draw(Sparkline(rates, role: .dim), in: rest)
    }
}

extension ReplayInfo {
    /// Speed relative to the original run: `12 × speed`.
    var speedText: String { "\(Readable.fixed(speed, decimals: speed < 9.95 ? 1 : 0)) × speed" }
}
