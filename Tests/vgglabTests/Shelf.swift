// A store of small runs for tests of commands.

import Foundation
import Testing

/// A store with a complete run, one with other settings, a fork, and a stopped run.
final class Shelf: Sendable {
    let sandbox: Sandbox
    let runs: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data", count: 40)
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        try sandbox.write(
            "name: other\n" + Sandbox.tinyOnMadeUp, to: "other.yaml")
    }

    /// Shared by the tests that change nothing.
    static let full = Result {
        let shelf = try Shelf()
        #expect(try shelf.train(sandboxFile: "tiny.yaml", "--set", "data.batch_size=8").status == 0)
        #expect(try shelf.train(sandboxFile: "other.yaml", "--set", "training.lr=0.1").status == 0)
        let fork = try shelf.call(
            "fork", "tiny-1", "--at", "epoch:1", "--set", "training.lr=0.001", "--data", shelf.data, "--quiet")
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(try shelf.call("tag", "tiny-1", "paper", "final").status == 0)
        #expect(try shelf.call("note", "other", "too fast").status == 0)
        return shelf
    }

    var data: String { sandbox.file("data") }

    func call(_ arguments: String...) throws -> Ending { try Program(arguments + ["--runs", runs]).end() }

    func train(sandboxFile: String, _ arguments: String...) throws -> Ending {
        try train(sandboxFile: sandboxFile, arguments)
    }

    func train(sandboxFile: String, _ arguments: [String]) throws -> Ending {
        let common = [sandbox.file(sandboxFile), "--data", data, "--quiet", "--runs", runs, "--threads", "2"]
        return try Program(common + arguments).end()
    }

    func array(_ arguments: String...) throws -> [[String: Any]] {
        let ending = try Program(arguments + ["--json", "--runs", runs]).end()
        #expect(ending.status == 0, "\(ending.complaint)")
        let value = try JSONSerialization.jsonObject(with: Data(ending.output.utf8))
        return try #require(value as? [[String: Any]])
    }

    func names(_ filter: String...) throws -> [String] {
        let ending = try Program(["list", "--json", "--runs", runs] + filter).end()
        let value = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]]
        return (value ?? []).compactMap { $0["name"] as? String }
    }
}
