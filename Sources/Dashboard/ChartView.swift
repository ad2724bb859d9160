// Draws the loss or another metric of the shown runs, and says which place of the x axis lies under the mouse.

internal import RunLog
internal import Screen

/// A panel with the curves of a metric.
struct ChartView: Widget {
    private let metric: Metric
    private let chart: Chart
    private let note: String
    private let isFocused: Bool

    init(_ state: State, _ metric: Metric) {
        self.metric = metric
        let preferences = state.preferences
        let runs = state.shownRuns
        isFocused =
            state.tab == .overview && state.dialog == .none
            && state.panel == (metric == .loss ? .loss : .second)
        let isLogarithmic = metric == .loss && preferences.isLossLogarithmic
        chart = Chart(
            Curves.curves(metric, of: runs, in: state.catalog, preferences), window: state.curves.window,
            logarithmic: isLogarithmic, cutsPeaks: metric == .loss,
            xUnit: preferences.axis == .time ? .seconds : .number,
            xTitle: preferences.axis.rawValue, cursor: state.curves.cursor,
            placeholder: Self.placeholder(state, runs))
        var notes: [String] = []
        if chart.isCut { notes.append("peaks cut") }
        if isLogarithmic { notes.append("log") }
        if preferences.smoothing > 0 { notes.append("smoothing \(Readable.short(preferences.smoothing))") }
        if let cursor = state.curves.cursor { notes.append(preferences.axis.text(cursor)) }
        note = notes.joined(separator: " · ")
    }

    private static func placeholder(_ state: State, _ runs: [RunEntry]) -> String {
        guard let run = runs.first else {
            guard let row = state.list.selectedRow else { return "nothing is selected" }
            return row.problem == nil ? "not trained yet: Enter starts it" : "broken file"
        }
        switch run.state {
        case .queued: return "\(run.name) waits for free threads"
        case .running, .paused: return "waiting for the first steps"
        default: return run.step > 0 ? "reading" : "\(run.name) made no step"
        }
    }

    /// The place of the x axis under a point.
    func x(at point: Point, in area: Rect) -> Double? { chart.x(at: point, in: Panel.content(of: area)) }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel(metric.title, right: note, focused: isFocused), in: area)
        buffer.draw(chart, in: Panel.content(of: area))
    }
}

/// A panel with the best test accuracy over time, for the runs that are compared.
struct FrontView: Widget {
    private let chart: Chart

    init(_ state: State) {
        let front = Comparison.front(of: state.shownRuns, in: state.catalog)
        chart = Chart(
            front, window: front.isEmpty ? nil : state.curves.window ?? Curves.extent(of: front), xUnit: .seconds,
            xTitle: "time", cursor: state.curves.cursor, placeholder: "no epoch is finished yet")
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel("Best test accuracy over time"), in: area)
        buffer.draw(chart, in: Panel.content(of: area))
    }
}
