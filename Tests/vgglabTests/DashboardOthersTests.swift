// The dashboard with runs that are not its own: one that another process is training, and one that is replayed.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: hasTmux), .timeLimit(.minutes(10))) struct DashboardOthersTests {
    private let sandbox: Sandbox
    private let runs: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        try sandbox.writeData(in: "data", count: 40)
        let network = Sandbox.tinyOnMadeUp
        try sandbox.write("name: short\n" + network, to: "lab/short.yaml")
        try sandbox.write("name: long\n" + network.replacing("epochs: 2", with: "epochs: 9999"), to: "lab/long.yaml")
    }

    /// A terminal in which a command of the program has been typed.
    private func window(_ command: String) throws -> TerminalWindow {
        let window = try TerminalWindow(
            columns: 120, rows: 36,
            environment: ["XDG_CONFIG_HOME": sandbox.file("config"), "TERM": "screen-256color"])
        try window.type("cd \(sandbox.path); clear; \(try Program.path()) \(command) --runs \(runs); echo status $?")
        try window.press("Enter")
        return window
    }

    /// The epoch of the run in the list.
    private func epoch(of run: String, on screen: String) -> Int? {
        let line = screen.split(separator: "\n").first { $0.contains(run) && $0.contains("/9999") }
        return line?.firstMatch(of: #/(\d+)/9999/#).flatMap { Int($0.1) }
    }

    /// What is drawn in dots: curves.
    private func curves(on screen: String) -> String {
        screen.filter { ("\u{2801}"..."\u{28FF}").contains($0) }
    }

    @Test func `a run of another process is followed while it trains, stops, and is resumed`() throws {
        let train = [sandbox.file("lab/long.yaml"), "--data", sandbox.file("data"), "--runs", runs, "--quiet"]
        let trainer = try Program(train + ["--threads", "1"])
        let window = try window("--data data lab")
        try window.wait(for: "a running run") { self.epoch(of: "long-1", on: $0) != nil && $0.contains("running") }
        try window.press("Home")
        let before = try window.wait(for: "its curves") { !self.curves(on: $0).isEmpty }
        let first = try #require(epoch(of: "long-1", on: before))
        let after = try window.wait(for: "more of it") { screen in
            (self.epoch(of: "long-1", on: screen) ?? 0) > first + 1
                && self.curves(on: screen) != self.curves(on: before)
        }
        #expect(after.contains("long-1"))

        trainer.send(SIGTERM)
        #expect(trainer.end().status == 143)
        let stopped = try window.wait(for: "its end") { $0.contains("stopped") }
        let last = try #require(epoch(of: "long-1", on: stopped))
        // Now nobody owns it, and it is resumed here.
        try window.press("r")
        try window.wait(for: "1 running")
        try window.wait(for: "later epochs") { (self.epoch(of: "long-1", on: $0) ?? 0) > last + 1 }
        try window.press("q")
        try window.wait(for: "Quit?")
        try window.press("s")
        try window.wait(for: "status 0")
        let shown = try Program.run("show", "long-1", "--runs", runs)
        #expect(shown.output.hasPrefix("long-1: stopped, "))
    }

    @Test func `an ended run is replayed in the dashboard, and nothing is trained`() throws {
        let trained = try Program.run(
            sandbox.file("lab/short.yaml"), "--data", sandbox.file("data"), "--runs", runs, "--quiet")
        try #require(trained.status == 0)
        let window = try window("replay short --seconds 1")
        try window.wait(for: "Experiments and runs")
        let end = try window.wait(for: "end of short-1")
        #expect(end.contains("completed") && end.contains("2/2"))
        try window.press("R")
        try window.wait(for: "this is a replay")
        try window.press("q")
        try window.wait(for: "status 0")

        let log = try self.window("replay short --no-tui")
        try log.wait(for: "status 0")
        #expect(try log.screen.contains("epoch 2/2 ") && log.screen.contains("examples/sec over the whole run"))
        let names = try Program.run("list", "--runs", runs).lines.dropFirst().map { $0.prefix { $0 != " " } }
        #expect(names == ["short-1"])
    }
}
