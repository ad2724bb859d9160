// Steps and epochs as a table of comma-separated values.

internal import Experiments
internal import RunLog

/// The table: a row for each step (`kind` is `step`) and each epoch (`kind` is `epoch`).
///
/// `train_loss` and `train_accuracy` are means over the epoch's images, in a step's row those so far; `batch_loss`
/// is the step's own. `time` is in seconds since 1970. What a row does not know is an empty cell.
enum CSVTable {
    static let columns = [
        "run", "kind", "epoch", "step", "time", "elapsed_seconds", "batch_loss", "train_loss", "train_accuracy",
        "test_loss", "test_accuracy", "examples_per_second", "step_examples_per_second", "remaining_seconds",
        "gradient_norm", "dead_share", "mean_examples_per_second", "train_seconds", "evaluation_seconds",
    ]

    /// - Parameter runs: the settings that each is told apart by, in the same order, become columns after the name.
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
        switch record.event {
        case .progress(let progress):
            [
                "step", .integer(progress.epoch), .integer(progress.step), .number(record.time),
                .number(progress.elapsedSeconds), .number(progress.loss), .number(progress.meanLoss),
                .number(progress.meanAccuracy), .null, .null, .number(progress.examplesPerSecond), .null,
                .optional(progress.remainingSeconds), .optional(progress.gradientNorm), .optional(progress.deadShare),
                .optional(progress.meanExamplesPerSecond), .null, .null,
            ]
        case .epochFinished(let epoch):
            [
                "epoch", .integer(epoch.epoch), .integer(epoch.step), .number(record.time),
                .number(epoch.elapsedSeconds), .null, .number(epoch.trainLoss), .number(epoch.trainAccuracy),
                .number(epoch.testLoss), .number(epoch.testAccuracy), .number(epoch.examplesPerSecond),
                .number(epoch.stepExamplesPerSecond), .number(epoch.remainingSeconds), .null, .null, .null,
                .optional(epoch.trainSeconds), .optional(epoch.evaluationSeconds),
            ]
        case .evaluating, .checkpointSaved, .runFinished, .runStarted, .warning: []
        }
    }
}
