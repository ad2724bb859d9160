// Columns of a table of runs, as `list --columns` names them: facts of a run, any setting, and the metrics of its last
// epoch and step.

import ArgumentParser
import ExperimentFiles
import Experiments
import RunLog
import RunStore

/// A column of a table of runs.
struct RunColumn {
    /// How values are formatted.
    private enum Format {
        case plain, date, bytes
        case figure(MetricUnit)
    }

    /// The name that the user gave.
    let name: String
    /// Path of its values in a row.
    private let path: String
    private let format: Format

    /// Keys of a run's JSON and their short names, which filters also use.
    private static let ofRuns: [(key: String, alias: String?, format: Format)] = [
        ("name", "run", .plain), ("state", nil, .plain), ("reason", nil, .plain), ("epoch", nil, .plain),
        ("epochs", nil, .plain), ("step", nil, .plain), ("steps_per_epoch", nil, .plain),
        ("loss", nil, .figure(.plain)), ("train_accuracy", nil, .figure(.share)),
        ("test_accuracy", "acc", .figure(.share)), ("best_accuracy", "best", .figure(.share)),
        ("best_epoch", nil, .plain), ("examples_per_second", "rate", .figure(.imagesPerSecond)),
        ("elapsed_seconds", "time", .figure(.seconds)),
        ("created", "when", .date), ("ended", nil, .date), ("host", nil, .plain), ("machine", nil, .plain),
        ("threads", nil, .plain), ("engine", nil, .plain), ("program", nil, .plain), ("dataset", nil, .plain),
        ("data_sha256", nil, .plain), ("initialization", nil, .plain), ("experiment_sha256", nil, .plain),
        ("peak_memory_bytes", nil, .bytes),
        ("parent", nil, .plain), ("parent_step", nil, .plain), ("note", nil, .plain), ("tags", "tag", .plain),
    ]
    /// Metrics that the run itself does not have.
    private static let ofEpochs = EpochMetrics.metrics.filter { metric in !ofRuns.contains { $0.key == metric.key } }
    private static let ofSteps = Progress.metrics.filter { metric in
        !ofRuns.contains { $0.key == metric.key } && !ofEpochs.contains { $0.key == metric.key }
    }

    /// Names of columns, apart from settings.
    private static let words =
        ofRuns.flatMap { [$0.key, $0.alias].compactMap(\.self) } + ofEpochs.map(\.key) + ofSteps.map(\.key)

    /// Names of columns, including settings.
    static let names = words + ExperimentKey.settings.map(\.path)

    /// The column of this name.
    ///
    /// - Throws: `Failure` that lists the available columns.
    init(_ name: String) throws {
        self.name = name
        if let column = Self.ofRuns.first(where: { $0.key == name || $0.alias == name }) {
            (path, format) = (column.key, column.format)
        } else if let metric = Self.ofEpochs.first(where: { $0.key == name }) {
            (path, format) = ("last_epoch.\(name)", .figure(metric.unit))
        } else if let metric = Self.ofSteps.first(where: { $0.key == name }) {
            (path, format) = ("last_step.\(name)", .figure(metric.unit))
        } else if let key = ExperimentKey.settings.first(where: { $0.path == name || $0.path.hasSuffix(".\(name)") }) {
            (path, format) = ("experiment.\(key.path)", .plain)
        } else {
            let advice =
                name.nearest(in: Self.names).map { "did you mean \($0)?" }
                ?? "columns are settings such as training.lr, and \(Self.words.joined(separator: ", "))"
            throw Failure(message: "--columns: there is no column \(name); \(advice)")
        }
    }

    /// Whether it needs a run's metrics.
    var readsMetrics: Bool { path.hasPrefix("last_") }

    /// Returns the values that columns select from.
    ///
    /// - Parameter store: where to read the last metrics; `nil` if no column needs them.
    static func row(of run: RunInfo, metricsFrom store: RunStore?) throws -> JSON {
        guard let store, case .object(let members) = run.json else { return run.json }
        let (step, epoch) = try explaining { try store.lastMetrics(of: run) }
        return .object(
            members + [
                JSON.Member("last_epoch", epoch?.json ?? .null), JSON.Member("last_step", step?.json ?? .null),
            ])
    }

    /// Returns a run's value; null if it has none.
    func value(of row: JSON) -> JSON { row[path: path] ?? .null }

    /// Formats a value.
    func text(of value: JSON) -> String {
        let number: Double? =
            switch value {
            case .integer(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        guard let number else { return value.cellText }
        return switch format {
        case .plain: value.cellText
        case .figure(let unit): Readable.metric(number, unit)
        case .date: Readable.date(number)
        case .bytes: Readable.bytes(Int(number))
        }
    }
}

extension [RunColumn] {
    /// Parses a comma-separated list of column names.
    init(named names: String) throws {
        self = try names.split(separator: ",", omittingEmptySubsequences: false).map { try RunColumn(String($0)) }
    }
}

extension CompletionKind {
    /// Comma-separated names of columns.
    static let columns = CompletionKind.custom { _, _, prefix in
        let typed = prefix.lastIndex(of: ",").map { String(prefix[...$0]) } ?? ""
        return isPlain(typed) ? RunColumn.names.map { typed + $0 } : []
    }
}
