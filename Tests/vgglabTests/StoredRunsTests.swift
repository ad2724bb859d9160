// Runs that earlier versions stored, as files in the folder Stored: each command must still read and continue them.
//
// `scripts/store-runs` creates a folder of them, named after the store's newest migration, from Stored/small.yaml on
// data of `Sandbox.writeData(in:count:)` with one thread: small-1 complete, small-2 forked from its second epoch,
// long-1 stopped by SIGINT, cut-1 killed, wild-2 diverged at a learning rate of 1e38. runs.sql is the store as SQL;
// weights are in base64, so everything is text.

import Foundation
import GRDB
import Testing

@Suite struct StoredRunsTests {
    /// The newest migrations of the stores; 3 is version 0.1.0.
    static let schemas = [3, 9]

    private let sandbox: Sandbox
    private let runs: String
    private let data: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("store")
        data = sandbox.file("data")
        try sandbox.writeData(in: "data")
    }

    private func restore(_ schema: Int) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Stored/schema-\(schema)")
        try sandbox.restore(folder, in: "store")
    }

    private func call(_ arguments: String...) throws -> Ending { try Program(arguments + ["--runs", runs]).end() }

    private func state(of run: String) throws -> String? {
        try call("show", run, "--json").object()["state"] as? String
    }

    @Test(arguments: schemas) func `stored runs are listed with their outcomes`(schema: Int) throws {
        try restore(schema)
        let listed = try Program(["list", "--json", "--runs", runs]).end()
        #expect(listed.status == 0, "\(listed.complaint)")
        let objects = try #require(JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [[String: Any]])
        #expect(objects.compactMap { $0["name"] as? String } == ["small-1", "small-2", "long-1", "cut-1", "wild-2"])
        let states = objects.compactMap { $0["state"] as? String }
        #expect(states == ["completed", "completed", "stopped", "interrupted", "diverged"])
        #expect(objects[0]["tags"] as? [String] == ["final", "paper"])
        #expect(objects[4]["note"] as? String == "far too fast")
        #expect(objects[1]["parent"] as? String == "small-1")
        #expect(objects[1]["parent_step"] as? Int == 8)
        for object in objects {
            let experiment = try #require(object["experiment"] as? [String: Any])
            let recipe = try #require(experiment["data"] as? [String: Any])
            let facts = try #require(object["data"] as? [String: Any])
            #expect(facts["name"] as? String == "made-up")
            #expect(facts["num_classes"] as? Int == 10)
            if schema == 3 {
                // That version used the first images, and its runs continue to. Only what it recorded at the start is
                // known about its data.
                #expect(recipe["sampling"] as? String == "first")
                #expect(facts["train_examples"] as? Int == 16)
                #expect(facts["height"] as? Int == nil)
            } else {
                #expect(recipe["sampling"] as? String == "stratified")
                #expect(facts["train_examples"] as? Int == 20)
                #expect(facts["height"] as? Int == 28)
            }
        }
    }

    @Test(arguments: schemas, ["small-1", "small-2", "long-1", "cut-1", "wild-2"])
    func `a stored run shows its epochs`(schema: Int, run: String) throws {
        try restore(schema)
        let stored = try DatabaseQueue(path: runs + "/runs.sqlite").read { database in
            try Double.fetchAll(
                database,
                sql: """
                    SELECT test_loss FROM epoch_metric WHERE run = (SELECT id FROM run WHERE name = ?) ORDER BY epoch
                    """, arguments: [run])
        }
        #expect(!stored.isEmpty)
        let shown = try call("show", run, "--json")
        #expect(shown.status == 0, "\(shown.complaint)")
        let epochs = try #require(shown.object()["epochs_finished"] as? [[String: Any]])
        let losses = epochs.compactMap { $0["test_loss"] as? Double }
        // JSONSerialization rounds the last digit.
        #expect(losses.count == stored.count && zip(losses, stored).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(try call("show", run).status == 0)
    }

    @Test(arguments: schemas, ["long-1", "cut-1"])
    func `a stored run resumes to its end`(schema: Int, run: String) throws {
        try restore(schema)
        let resumed = try call("resume", run, "--data", data, "--quiet", "--threads", "1")
        #expect(resumed.status == 0, "\(resumed.complaint)")
        #expect(try state(of: run) == "completed")
        let epochs = try #require(call("show", run, "--json").object()["epochs_finished"] as? [Any])
        #expect(epochs.count == 40)
    }

    @Test(arguments: schemas, ["best", "last", "epoch:2"])
    func `a stored run can be forked`(schema: Int, place: String) throws {
        try restore(schema)
        let fork = try call(
            "fork", "small-1", "--at", place, "--set", "training.epochs=4", "--data", data, "--quiet", "--threads", "1")
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(try state(of: "small-3") == "completed")
    }

    /// Sums may have another order in another version or on another processor, so only the result is checked.
    @Test(arguments: schemas) func `a stored run can be verified`(schema: Int) throws {
        try restore(schema)
        let verdict = try call("verify", "small-1", "--data", data)
        #expect([0, 1].contains(verdict.status), "\(verdict.complaint)")
        #expect((verdict.output + verdict.complaint).contains("small-1"))
    }

    @Test(arguments: schemas, ["csv", "json", "jsonl", "tensorboard", "onnx", "safetensors"])
    func `a stored run can be exported`(schema: Int, format: String) throws {
        try restore(schema)
        let export = try call("export", "small-1", "--format", format, "--out", sandbox.file("exported"))
        #expect(export.status == 0, "\(export.complaint)")
        #expect(FileManager.default.fileExists(atPath: sandbox.file("exported")))
    }

    @Test(arguments: schemas) func `a stored run can be compared and replayed`(schema: Int) throws {
        try restore(schema)
        let comparison = try call("compare", "small-1", "small-2")
        #expect(comparison.status == 0, "\(comparison.complaint)")
        #expect(comparison.output.contains("0.001"))
        let replay = try call("replay", "small-1", "--no-tui")
        #expect(replay.status == 0, "\(replay.complaint)")
        #expect(replay.output.contains("epoch 3/3  loss 2.3"))
    }
}

extension Sandbox {
    /// Creates a store from the text files in `source`: SQL becomes a database, base64 the original file.
    fileprivate func restore(_ source: URL, in folder: String) throws {
        let files = try #require(FileManager.default.enumerator(atPath: source.path))
        for case let name as String in files where name.hasPrefix("runs/") {
            let file = source.appending(path: name)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            let content = try Data(contentsOf: file)
            if name.hasSuffix(".base64") {
                let decoded = try #require(Data(base64Encoded: content, options: .ignoreUnknownCharacters))
                try write(Array(decoded), to: "\(folder)/\(name.dropLast(".base64".count))")
            } else {
                try write(Array(content), to: "\(folder)/\(name)")
            }
        }
        let sql = try String(contentsOf: source.appending(path: "runs.sql"), encoding: .utf8)
        try DatabaseQueue(path: file("\(folder)/runs.sqlite")).writeWithoutTransaction { try $0.execute(sql: sql) }
    }
}
