// Draws the loss or another metric of the shown runs, and maps the mouse to the x axis.

internal import Experiments
internal import RunLog
internal import Screen

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
        let curves = Curves.curves(metric, of: runs, in: state.catalog, preferences)
        let cursor = state.curves.cursor(on: curves)
        chart = Chart(
            curves, window: state.curves.window, logarithmic: isLogarithmic,
            cutsPeaks: metric.step?.unit == .plain && metric.step?.isLargerBetter == false,
            xUnit: preferences.axis == .time ? .seconds : .number,
            xTitle: preferences.axis.rawValue, cursor: cursor, placeholder: Self.placeholder(state, runs))
        var notes: [String] = []
        if chart.isCut { notes.append("peaks clipped") }
        if isLogarithmic { notes.append("log") }
        if preferences.smoothing > 0 { notes.append("(smoothed \(Readable.short(preferences.smoothing)))") }
        if let cursor { notes.append(preferences.axis.text(cursor, gap: Curves.gap(at: cursor, on: curves))) }
        note = notes.joined(separator: " · ")
    }

    private static func placeholder(_ state: State, _ runs: [RunEntry]) -> String {
        guard let run = runs.first else {
            guard let row = state.list.selectedRow else { return "nothing is selected" }
            return row.problem == nil ? "not trained yet: Enter starts it" : "broken file"
        }
        switch run.state {
        case .queued: return "\(run.name) is waiting for free threads"
        case .running, .paused: return "waiting for the first steps"
        default: return run.step > 0 ? "loading" : "\(run.name) has no steps"
        }
    }

    /// Returns the x value at a point.
    func x(at point: Point, in area: Rect) -> Double? { chart.x(at: point, in: Panel.content(of: area)) }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel(metric.title, right: note, focused: isFocused), in: area)
        buffer.draw(chart, in: Panel.content(of: area))
    }
}

/// A panel with the test accuracy over time of compared runs.
struct AccuracyView: Widget {
    private let chart: Chart
    private let note: String

    init(_ state: State) {
        let curves = Comparison.accuracies(of: state.shownRuns, in: state.catalog)
        let cursor = state.curves.cursor(on: curves)
        chart = Chart(
            curves, window: curves.isEmpty ? nil : state.curves.window ?? Curves.extent(of: curves), xUnit: .seconds,
            xTitle: "time", cursor: cursor, placeholder: "no finished epoch yet")
        note = cursor.map { Preferences.Axis.time.text($0, gap: Curves.gap(at: $0, on: curves)) } ?? ""
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        buffer.draw(Panel("Test accuracy over time", right: note), in: area)
        buffer.draw(chart, in: Panel.content(of: area))
    }
}
