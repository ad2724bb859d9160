// What the store tells: runs, their figures, their events.

public import Experiments
internal import GRDB
internal import RunLog
internal import Synchronization

/// The runs as they were read last, and what shows that nothing has been written since.
struct RunsCache {
    /// `PRAGMA data_version` changes when another connection writes, the count when this one does.
    struct Version: Equatable {
        let others: Int
        let own: Int
    }
    let version: Version
    let limit: Int?
    let runs: [RunInfo]
}

extension RunStore {
    /// Every run, the newest last, or only the newest `limit`. Cheap where nothing has been written since the last call.
    public func runs(newest limit: Int? = nil) throws(RunStoreError) -> [RunInfo] {
        let known = cache.withLock { $0 }
        let read: RunsCache? = try read(or: nil) { database in
            let version = RunsCache.Version(
                others: try Int.fetchOne(database, sql: "PRAGMA data_version") ?? 0, own: database.totalChangesCount)
            if let known, known.version == version, known.limit == limit { return known }
            let tags = try Self.tags(database)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT * FROM run ORDER BY id DESC LIMIT ?", arguments: [limit ?? -1])
            var runs: [RunInfo] = []
            while let row = try rows.next() { runs.append(RunInfo(row, tags: tags[row["id"]] ?? [])) }
            return RunsCache(version: version, limit: limit, runs: runs.reversed())
        }
        cache.withLock { $0 = read }
        var runs = read?.runs ?? []
        for index in runs.indices where runs[index].state == .running { runs[index] = withTrueState(runs[index]) }
        return runs
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
        func fetch(_ condition: String, _ arguments: StatementArguments = []) throws(RunStoreError) -> [RunInfo] {
            try read(or: []) { database in
                let sql = "SELECT * FROM run WHERE \(condition)"
                return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                    let tags = try String.fetchAll(
                        database, sql: "SELECT tag FROM tag WHERE run = ? ORDER BY tag", arguments: [row["id"]])
                    return RunInfo(row, tags: tags)
                }
            }
        }
        var found = try fetch("name = ?", [text])
        if found.isEmpty, text == "last" { found = try fetch("id = (SELECT max(id) FROM run)") }
        if found.isEmpty, !text.isEmpty {
            found = try fetch(
                "substr(CAST(name AS BLOB), 1, :n) = CAST(:text AS BLOB) ORDER BY id",
                [
                    "n": text.utf8.count, "text": text,
                ])
        }
        if found.count == 1 { return withTrueState(found[0]) }
        guard found.isEmpty else {
            let names = found.prefix(5).map(\.name).joined(separator: ", ") + (found.count > 5 ? ", …" : "")
            throw RunStoreError("\(text): \(found.count) runs begin so: \(names)")
        }
        let isEmpty = try count() == 0
        throw RunStoreError(
            isEmpty ? "\(folder): there are no runs yet" : "\(text): no run has this name; vgglab list shows them")
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
    ///
    /// - Parameter sequence: only what came after the record of this number.
    public func records(of run: RunInfo, after sequence: Int = -1) throws(RunStoreError) -> [RunRecord] {
        try read(or: []) { database in
            func rows(_ table: String) throws -> [Row] {
                try Row.fetchAll(
                    database, sql: "SELECT * FROM \(table) WHERE run = ? AND sequence > ?",
                    arguments: [run.id, sequence])
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
            remainingSeconds: row["remaining_seconds"], gradientNorm: row["gradient_norm"],
            deadShare: row["dead_share"])
    }
}

extension Row {
    /// A number; SQLite keeps one that is none as NULL.
    fileprivate func number(_ column: String) -> Double { self[column] ?? .nan }
}
