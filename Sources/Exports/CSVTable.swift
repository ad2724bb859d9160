// Steps and epochs as a table of comma-separated values that pandas and spreadsheets read at once.
//
// Source: RFC 4180; leading characters that a spreadsheet would calculate with, after OWASP's "CSV Injection".

internal import Experiments

/// The table: a row for each step (`kind` is `step`) and each epoch (`kind` is `epoch`).
///
/// `train_loss` and `train_accuracy` are means over the epoch's pictures, in a step's row those so far; `batch_loss`
/// is the step's own. `time` is in seconds since 1970. What a row does not know is an empty cell.
enum CSVTable {
    static let columns = [
        "run", "kind", "epoch", "step", "time", "elapsed_seconds", "batch_loss", "train_loss", "train_accuracy",
        "test_loss", "test_accuracy", "examples_per_second", "step_examples_per_second", "remaining_seconds",
        "gradient_norm", "dead_share",
    ]

    static func text(of history: RunHistory) -> String {
        let records = (history.steps + history.epochs).sorted { $0.sequence < $1.sequence }
        let rows = [columns] + records.map(cells)
        return rows.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cells(_ record: RunRecord) -> [String] {
        let metrics: [String]
        switch record.event {
        case .progress(let progress):
            metrics = [
                "step", "\(progress.epoch)", "\(progress.step)", "\(record.time)", "\(progress.elapsedSeconds)",
                "\(progress.loss)", "\(progress.meanLoss)", "\(progress.meanAccuracy)", "", "",
                "\(progress.examplesPerSecond)", "", cell(progress.remainingSeconds), cell(progress.gradientNorm),
                cell(progress.deadShare),
            ]
        case .epochFinished(let epoch):
            metrics = [
                "epoch", "\(epoch.epoch)", "\(epoch.step)", "\(record.time)", "\(epoch.elapsedSeconds)", "",
                "\(epoch.trainLoss)", "\(epoch.trainAccuracy)", "\(epoch.testLoss)", "\(epoch.testAccuracy)",
                "\(epoch.examplesPerSecond)", "\(epoch.stepExamplesPerSecond)", "\(epoch.remainingSeconds)",
                "", "",
            ]
        case .checkpointSaved, .runFinished, .runStarted, .warning: return []
        }
        return [cell(record.run)] + metrics
    }

    /// A number as a cell.
    private static func cell(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }

    /// Text as a cell: in quotes where it needs them, and with an apostrophe before what would start a formula.
    private static func cell(_ text: String) -> String {
        // By scalars: a quote with an accent on it is another character to Swift, but the same one to readers.
        var scalars = Array(text.unicodeScalars)
        if let first = scalars.first, "=+-@\t\r".unicodeScalars.contains(first) { scalars.insert("'", at: 0) }
        if scalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) {
            scalars = ["\""] + scalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] } + ["\""]
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
