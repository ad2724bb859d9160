// Reads runs, their metrics and their events.

internal import ExperimentFiles
package import Experiments
internal import FoundationEssentials
internal import GRDB
internal import RunLog
internal import Synchronization

/// The last read runs, ordered by ID.
struct RunsCache {
    /// Counters of changes and deletions; equal counters mean that nothing has changed.
    struct Revision: Equatable {
        var last: Int
        var deletions: Int
    }

    var revision: Revision?
    /// Runs as returned: running ones that no process has locked are interrupted.
    var runs: [RunInfo]
    /// Why rows could not be read, by ID.
    var flaws: [Int64: String]
    /// Indices of the runs whose rows say that they are running.
    var running: [Int]

    /// Returns the index of the run with this ID, or where it would be inserted.
    func place(of id: Int64) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension RunStore {
    /// Returns all runs, the newest last. Fast if little has been written since the last call.
    package func runs() throws(RunStoreError) -> [RunInfo] {
        let known = cache.withLock { $0 }
        let read: RunsCache? = try read(or: nil) { try Self.update(known, from: $0) }
        guard var read else { return [] }
        for index in read.running {
            let state: RunState = RunClaim.isHeld(folder(of: read.runs[index])) ? .running : .interrupted
            // Comparing an unmodified array is fast.
            guard read.runs[index].state != state else { continue }
            read.runs[index].status.state = state
            read.runs[index].status.reason = state == .interrupted ? causeOfEnd(of: read.runs[index]) : ""
        }
        cache.withLock { $0 = read }
        return read.runs
    }

    /// Returns the newest `limit` runs, the newest last.
    package func runs(newest limit: Int) throws(RunStoreError) -> [RunInfo] {
        try runsAndFlaws(newest: limit).runs
    }

    /// Returns the newest runs, or all, and a sentence for each row that cannot be read.
    package func runsAndFlaws(newest limit: Int? = nil) throws(RunStoreError) -> (runs: [RunInfo], flaws: [String]) {
        guard let limit else {
            let runs = try runs()
            let flaws = cache.withLock { $0?.flaws } ?? [:]
            return (runs, flaws.sorted { $0.key < $1.key }.map(\.value))
        }
        let nothing: (runs: [RunInfo], flaws: [Int64: String]) = ([], [:])
        let read = try read(or: nothing) { database in
            try Self.runs(database, "ORDER BY id DESC LIMIT ?", [limit], try Self.tags(database))
        }
        return (read.runs.reversed().map(withTrueState), read.flaws.sorted { $0.key < $1.key }.map(\.value))
    }

    private static func update(_ known: RunsCache?, from database: Database) throws -> RunsCache {
        // A store of version 1 that cannot be written has no such table.
        let row =
            try database.tableExists("revision")
            ? try Row.fetchOne(database, sql: "SELECT last, deletions FROM revision") : nil
        let revision = row.map { RunsCache.Revision(last: $0[0], deletions: $0[1]) }
        guard let revision, var cache = known, let old = cache.revision, old.deletions == revision.deletions else {
            let (runs, flaws) = try Self.runs(database, "ORDER BY id", [], try tags(database))
            return RunsCache(
                revision: revision, runs: runs, flaws: flaws,
                running: runs.indices.filter { runs[$0].state == .running })
        }
        guard old != revision else { return cache }
        let (changed, flaws) = try Self.runs(database, "WHERE revision > ? ORDER BY id", [old.last], try tags(database))
        // A row that has become unreadable, or readable again, changes the indices of others.
        guard flaws.isEmpty, changed.allSatisfy({ cache.flaws[$0.id] == nil }) else {
            return try update(nil, from: database)
        }
        var running = Set(cache.running)
        for run in changed {
            let place = cache.place(of: run.id)
            if place < cache.runs.count, cache.runs[place].id == run.id {
                cache.runs[place] = run
            } else {
                // A new ID is larger than all others.
                cache.runs.append(run)
            }
            if run.state == .running { running.insert(place) } else { running.remove(place) }
        }
        cache.running = running.sorted()
        cache.revision = revision
        return cache
    }

    /// Parses the runs of these rows; invalid ones are left out, with the reason, by ID.
    private static func runs(
        _ database: Database, _ condition: String, _ arguments: StatementArguments, _ tags: [Int64: [String]]
    ) throws -> (runs: [RunInfo], flaws: [Int64: String]) {
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM run \(condition)", arguments: arguments)
        var runs: [RunInfo] = []
        var flaws: [Int64: String] = [:]
        while let row = try rows.next() {
            let id: Int64 = row["id"]
            do throws(RunStoreError) { runs.append(try RunInfo(row, tags: tags[id] ?? [])) } catch {
                flaws[id] = error.description
            }
        }
        return (runs, flaws)
    }

    /// Returns tags by their run's ID; a tag that is not text is ignored.
    private static func tags(
        _ database: Database, _ condition: String = "", _ arguments: StatementArguments = []
    ) throws -> [Int64: [String]] {
        var tags: [Int64: [String]] = [:]
        let rows = try Row.fetchCursor(
            database, sql: "SELECT run, tag FROM tag \(condition) ORDER BY tag", arguments: arguments)
        while let row = try rows.next() {
            guard case .int64(let run) = (row["run"] as DatabaseValue).storage,
                case .string(let tag) = (row["tag"] as DatabaseValue).storage
            else { continue }
            tags[run, default: []].append(tag)
        }
        return tags
    }

    /// Corrects the state of a run whose row says "running" but that no process has locked.
    private func withTrueState(_ run: RunInfo) -> RunInfo {
        guard run.state == .running, !RunClaim.isHeld(folder(of: run)) else { return run }
        var run = run
        run.status.state = .interrupted
        run.status.reason = causeOfEnd(of: run)
        return run
    }

    private func causeOfEnd(of run: RunInfo) -> String { RunOwner(in: folder(of: run))?.causeOfEnd() ?? "" }

    /// Returns the number of runs.
    package func count() throws(RunStoreError) -> Int {
        try read(or: 0) { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") ?? 0 }
    }

    func fetch(
        _ condition: String, _ arguments: StatementArguments = []
    ) throws(RunStoreError) -> [RunInfo] {
        try read(or: []) { database in
            let sql = "SELECT * FROM run WHERE \(condition)"
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                let id: Int64 = row["id"]
                return try RunInfo(row, tags: try Self.tags(database, "WHERE run = ?", [id])[id] ?? [])
            }
        }
    }

    /// Finds the run with exactly this name.
    ///
    /// - Throws: `RunStoreError` if there is none, or if it has been deleted.
    package func run(withName name: String) throws(RunStoreError) -> RunInfo {
        guard let run = try fetch("name = ?", [name]).first else {
            throw RunStoreError("run \(name) has been deleted")
        }
        return withTrueState(run)
    }

    /// Finds the run with this name, or the only one whose name starts with it; `last` is the newest.
    ///
    /// - Throws: `RunStoreError` that lists the candidates.
    package func run(named text: String) throws(RunStoreError) -> RunInfo {
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
            throw RunStoreError("\(text): \(found.count) runs start with this: \(names)")
        }
        let isEmpty = try count() == 0
        throw isEmpty
            ? RunStoreError("\(folder): there are no runs yet")
            : RunStoreError("\(text): no run has this name", .listOfRuns)
    }

    /// Returns the names of all runs, the newest first.
    package func names() throws(RunStoreError) -> [String] {
        try read(or: []) { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT name FROM run ORDER BY id DESC")
            var names: [String] = []
            while let row = try rows.next() {
                guard case .string(let name) = (row["name"] as DatabaseValue).storage, RunInfo.isName(name) else {
                    continue
                }
                names.append(name)
            }
            return names
        }
    }

    /// Returns a run's completed epochs in order.
    package func epochs(of run: RunInfo) throws(RunStoreError) -> [EpochMetrics] {
        try read(or: []) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM epoch_metric WHERE run = ? ORDER BY epoch", arguments: [run.id]
            )
            .map { try EpochMetrics(CheckedRow($0, "run \(run.name), an epoch")) }
        }
    }

    /// Returns a run's recorded steps in order.
    package func steps(of run: RunInfo) throws(RunStoreError) -> [Progress] {
        try read(or: []) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM step_metric WHERE run = ? ORDER BY step", arguments: [run.id]
            )
            .map { try Progress(CheckedRow($0, "run \(run.name), a step"), stepsPerEpoch: run.stepsPerEpoch) }
        }
    }

    /// Returns a run's last recorded step and its last completed epoch.
    package func lastMetrics(of run: RunInfo) throws(RunStoreError) -> (step: Progress?, epoch: EpochMetrics?) {
        try read(or: (nil, nil)) { database in
            func last(_ table: String, _ key: String) throws -> Row? {
                try Row.fetchOne(
                    database, sql: "SELECT * FROM \(table) WHERE run = ? ORDER BY \(key) DESC LIMIT 1",
                    arguments: [run.id])
            }
            return (
                try last("step_metric", "step").map {
                    try Progress(CheckedRow($0, "run \(run.name), a step"), stepsPerEpoch: run.stepsPerEpoch)
                },
                try last("epoch_metric", "epoch").map { try EpochMetrics(CheckedRow($0, "run \(run.name), an epoch")) }
            )
        }
    }

    /// Returns the latest events of the newest runs except steps, ordered by time; at most `most`.
    package func latestEvents(_ most: Int) throws(RunStoreError) -> [RunRecord] {
        try read(or: []) { database in
            func rows(_ table: String) throws -> [Row] {
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM \(table) WHERE run > (SELECT max(id) FROM run) - 50
                        ORDER BY run DESC, \(table == "event" ? "sequence" : "epoch") DESC LIMIT ?
                        """, arguments: [most])
            }
            let newest = try Self.runs(database, "ORDER BY id DESC LIMIT 50", [], [:]).runs
            let runs = Dictionary(newest.map { ($0.id, $0) }) { first, _ in first }
            // Invalid rows are reported where the run itself is shown.
            func records(_ table: String, _ read: (Row, RunInfo) throws -> RunRecord) throws -> [RunRecord] {
                try rows(table).compactMap { row in
                    guard case .int64(let id) = (row["run"] as DatabaseValue).storage, let run = runs[id] else {
                        return nil
                    }
                    return try? read(row, run)
                }
            }
            let all = try records("event", Self.event) + records("epoch_metric", Self.epoch)
            return all.sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }.suffix(most)
        }
    }

    /// Returns the record of a run's last start or resumption; `nil` before the first.
    package func latestStart(of run: RunInfo) throws(RunStoreError) -> RunRecord? {
        try read(or: nil) { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT sequence, record FROM event WHERE run = ? AND record LIKE '%"event":"run_started"%'
                    ORDER BY sequence DESC LIMIT 1
                    """, arguments: [run.id])
            return row.flatMap { try? Self.event($0, of: run) }
        }
    }

    /// Returns the process that trains a run; `nil` if unknown.
    package func owner(of run: RunInfo) -> RunOwner? { RunOwner(in: folder(of: run)) }

    /// Returns all recorded events of a run, in order.
    ///
    /// - Parameter sequence: only records after this sequence number.
    package func records(of run: RunInfo, after sequence: Int = -1) throws(RunStoreError) -> [RunRecord] {
        try read(or: []) { database in
            func rows(_ table: String) throws -> [Row] {
                try Row.fetchAll(
                    database, sql: "SELECT * FROM \(table) WHERE run = ? AND sequence > ?",
                    arguments: [run.id, sequence])
            }
            let steps = try rows("step_metric").map { row in
                let row = CheckedRow(row, "run \(run.name), a step")
                return RunRecord(
                    run: run.name, sequence: try row.count("sequence"), time: try row.seconds("time"),
                    event: .progress(try Progress(row, stepsPerEpoch: run.stepsPerEpoch)))
            }
            let epochs = try rows("epoch_metric").map { try Self.epoch($0, of: run) }
            let others = try rows("event").map { try Self.event($0, of: run) }
            return (steps + epochs + others).sorted { $0.sequence < $1.sequence }
        }
    }

    private static func epoch(_ row: Row, of run: RunInfo) throws(RunStoreError) -> RunRecord {
        let row = CheckedRow(row, "run \(run.name), an epoch")
        return RunRecord(
            run: run.name, sequence: try row.count("sequence"), time: try row.seconds("time"),
            event: .epochFinished(try EpochMetrics(row)))
    }

    private static func event(_ row: Row, of run: RunInfo) throws(RunStoreError) -> RunRecord {
        let row = CheckedRow(row, "run \(run.name), an event")
        let sequence = try row.count("sequence")
        var record: RunRecord
        let line = try row.text("record")
        do throws(Problem) { record = try RunRecord(jsonLine: line, number: sequence) } catch {
            throw RunStoreError("run \(run.name): an event cannot be read: \(error)")
        }
        guard RunLimits.seconds.contains(record.time) else {
            throw RunStoreError("run \(run.name): an event cannot be read: it has no time")
        }
        (record.run, record.sequence) = (run.name, sequence)
        if case .runStarted(let started) = record.event {
            do throws(ExperimentFileError) { try ExperimentFile.check(started.experiment) } catch {
                throw RunStoreError("run \(run.name): an event cannot be read: \(error)")
            }
        }
        return record
    }
}

extension EpochMetrics {
    init(_ row: CheckedRow) throws(RunStoreError) {
        self.init(epoch: try row.count("epoch", in: RunLimits.epochs), step: try row.count("step"))
        for metric in Self.metrics { metric.set(&self, try row.figure(of: metric)) }
    }
}

extension CheckedRow {
    fileprivate func figure<Record>(of metric: MetricDefinition<Record>) throws(RunStoreError) -> Double? {
        switch (metric.unit, metric.isRequired) {
        case (.seconds, true): try seconds(metric.key)
        case (.seconds, false): try optionalSeconds(metric.key)
        case (_, true): try number(metric.key)
        case (_, false): try optionalNumber(metric.key)
        }
    }
}

extension Progress {
    /// - Parameter stepsPerEpoch: the run's own, for steps that do not record theirs.
    init(_ row: CheckedRow, stepsPerEpoch: Int) throws(RunStoreError) {
        self.init(
            epoch: try row.count("epoch", in: RunLimits.epochs), step: try row.count("step"),
            stepInEpoch: try row.count("step_in_epoch", in: RunLimits.stepsPerEpoch),
            stepsPerEpoch: try row.optionalCount("steps_per_epoch", in: RunLimits.stepsPerEpoch) ?? stepsPerEpoch,
            examplesSeen: try row.optionalCount("examples_seen"))
        for metric in Self.metrics { metric.set(&self, try row.figure(of: metric)) }
        layers = Self.layers(try row.optionalText("layers"))
    }

    private static func layers(_ text: String?) -> [LayerHealth] {
        text.flatMap { try? JSONDecoder().decode([LayerHealth].self, from: Data($0.utf8)) } ?? []
    }
}
