// The built-in experiments, in a folder without its own experiments.

import Foundation
import Testing

@Suite struct ExamplesTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func call(_ arguments: String...) throws -> Ending { try Program(arguments, in: sandbox.path).end() }

    @Test func `init writes the built-in experiments and overwrites nothing`() throws {
        try sandbox.write("name: mine\n", to: "experiments/quickstart.yaml")
        let first = try call("init")
        #expect(first.status == 0, "\(first.complaint)")
        #expect(first.output.hasSuffix("; kept 1 that already existed\n"))
        #expect(
            try String(contentsOfFile: sandbox.file("experiments/quickstart.yaml"), encoding: .utf8) == "name: mine\n")
        let shapes = try call("shapes", "experiments/vgg11-ratio4.yaml", "--json")
        #expect(shapes.status == 0, "\(shapes.complaint)")
        #expect(try call("shapes", "vgg11-ratio4", "--json").output == shapes.output)
    }

    @Test func `init reports why a folder cannot be created`() throws {
        let ending = try call("init", "tiny.yaml/folder")
        #expect(ending.status == 2)
        #expect(ending.complaint == "tiny.yaml/folder/quickstart.yaml cannot be created: Not a directory\n")
    }

    @Test func `a misspelt name of a built-in experiment gives a suggestion`() throws {
        let ending = try call("--no-tui", "vgg11-ratio5")
        #expect(ending.status == 2)
        #expect(ending.complaint.contains("vgg11-ratio5: there is no such file or example; did you mean vgg11-ratio"))
    }

    @Test(.enabled(if: hasData)) func `without experiments the quick start is trained`() throws {
        let ending = try call(
            "--no-tui", "--quiet", "--set", "training.epochs=1", "--set", "data.limit_train=256", "--set",
            "data.limit_test=100", "--runs", "runs")
        #expect(ending.status == 0, "\(ending.complaint)")
        #expect(ending.output.contains("epoch 1/1"))
    }

    @Test(.enabled(if: hasTmux)) func `the dashboard lists built-in experiments beside the folder's own files`() throws
    {
        try sandbox.write("name: quickstart\n", to: "experiments/quickstart.yaml")
        let window = try TerminalWindow(
            columns: 120, rows: 36,
            environment: ["XDG_CONFIG_HOME": sandbox.file("config"), "TERM": "screen-256color"])
        try window.type("cd \(sandbox.path); clear; \(try Program.path()) --runs runs")
        try window.press("Enter")
        let rows = try window.wait(for: "vgg19-ratio4").split(separator: "\n")
        #expect(rows.contains { $0.contains("quickstart") && $0.contains("ready") })
        #expect(rows.contains { $0.contains("vgg11-ratio4 ") && $0.contains("example") })
        #expect(rows.count { $0.contains("example") } == 15)
        #expect(!rows.contains { $0.contains("broken") })
        try window.press("q")
    }
}
