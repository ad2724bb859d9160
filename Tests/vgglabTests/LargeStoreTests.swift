// Ten thousand runs with a million rows of metrics are listed within a second, in little memory. The bounds here are
// wider, for busy machines; measured values are printed.

import Foundation
import GRDB
import Testing

@Suite(.serialized) struct LargeStoreTests {
    private let sandbox: Sandbox
    private let runs: String

    /// A store with one trained run, and with 9,999 copies of it that have 100 steps and one epoch each.
    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data")
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        let trained = try Program.run(
            sandbox.tiny, "--data", sandbox.file("data"), "--runs", runs, "--quiet", "--threads", "1")
        try #require(trained.status == 0)
        try DatabaseQueue(path: "\(runs)/runs.sqlite").write { database in
            let columns = try database.columns(in: "run").map(\.name).filter { $0 != "id" && $0 != "name" }
            let list = columns.joined(separator: ", ")
            try database.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                    INSERT INTO run (name, \(list)) SELECT 'tiny-' || i, \(list) FROM n, run WHERE run.id = 1;
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
                    INSERT INTO step_metric
                    SELECT run.id, i, i, 1e9, 1, i, 1.0 / i, 1.0 / i, 0.5, 100, i, 1, 0.5, 0.1, NULL, 99, NULL, 100, NULL
                    FROM run, n WHERE run.id > 1;
                    INSERT INTO epoch_metric SELECT id, 1, 99, 100, 1e9, 0.1, 0.9, 0.2, 0.8, 100, 110, 99, 0, 98, 1, NULL, NULL
                    FROM run WHERE id > 1;
                    UPDATE run SET state = 'running' WHERE id % 10 = 0;
                    UPDATE run SET experiment = replace(experiment, 'seed: 0', 'seed: ' || id);
                    """)
        }
    }

    /// Seconds for a call of the program, which is limited to 200 MiB of private memory.
    private func seconds(_ arguments: [String]) throws -> Double {
        let clock = ContinuousClock()
        let begin = clock.now
        let ending = try Program(
            arguments + ["--runs", runs], shell: #"ulimit -d 204800; exec "$@" >/dev/null"#
        ).end()
        #expect(ending.status == 0, "\(arguments): \(ending.complaint)")
        return (clock.now - begin) / .seconds(1)
    }

    @Test func `ten thousand runs are listed at once`() throws {
        let rows = try DatabaseQueue(path: "\(runs)/runs.sqlite").read { database in
            try ["step_metric", "epoch_metric"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? 0
            }
        }
        #expect(rows.reduce(0, +) > 999_900)
        // All runs have different settings.
        let texts = try DatabaseQueue(path: "\(runs)/runs.sqlite").read {
            try Int.fetchOne($0, sql: "SELECT count(DISTINCT experiment) FROM run")
        }
        #expect(texts == 10_000)
        for (arguments, most) in [
            (["list"], 3.0), (["list", "--all"], 3), (["list", "--all", "--sort", "best"], 3),
            (["list", "--json"], 30),
            (["list", "lr>0.01", "state=completed"], 30), (["show", "tiny-5000"], 3), (["note", "last"], 3),
        ] {
            let measured = try seconds(arguments)
            let name = "vgglab \(arguments.joined(separator: " "))"
            print("\(name): \(String(format: "%.2f", measured)) s")
            #expect(measured < most, "\(name)")
        }
    }
}
