// Columns of a table of runs, as `list --columns` names them: facts of a run, any setting, and the metrics of its last
// epoch and step.

import ExperimentFiles
import Experiments
import RunLog
import RunStore

/// A column of a table of runs.
struct RunColumn {
    private enum Source {
        /// A key of a run's JSON.
        case run(String)
        /// The path of a setting.
        case setting(String)
        /// A key of the JSON of the last epoch's or step's metrics.
        case lastEpoch(String), lastStep(String)
    }

    /// How values are formatted.
    private enum Format {
        case plain, metric, rate, duration, date, bytes
    }

    /// The name that the user gave.
    let name: String
    private let source: Source
    private let format: Format

    /// Keys of a run's JSON and their short names, which filters also use.
    private static let ofRuns: [(key: String, alias: String?, format: Format)] = [
        ("name", "run", .plain), ("state", nil, .plain), ("reason", nil, .plain), ("epoch", nil, .plain),
        ("epochs", nil, .plain), ("step", nil, .plain), ("steps_per_epoch", nil, .plain), ("loss", nil, .metric),
        ("train_accuracy", nil, .metric), ("test_accuracy", "acc", .metric), ("best_accuracy", "best", .metric),
        ("best_epoch", nil, .plain), ("examples_per_second", "rate", .rate), ("elapsed_seconds", "time", .duration),
        ("created", "when", .date), ("ended", nil, .date), ("host", nil, .plain), ("machine", nil, .plain),
        ("threads", nil, .plain), ("engine", nil, .plain), ("program", nil, .plain), ("dataset", nil, .plain),
        ("data_sha256", nil, .plain), ("initialization", nil, .plain), ("experiment_sha256", nil, .plain),
        ("peak_memory_bytes", nil, .bytes),
        ("parent", nil, .plain), ("parent_step", nil, .plain), ("note", nil, .plain), ("tags", "tag", .plain),
    ]
    /// Metrics that the run itself does not have.
    private static let ofEpochs = EpochMetrics.metrics.map(\.key).filter { key in !ofRuns.contains { $0.key == key } }
    private static let ofSteps = Progress.metrics.map(\.key).filter { key in
        !ofRuns.contains { $0.key == key } && !ofEpochs.contains(key) && key != "loss"
    }

    /// The column of this name.
    ///
    /// - Throws: `Failure` that lists the available columns.
    init(_ name: String) throws {
        self.name = name
        if let column = Self.ofRuns.first(where: { $0.key == name || $0.alias == name }) {
            (source, format) = (.run(column.key), column.format)
        } else if Self.ofEpochs.contains(name) {
            (source, format) = (.lastEpoch(name), .metric)
        } else if Self.ofSteps.contains(name) {
            (source, format) = (.lastStep(name), .metric)
        } else if let key = ExperimentKey.settings.first(where: { $0.path == name || $0.path.hasSuffix(".\(name)") }) {
            (source, format) = (.setting(key.path), .plain)
        } else {
            let words = Self.ofRuns.flatMap { [$0.key, $0.alias].compactMap(\.self) } + Self.ofEpochs + Self.ofSteps
            let settings = ExperimentKey.settings.map(\.path)
            let advice =
                name.nearest(in: words + settings).map { "did you mean \($0)?" }
                ?? "columns are settings such as training.lr, and \(words.joined(separator: ", "))"
            throw Failure(message: "--columns: there is no column \(name); \(advice)")
        }
    }

    /// Whether it needs a run's metrics.
    var readsMetrics: Bool {
        switch source {
        case .run, .setting: false
        case .lastEpoch, .lastStep: true
        }
    }

    /// Returns a run's value; null if it has none.
    func value(of row: RunRow) -> JSON {
        switch source {
        case .run(let key): row.run[path: key] ?? .null
        case .setting(let path): row.run[path: "experiment.\(path)"] ?? .null
        case .lastEpoch(let key): row.lastEpoch?[path: key] ?? .null
        case .lastStep(let key): row.lastStep?[path: key] ?? .null
        }
    }

    /// Formats a value.
    func text(of value: JSON) -> String {
        let number: Double? =
            switch value {
            case .integer(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        guard let number, format != .plain else { return value.cellText }
        return switch format {
        case .plain: value.cellText
        case .metric: Readable.metric(number)
        case .rate: Readable.rate(number)
        case .duration: Readable.duration(seconds: number)
        case .date: Readable.date(number)
        case .bytes: Readable.bytes(Int(number))
        }
    }
}

/// The values that columns select from.
struct RunRow {
    fileprivate let run: JSON
    fileprivate var lastEpoch: JSON?
    fileprivate var lastStep: JSON?

    /// - Parameter store: where to read the last metrics; `nil` if no column needs them.
    init(_ run: RunInfo, metricsFrom store: RunStore?) throws {
        self.run = run.json
        guard let store else { return }
        let (step, epoch) = try explaining { try store.lastMetrics(of: run) }
        (lastEpoch, lastStep) = (epoch?.json, step?.json)
    }
}

extension [RunColumn] {
    /// Parses a comma-separated list of column names.
    init(named names: String) throws {
        self = try names.split(separator: ",", omittingEmptySubsequences: false).map { try RunColumn(String($0)) }
    }
}
