// A store whose rows contain arbitrary values: invalid ones are refused in a sentence that names them, and nothing
// crashes or hides the other runs.

import TestSupport
import Experiments
import Foundation
import GRDB
import RunLog
import RunStore
import Testing

@Suite struct DamagedRowsTests {
    private let temporary: TemporaryFolder
    private let store: RunStore
    private let run: RunInfo

    init() throws {
        temporary = try TemporaryFolder()
        store = try temporary.store()
        let good = try store.create(.made("good"))
        try store.note([.progress(.made(1)), .epochFinished(.made(1))], of: good.run, claim: good.claim)
        let experiment = Experiment(name: "a")
        let started = RunStarted(
            experiment: experiment, network: try experiment.network(numClasses: 10), dataset: "d", trainExamples: 60,
            testExamples: 10, stepsPerEpoch: 3, threads: 2, machine: "m", engine: "e", predictedMemoryBytes: 1 << 30)
        let new = try store.create(.made())
        var events: [RunEvent] = [.runStarted(started)]
        events += (1...3).map { .progress(.made($0)) } + [.epochFinished(.made(1)), .warning("hot")]
        events.append(.checkpointSaved(CheckpointSaved(step: 3, epoch: 1, byteCount: 9, seconds: 0.1)))
        var summary = RunSummary.made(.completed)
        summary.lastEpoch = .made(1)
        events.append(.runFinished(summary))
        try store.note(events, of: new.run, claim: new.claim)
        try store.changeTags(of: new.run, add: ["x"], remove: [])
        run = new.run
    }

    /// Another program's fast connection, which can write anything.
    private func hand() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        return try DatabaseQueue(path: temporary.file("runs.sqlite"), configuration: configuration)
    }

    @Test func `a value of the wrong type is reported with its run, row and column`() throws {
        for (table, column, value, sentence) in [
            ("run", "note", Data([0xFF]).databaseValue, "run a-1, row 2: note is not text"),
            ("run", "step", Int64.max.databaseValue, "run a-1, row 2: step is out of range"),
            ("run", "epochs", (-1).databaseValue, "run a-1, row 2: epochs is out of range"),
            ("run", "created_at", "now".databaseValue, "run a-1, row 2: created_at is not a number"),
            ("step_metric", "step_in_epoch", 0.5.databaseValue, "run a-1, a step: step_in_epoch is not a whole number"),
            (
                "epoch_metric", "elapsed_seconds", 1e300.databaseValue,
                "run a-1, an epoch: elapsed_seconds is out of range"
            ),
            ("event", "record", Data([0]).databaseValue, "run a-1, an event: record is not text"),
            (
                "event", "record", "{}".databaseValue,
                "run a-1: an event cannot be read: line 0: not a record of a run: "
            ),
        ] {
            let key = table == "run" ? "id" : "run"
            let other = try hand()
            try other.write { database in
                try database.execute(sql: "CREATE TEMP TABLE kept AS SELECT * FROM \(table)")
                try database.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(key) = ?", arguments: [value, run.id])
            }
            let (runs, flaws) = try store.runsAndFlaws()
            if table == "run" {
                #expect(runs.map(\.name) == ["good-1"])
                #expect(flaws == [sentence])
            } else {
                #expect(runs.map(\.name) == ["good-1", "a-1"])
                let error = #expect(throws: RunStoreError.self) { try store.records(of: run) }
                #expect(error?.description.hasPrefix(sentence) == true, "\(error as Any)")
            }
            _ = try store.latestEvents(100)
            try other.write { database in
                try database.execute(sql: "REPLACE INTO \(table) SELECT * FROM kept; DROP TABLE kept")
            }
            #expect(try store.runsAndFlaws().flaws == [])
            _ = try store.records(of: run)
        }
    }

    @Test(arguments: ["kernel", "resize", "num_classes", "batch_size", "epochs", "ratio"])
    func `an experiment in an event is validated like one in a file`(key: String) throws {
        let other = try hand()
        for value in ["9223372036854775807", "-1", "70000000"] {
            try other.write { database in
                let sql = "SELECT record FROM event WHERE run = ? AND sequence = 0"
                let text = try #require(try String.fetchOne(database, sql: sql, arguments: [run.id]))
                let changed = text.replacing(try Regex("\"\(key)\":-?[0-9]+"), with: "\"\(key)\":\(value)")
                #expect(changed != text)
                try database.execute(
                    sql: "UPDATE event SET record = ? WHERE run = ? AND sequence = 0", arguments: [changed, run.id])
            }
            let error = #expect(throws: RunStoreError.self) { try store.records(of: run) }
            #expect(error?.description.hasPrefix("run a-1: an event cannot be read: ") == true, "\(error as Any)")
            #expect(try store.latestEvents(100).allSatisfy { $0.sequence > 0 || $0.run != "a-1" })
        }
    }

    @Test func `rows and events with any content are read, or refused in one sentence, and the other run stays`() throws
    {
        let other = try hand()
        let tables = ["run", "tag", "step_metric", "epoch_metric", "event"]
        let columns = try other.read { database in
            try tables.flatMap { table in try database.columns(in: table).map { (table, $0.name) } }
        }.filter { $0 != ("run", "id") && $0 != ("run", "revision") && !($0.0 != "run" && $0.1 == "run") }
        try other.write { database in
            for table in tables {
                try database.execute(sql: "CREATE TEMP TABLE kept_\(table) AS SELECT * FROM \(table)")
            }
        }
        let events = try other.read { database in
            try String.fetchAll(database, sql: "SELECT record FROM event WHERE run = ?", arguments: [run.id])
        }
        let values: [DatabaseValue] = [
            .null, Data().databaseValue, Data([0xFF, 0, 0x80]).databaseValue, "".databaseValue, "..".databaseValue,
            "../../victim".databaseValue, "x\u{0}\n\u{1B}[31m".databaseValue,
            String(repeating: "é", count: 5000).databaseValue,
            0.databaseValue, (-1).databaseValue, Int64.max.databaseValue, Int64.min.databaseValue,
            (1 << 40).databaseValue,
            1e308.databaseValue, (-1e308).databaseValue, 0.5.databaseValue, Double.infinity.databaseValue,
            "running".databaseValue, "name: a\nnetwork: {kernel: 99999999999}".databaseValue,
        ]
        let numbers = [
            "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e308", "-1e308", "null",
            "0.5",
            "\"x\"", "[]", "{}", "[[1,2]]", "true", "\"\\u0000\"", "1000000", "0",
        ]
        var random = SplitMix64(state: 21)
        var (refused, taken) = (0, 0)
        for _ in 0..<7000 {
            let (table, column) = try #require(columns.randomElement(using: &random))
            var value = try #require(values.randomElement(using: &random))
            if table == "event", column == "record", Int.random(in: 0..<10, using: &random) > 0 {
                var text = try #require(events.randomElement(using: &random))
                let places = text.matches(of: #/[:,\[](-?[0-9][0-9.e+-]*|"[^"]*"|null|true)/#).map {
                    $0.1.startIndex..<$0.1.endIndex
                }
                if let place = places.randomElement(using: &random) {
                    text.replaceSubrange(place, with: numbers.randomElement(using: &random) ?? "")
                }
                value = text.databaseValue
            }
            try other.write { database in
                try database.execute(
                    sql: "UPDATE OR IGNORE \(table) SET \(column) = ? WHERE \(table == "run" ? "id" : "run") = ?",
                    arguments: [value, run.id])
            }
            let name = "\(table).\(column) = \(value)"
            do {
                let flaws = try readAll(after: name)
                if flaws.isEmpty { taken += 1 } else { refused += 1 }
                #expect(flaws.allSatisfy { $0.contains("row 2") }, "\(name): \(flaws)")
            } catch let error as RunStoreError {
                refused += 1
                #expect(error.description.hasPrefix("run a-1"), "\(name): \(error)")
            }
            try other.write { database in
                for table in tables {
                    try database.execute(sql: "DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM kept_\(table)")
                }
            }
        }
        #expect(refused > 1000 && taken > 1000)
    }

    /// Reads everything that commands and dashboard read, and renders it as a log.
    ///
    /// - Returns: why rows were left out.
    private func readAll(after change: String) throws -> [String] {
        let (runs, flaws) = try store.runsAndFlaws()
        #expect(runs.map(\.name).contains("good-1"), "\(change)")
        #expect(runs.count + flaws.count == 2, "\(change)")
        #expect(try store.runs(newest: 5).count == runs.count, "\(change)")
        #expect(try store.names().contains("good-1"), "\(change)")
        let latest = try store.latestEvents(100)
        #expect(latest.contains { $0.run == "good-1" }, "\(change)")
        for run in runs {
            _ = try run.experiment().network(numClasses: 10).parameters
            _ = run.epoch
            _ = (Readable.duration(seconds: run.elapsedSeconds), Readable.bytes(run.peakMemoryBytes ?? 0))
            _ = (try store.steps(of: run), try store.epochs(of: run), store.profile(of: run))
            var (text, json) = (TextLog(quiet: false), JSONLinesLog(progressInterval: 0))
            for record in try store.records(of: run) + latest {
                _ = (text.render(record), json.render(record))
                if case .runStarted(let started) = record.event { _ = started.network.trainingMACs }
            }
        }
        return flaws
    }
}
