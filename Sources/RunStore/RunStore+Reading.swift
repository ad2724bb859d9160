// What the store tells: runs, their figures, their events.

public import Experiments
internal import GRDB
internal import RunLog

extension RunStore {
    /// Every run, the newest last, or only the newest `limit`.
    public func runs(newest limit: Int? = nil) throws(RunStoreError) -> [RunInfo] {
        let runs: [RunInfo] = try read(or: []) { database in
            let tags = try Self.tags(database)
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM run ORDER BY id DESC LIMIT ?", arguments: [limit ?? -1])
            return rows.reversed().map { RunInfo($0, tags: tags[$0["id"]] ?? []) }
        }
        return runs.map(withTrueState)
    }

    private static func tags(_ database: Database) throws -> [Int64: [String]] {
        var tags: [Int64: [String]] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT run, tag FROM tag ORDER BY tag") {
            tags[row["run"], default: []].append(row["tag"])
        }
        return tags
    }

    /// A run that no process holds does not run, whatever its last words were.
    private func withTrueState(_ run: RunInfo) -> RunInfo {
        guard run.state == .running, !RunClaim.isHeld(folder(of: run)) else { return run }
        var run = run
        run.state = .interrupted
        return run
    }

    /// How many runs there are.
    public func count() throws(RunStoreError) -> Int {
        try read(or: 0) { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") ?? 0 }
    }

    /// The run of this name, or the only one whose name begins so; `last` is the newest.
    ///
    /// - Throws: `RunStoreError` that names the candidates.
    public func run(named text: String) throws(RunStoreError) -> RunInfo {
        let runs = try runs()
        if let exact = runs.first(where: { $0.name == text }) { return exact }
        if text == "last", let last = runs.last { return last }
        let found = text.isEmpty ? [] : runs.filter { $0.name.hasPrefix(text) }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            let names = found.prefix(5).map(\.name).joined(separator: ", ") + (found.count > 5 ? ", …" : "")
            throw RunStoreError("\(text): \(found.count) runs begin so: \(names)")
        }
        throw RunStoreError(
            runs.isEmpty ? "\(folder): there are no runs yet" : "\(text): no run has this name; vgglab list shows them")
    }

    /// The names of all runs, the newest first.
    public func names() throws(RunStoreError) -> [String] {
        try read(or: []) { try String.fetchAll($0, sql: "SELECT name FROM run ORDER BY id DESC") }
    }

    /// A run's finished epochs in order.
    public func epochs(of run: RunInfo) throws(RunStoreError) -> [EpochMetrics] {
        try read(or: []) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM epoch_metric WHERE run = ? ORDER BY epoch", arguments: [run.id]
            )
            .map(EpochMetrics.init)
        }
    }

    /// A run's steps that were noted, in order.
    public func steps(of run: RunInfo) throws(RunStoreError) -> [Progress] {
        try read(or: []) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM step_metric WHERE run = ? ORDER BY step", arguments: [run.id]
            )
            .map { Progress($0, stepsPerEpoch: run.stepsPerEpoch) }
        }
    }

    /// Everything that a run has said, in order; of its steps, those that were noted.
    public func records(of run: RunInfo) throws(RunStoreError) -> [RunRecord] {
        try read(or: []) { database in
            func rows(_ table: String) throws -> [Row] {
                try Row.fetchAll(database, sql: "SELECT * FROM \(table) WHERE run = ?", arguments: [run.id])
            }
            func record(_ row: Row, _ event: RunEvent) -> RunRecord {
                RunRecord(run: run.name, sequence: row["sequence"], time: row["time"], event: event)
            }
            let steps = try rows("step_metric").map { row in
                record(row, .progress(Progress(row, stepsPerEpoch: run.stepsPerEpoch)))
            }
            let epochs = try rows("epoch_metric").map { record($0, .epochFinished(EpochMetrics($0))) }
            let others = try rows("event").map { row in
                let line: String = row["record"]
                do throws(JSONLinesError) {
                    return try RunRecord(jsonLine: line, number: row["sequence"])
                } catch {
                    throw RunStoreError("run \(run.name): an event cannot be read: \(error)")
                }
            }
            return (steps + epochs + others).sorted { $0.sequence < $1.sequence }
        }
    }
}

extension EpochMetrics {
    init(_ row: Row) {
        self.init(
            epoch: row["epoch"], step: row["step"], trainLoss: row.number("train_loss"),
            trainAccuracy: row.number("train_accuracy"), testLoss: row.number("test_loss"),
            testAccuracy: row.number("test_accuracy"), examplesPerSecond: row.number("examples_per_second"),
            stepExamplesPerSecond: row.number("step_examples_per_second"),
            elapsedSeconds: row.number("elapsed_seconds"), remainingSeconds: row.number("remaining_seconds"))
    }
}

extension Progress {
    init(_ row: Row, stepsPerEpoch: Int) {
        self.init(
            epoch: row["epoch"], step: row["step"], stepInEpoch: row["step_in_epoch"], stepsPerEpoch: stepsPerEpoch,
            loss: row.number("loss"), meanLoss: row.number("mean_loss"), meanAccuracy: row.number("mean_accuracy"),
            examplesPerSecond: row.number("examples_per_second"), elapsedSeconds: row.number("elapsed_seconds"),
            remainingSeconds: row["remaining_seconds"])
    }
}

extension Row {
    /// A number; SQLite keeps one that is none as NULL.
    fileprivate func number(_ column: String) -> Double { self[column] ?? .nan }
}
