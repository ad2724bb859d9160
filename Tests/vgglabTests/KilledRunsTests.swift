// Runs that are killed at random moments and resumed repeatedly match uninterrupted ones: weights, optimizer state and
// metrics are bit-identical. VGGLAB_KILLS sets the number of kills; scripts/long-tests uses 200.

import TestSupport
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct KilledRunsTests {
    private let sandbox: Sandbox
    private let runs: String
    private var options: [String] { ["--runs", runs] }

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data", count: 44)
        // Momentum and dropout have state, the last batch is smaller, and a checkpoint after every third step is inside
        // epochs of seven steps.
        try sandbox.write(
            """
            network: { blocks: [[1, 8], [1, 16]], ratio: 1, classifier: [32], dropout: 0.5 }
            data: { dataset: made-up, resize: 28, batch_size: 7, shuffle: true }
            training: { lr: 0.01, momentum: 0.9, weight_decay: 0.0005, epochs: 15, seed: 3 }
            checkpoint: { every_epochs: 2, every_minutes: null, every_steps: 3 }
            """, to: "killed.yaml")
    }

    /// Starts a run, or resumes the newest, until its end or the kill.
    private func train(new: Bool, killAfter seconds: Double? = nil) throws -> Ending {
        let command = (new ? [sandbox.file("killed.yaml")] : ["resume", "last"]) + options
        let arguments = command + ["--data", sandbox.file("data"), "--quiet"] + (new ? ["--threads", "1"] : [])
        // coreutils' timeout ends with the signal that it sent.
        return try Program(arguments, shell: seconds.map { #"exec timeout -s KILL \#($0) "$@""# }).end()
    }

    private func newest() throws -> [String: Any]? {
        let list = try Program(["list", "--json"] + options).end()
        try #require(list.status == 0, "\(list.complaint)")
        return (try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])?.last
    }

    /// What must be equal: checksums of the last checkpoint's tensors, and the metrics that do not depend on a clock.
    private func result(of run: String) throws -> (digests: [Substring], metrics: [[Substring]]) {
        let shown = try Program(["show", run, "--json"] + options).end().object()
        let checkpoints = try #require(shown["checkpoints"] as? [[String: Any]])
        let path = try #require(checkpoints.first?["path"] as? String)
        let sums = try String(contentsOfFile: "\(path)/SHA256SUMS", encoding: .utf8)
        let digests = sums.split(separator: "\n").filter { $0.hasSuffix(".safetensors") }
        #expect(digests.count == 2)

        let table = sandbox.file("metrics.csv")
        let export = try Program(["export", run, "--format", "csv", "--out", table, "--overwrite"] + options).end()
        try #require(export.status == 0, "\(export.complaint)")
        let rows = try String(contentsOfFile: table, encoding: .utf8).split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let wanted = [
            "kind", "epoch", "step", "batch_loss", "train_loss", "train_accuracy", "test_loss", "test_accuracy",
        ]
        let columns = try wanted.map { try #require(rows.first?.firstIndex(of: Substring($0))) }
        return (digests, rows.dropFirst().map { row in columns.map { row[$0] } })
    }

    @Test func `a run that is killed at random moments matches an uninterrupted one`() throws {
        let kills = ProcessInfo.processInfo.environment["VGGLAB_KILLS"].flatMap { Int($0) } ?? 20
        let clock = ContinuousClock()
        let begin = clock.now
        try #require(try train(new: true).status == 0)
        let seconds = (clock.now - begin) / .seconds(1)
        let whole = try result(of: "killed-1")
        #expect(whole.metrics.count { $0[0] == "step" } == 15 * 7)
        #expect(whole.metrics.count { $0[0] == "epoch" } == 15)

        var random = SplitMix64(state: 2026)
        var (killed, inside, resumed) = (0, 0, 0)
        var isNew = true
        while killed < kills || !isNew {
            let known = try newest()?["name"] as? String
            let moment = killed < kills ? Double.random(in: 0...seconds, using: &random) : nil
            let ending = try train(new: isNew, killAfter: moment)
            let run = try #require(try newest())
            let name = try #require(run["name"] as? String)
            if ending.status == -SIGKILL {
                killed += 1
                // One that was killed before it had a name does not exist.
                if isNew && name == known { continue }
                let state = run["state"] as? String
                #expect(state == "interrupted" || state == "completed")
                if let step = run["step"] as? Int, step > 0, step < 15 * 7 { inside += 1 }
                isNew = state == "completed"
            } else {
                try #require(ending.status == 0, "\(ending.complaint)")
                isNew = true
            }
            resumed += 1
            if isNew {
                let result = try result(of: name)
                #expect(result.digests == whole.digests, "\(name)")
                #expect(result.metrics == whole.metrics, "\(name)")
            }
        }
        print("\(killed) kills, \(inside) of them inside training, \(resumed) beginnings and resumes")
        #expect(inside >= kills / 4)
    }
}
