// Steps and epochs as a table of comma-separated values.

internal import Experiments
internal import RunLog

/// The table, with a row for each step (`kind` is `step`) and each epoch (`kind` is `epoch`).
///
/// `train_loss` and `train_accuracy` are means over the epoch's images, in a step's row those so far; `batch_loss` is
/// the step's own. `time` is in seconds since 1970. Unknown values are empty cells.
enum CSVTable {
    private static let metrics = Progress.metrics.columns(with: EpochMetrics.metrics)
    static let columns = ["run", "kind", "epoch", "step", "time"] + metrics

    /// - Parameter runs: runs with the settings that differ between them, in the same order, which become columns after
    ///   the name.
    static func text(of runs: [(history: RunHistory, settings: [JSON.Member])]) -> String {
        let settings = runs.first?.settings.map(\.key) ?? []
        let heading = columns.prefix(1) + settings + columns.dropFirst()
        let rows = runs.flatMap { run in
            (run.history.steps + run.history.epochs).sorted { $0.sequence < $1.sequence }.map { record in
                [.string(record.run)] + run.settings.map(\.value) + metrics(record)
            }
        }
        return CSV.text(of: [heading.map(JSON.string)] + rows)
    }

    private static func metrics(_ record: RunRecord) -> [JSON] {
        func row<Record>(
            _ kind: JSON, _ epoch: Int, _ step: Int, _ known: [MetricDefinition<Record>], of figures: Record
        ) -> [JSON] {
            let values = Dictionary(uniqueKeysWithValues: known.map { ($0.column, $0.value(figures)) })
            return [kind, .integer(epoch), .integer(step), .number(record.time)]
                + metrics.map { .optional(values[$0] ?? nil) }
        }
        return switch record.event {
        case .progress(let step): row("step", step.epoch, step.step, Progress.metrics, of: step)
        case .epochFinished(let epoch): row("epoch", epoch.epoch, epoch.step, EpochMetrics.metrics, of: epoch)
        case .evaluating, .checkpointSaved, .runFinished, .runStarted, .warning: []
        }
    }
}
