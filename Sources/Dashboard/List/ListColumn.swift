// The columns of the list, one row of the table below for each.

internal import ExperimentFiles
internal import Experiments
internal import RunLog

struct ListColumn: Hashable, Sendable {
    /// Identifies it in preferences.
    let key: String
    let title: String
    /// Its description in the sort menu.
    let help: String
    /// Minimum and maximum width in cells; the minimum keeps it from jumping.
    let width: ClosedRange<Int>
    /// Columns of a higher rank are dropped first where room is scarce.
    let rank: Int
    /// The column is dropped if all rows have this text; `nil` if it is always shown.
    let idleText: String?
    /// A row's text; empty for none.
    let text: @Sendable (ListRow) -> String
    /// A row's sort value, `nil` last; a column without numbers is sorted by its texts.
    let number: (@Sendable (ListRow) -> Double?)?
    /// Whether sorting by it starts with the largest.
    let isDescending: Bool

    private init(
        _ key: String, _ help: String, title: String? = nil, width: ClosedRange<Int>, rank: Int,
        idleText: String? = nil, isDescending: Bool = false, number: (@Sendable (ListRow) -> Double?)? = nil,
        text: @escaping @Sendable (ListRow) -> String
    ) {
        (self.key, self.title, self.help, self.width, self.rank) = (key, title ?? key, help, width, rank)
        (self.idleText, self.isDescending, self.number, self.text) = (idleText, isDescending, number, text)
    }

    /// A column for a setting of the experiment.
    private static func setting(_ key: ExperimentKey, as column: SettingColumn) -> ListColumn {
        let text: @Sendable (ListRow) -> String = { row in row.experiment.map { Self.text(of: key, in: $0) } ?? "" }
        let number: @Sendable (ListRow) -> Double? = { Double(text($0)) }
        return ListColumn(
            key.nameWord, column.help, width: column.width, rank: column.rank,
            idleText: column.isRare ? Self.text(of: key, in: Experiment(name: "")) : nil,
            number: key.choices.isEmpty ? number : nil, text: text)
    }

    private static func text(of key: ExperimentKey, in experiment: Experiment) -> String {
        switch key.value(in: experiment) {
        case .number(let number): Readable.short(number)
        case let value: value?.yaml ?? ""
        }
    }

    /// A column for a result of a run.
    private static func figure(
        _ key: String, _ help: String, title: String? = nil, width: ClosedRange<Int>, rank: Int,
        isDescending: Bool = false, _ unit: MetricUnit = .plain, _ value: @escaping @Sendable (RunEntry) -> Double?
    ) -> ListColumn {
        ListColumn(
            key, help, title: title, width: width, rank: rank, isDescending: isDescending,
            number: { $0.run.flatMap(value).flatMap { $0.isFinite ? $0 : nil } }
        ) { $0.run.flatMap(value).map { Readable.metric($0, unit) } ?? "" }
    }

    static func == (a: ListColumn, b: ListColumn) -> Bool { a.key == b.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    static let name = ListColumn("name", "experiment or run", width: 12...18, rank: 0) { $0.name }
    static let state = ListColumn("state", "state of the run", width: 12...12, rank: 3) { row in
        guard let run = row.run else { return row.state }
        if let position = run.queuePosition, run.state == .queued { return "queued \(position)" }
        // Another process trains it.
        if run.isRunning, !run.isOurs { return run.owner.map { "pid \($0.process)" } ?? "elsewhere" }
        return row.state
    }

    private static let depth = ListColumn(
        "depth", "layers with weights", width: 5...5, rank: 10,
        number: { ($0.experiment?.network.depth).map(Double.init) }
    ) { row in row.experiment.map { "\($0.network.depth)" } ?? "" }
    private static let limits = ListColumn(
        "limits", "images used, training/test", width: 6...15, rank: 4, idleText: "",
        number: { ($0.experiment?.data.limitTrain ?? $0.experiment?.data.limitTest).map(Double.init) }
    ) { row in
        guard let data = row.experiment?.data, data.limitTrain != nil || data.limitTest != nil else { return "" }
        return [data.limitTrain, data.limitTest].map { $0.map(Readable.count) ?? "all" }.joined(separator: "/")
    }
    private static let settings = ExperimentKey.settings.compactMap { key in key.column.map { setting(key, as: $0) } }

    /// From the left; settings that are always shown come before the others. Settings of neighbouring ranks stay in the
    /// order of experiment files.
    static let all: [ListColumn] = {
        let ofExperiments = (settings + [depth, limits]).sorted {
            ($0.idleText == nil ? 0 : 1, ($0.rank + 1) / 2) < ($1.idleText == nil ? 0 : 1, ($1.rank + 1) / 2)
        }
        return [name, state] + ofExperiments + ofRuns
    }()

    private static let ofRuns: [ListColumn] = [
        ListColumn("epoch", "epochs so far", width: 5...9, rank: 1, number: { $0.run.map { Double($0.epoch) } }) {
            row in
            guard let experiment = row.experiment else { return "" }
            return row.run.map { "\($0.epoch)/\(experiment.training.epochs)" } ?? "\(experiment.training.epochs)"
        },
        figure("loss", "training loss of the epoch", width: 5...7, rank: 7) { $0.loss },
        figure("acc", "last test accuracy", width: 5...5, rank: 2, isDescending: true) { $0.testAccuracy },
        figure("best", "best test accuracy", width: 5...5, rank: 8, isDescending: true) { $0.bestAccuracy },
        figure(
            "rate", "images per second", title: "img/s", width: 5...7, rank: 11, isDescending: true, .imagesPerSecond
        ) { $0.examplesPerSecond },
        figure("time", "time trained", width: 7...10, rank: 12, .seconds) {
            $0.elapsedSeconds > 0 ? $0.elapsedSeconds : nil
        },
    ]

    static func named(_ key: String) -> ListColumn? { all.first { $0.key == key } }
}
