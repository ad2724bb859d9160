// The columns of the list, one row of the table below for each.

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
    /// A row's text; empty for none.
    let text: @Sendable (ListRow) -> String
    /// A row's sort value, `nil` last; a column without numbers is sorted by its texts.
    let number: (@Sendable (ListRow) -> Double?)?
    /// Whether sorting by it starts with the largest.
    let isDescending: Bool

    private init(
        _ key: String, _ help: String, title: String? = nil, width: ClosedRange<Int>, rank: Int,
        isDescending: Bool = false, number: (@Sendable (ListRow) -> Double?)? = nil,
        text: @escaping @Sendable (ListRow) -> String
    ) {
        (self.key, self.title, self.help, self.width, self.rank) = (key, title ?? key, help, width, rank)
        (self.isDescending, self.number, self.text) = (isDescending, number, text)
    }

    /// A column for a setting of the experiment.
    private static func setting(
        _ key: String, _ help: String, title: String? = nil, width: ClosedRange<Int>, rank: Int,
        _ value: @escaping @Sendable (Experiment) -> Double
    ) -> ListColumn {
        ListColumn(key, help, title: title, width: width, rank: rank, number: { $0.experiment.map(value) }) { row in
            row.experiment.map { Readable.short(value($0)) } ?? ""
        }
    }

    /// A column for a metric of a run.
    private static func metric(
        _ key: String, _ help: String, width: ClosedRange<Int>, rank: Int, isDescending: Bool = false,
        _ value: @escaping @Sendable (RunEntry) -> Double?
    ) -> ListColumn {
        ListColumn(
            key, help, width: width, rank: rank, isDescending: isDescending,
            number: { $0.run.flatMap(value).flatMap { $0.isFinite ? $0 : nil } }
        ) { $0.run.flatMap(value).map(Readable.metric) ?? "" }
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

    /// Seeds and limits are shown only if some row has one.
    static let seed = ListColumn(
        "seed", "seed", width: 4...8, rank: 9, number: { ($0.experiment?.training.seed).map(Double.init) }
    ) { row in row.experiment.map { "\($0.training.seed)" } ?? "" }
    static let limits = ListColumn(
        "limits", "images used, training/test", width: 6...15, rank: 4,
        number: { ($0.experiment?.data.limitTrain ?? $0.experiment?.data.limitTest).map(Double.init) }
    ) { row in
        guard let data = row.experiment?.data, data.limitTrain != nil || data.limitTest != nil else { return "" }
        return [data.limitTrain, data.limitTest].map { $0.map(Readable.count) ?? "all" }.joined(separator: "/")
    }

    /// From the left.
    static let all: [ListColumn] = [
        name, state,
        setting("ratio", "divisor of the channels", width: 5...5, rank: 6) { Double($0.network.ratio) },
        setting("lr", "learning rate", width: 4...8, rank: 5) { $0.training.learningRate },
        setting("depth", "layers with weights", width: 5...5, rank: 10) { Double($0.network.depth) },
        setting("resize", "image size", title: "side", width: 4...4, rank: 13) { Double($0.data.resize) },
        setting("batch", "images per step", width: 5...5, rank: 14) { Double($0.data.batchSize) },
        limits, seed,
        ListColumn("epoch", "epochs so far", width: 5...9, rank: 1, number: { $0.run.map { Double($0.epoch) } }) {
            row in
            guard let experiment = row.experiment else { return "" }
            return row.run.map { "\($0.epoch)/\(experiment.training.epochs)" } ?? "\(experiment.training.epochs)"
        },
        metric("loss", "training loss of the epoch", width: 5...7, rank: 7) { $0.loss },
        metric("acc", "last test accuracy", width: 5...5, rank: 2, isDescending: true) { $0.testAccuracy },
        metric("best", "best test accuracy", width: 5...5, rank: 8, isDescending: true) { $0.bestAccuracy },
        ListColumn(
            "rate", "images per second", title: "img/s", width: 5...7, rank: 11, isDescending: true,
            number: { $0.run?.examplesPerSecond }
        ) { $0.run?.examplesPerSecond.map(Readable.rate) ?? "" },
        ListColumn("time", "time trained", width: 7...10, rank: 12, number: { $0.run?.elapsedSeconds }) { row in
            row.run.map { $0.elapsedSeconds > 0 ? Readable.duration(seconds: $0.elapsedSeconds) : "" } ?? ""
        },
    ]

    static func named(_ key: String) -> ListColumn? { all.first { $0.key == key } }
}
