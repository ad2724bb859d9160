// The dashboard in a real pseudo-terminal, from the first key to the shell's next line.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: hasData && hasTmux), .timeLimit(.minutes(10))) struct DashboardPlayTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        // Runs that continue until they are stopped.
        for (name, rate) in [("slow", "0.01"), ("fast", "0.1")] {
            try sandbox.write(
                Sandbox.tiny.replacing("epochs: 2", with: "epochs: 100000\n  lr: \(rate)"), to: "lab/\(name).yaml")
        }
    }

    private func window(columns: Int = 120, rows: Int = 36) throws -> TerminalWindow {
        try TerminalWindow(
            columns: columns, rows: rows,
            environment: [
                "XDG_STATE_HOME": sandbox.file("state"), "XDG_CONFIG_HOME": sandbox.file("config"),
                "TERM": "screen-256color",
            ])
    }

    /// Starts the dashboard after recording the terminal's settings, which must be restored at the end.
    private func start(_ options: String = "", in window: TerminalWindow) throws {
        let call = "echo $$ > pid; exec \(try Program.path()) \(options) lab"
        try window.type("cd \(sandbox.path); stty -g > before; clear; bash -c '\(call)'")
        try window.press("Enter")
        try window.wait(for: "Experiments and runs")
        try window.wait(for: "slow")
    }

    private func expectEnd(of window: TerminalWindow, status: Int) throws {
        try window.wait(for: "the shell") { !$0.contains("Experiments and runs") }
        // Typed text may be echoed twice, so it does not contain the words to wait for.
        try window.type("echo status $?; stty -g > after; echo set''tled")
        try window.press("Enter")
        try window.wait(for: "status \(status)")
        try window.wait(for: "settled")
        let settings = try ["before", "after"].map { try String(contentsOfFile: sandbox.file($0), encoding: .utf8) }
        #expect(settings[0] == settings[1])
    }

    private func states() throws -> [String: String] {
        let runs = try JSONSerialization.jsonObject(
            with: Data(try Program.run("list", "--json", "--runs", sandbox.file("state/vgglab")).output.utf8))
        return (runs as? [[String: Any]] ?? []).reduce(into: [:]) { states, run in
            if let name = run["name"] as? String { states[name] = run["state"] as? String }
        }
    }

    @Test func `two runs are started, compared, varied, stopped and left`() throws {
        let window = try window()
        try start("--jobs 2", in: window)
        // The list is in natural order: fast, slow.
        try window.press("Home", "Enter")
        try window.wait(for: "fast-1")
        try window.press("End", "Enter")
        try window.wait(for: "slow-1")
        try window.wait(for: "2 running")

        // Marks both runs, which are first, and compares them.
        try window.press("Home", "Space", "Space", "c")
        try window.wait(for: "both runs side by side") { screen in
            ["training.lr", "0.1", "0.01", "fast-1", "slow-1"].allSatisfy(screen.contains)
        }
        try window.press("1")

        // A variant of the first one, with another seed, saved and launched; without room it is queued.
        try window.wait(for: "Experiments and runs")
        try window.press("Home", "n")
        try window.wait(for: "New from fast")
        try window.press("C-o")
        try window.wait(for: "queued")
        #expect(FileManager.default.fileExists(atPath: sandbox.file("lab/fast-2.yaml")))

        try window.press("Escape")
        try window.press("Home", "s")
        try window.wait(for: "stopped")
        try window.press("q")
        try window.wait(for: "Quit?")
        try window.press("Escape")
        try window.wait(for: "no question") { !$0.contains("Quit?") }
        try window.press("q")
        try window.wait(for: "Quit?")
        try window.press("s")
        try expectEnd(of: window, status: 0)
        let states = try states()
        #expect(states["fast-1"] == "stopped" && states["slow-1"] == "stopped", "\(states)")
        #expect(!states.values.contains("running") && !states.values.contains("interrupted"))
    }

    @Test func `an error in saving at the end is printed after the screen is gone`() throws {
        let window = try window()
        try start(in: window)
        try window.press("Home", "Enter")
        try window.wait(for: "1 running")
        try window.wait(for: "images/s")
        // A file is in the way of checkpoints, however soon the run creates their folder again.
        let path = sandbox.file("state/vgglab/runs/fast-1/checkpoints")
        var isBlocked = false
        for number in 0..<1000 where !isBlocked {
            rename(path, "\(path)-\(number)")
            isBlocked = (try? Data().write(to: URL(filePath: path), options: .withoutOverwriting)) != nil
        }
        try #require(isBlocked)
        try window.press("q")
        try window.wait(for: "Quit?")
        try window.press("s")
        try window.wait(for: "warning: fast-1: no final checkpoint: ")
        try expectEnd(of: window, status: 0)
    }

    @Test func `a file with overrides is opened as that variant, and writes event files`() throws {
        let window = try window()
        let call =
            "\(try Program.path()) lab/fast.yaml --set training.epochs=1 --set training.lr=0.03 --tensorboard logs"
        try window.type("cd \(sandbox.path); clear; \(call)")
        try window.press("Enter")
        // The shell's line has the rate, too.
        try window.wait(for: "Experiments and runs")
        try window.wait(for: "0.03")
        try window.press("Enter")
        try window.wait(for: "fast-1")
        try window.wait(for: "completed")
        try window.press("q")
        try window.wait(for: "the shell") { !$0.contains("Experiments and runs") }
        let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.file("logs/fast-1"))
        #expect(files.count == 1 && files[0].hasPrefix("events.out.tfevents."))
        let list = try Program.run(
            "list", "--columns", "run,state,training.lr", "--csv", "--runs", sandbox.file("state/vgglab"))
        #expect(list.output == "run,state,training.lr\r\nfast-1,completed,0.03\r\n")
    }

    @Test(arguments: [
        (["lab", "--set", "training.lr=1"], "--set needs an experiment file, such as lab/quickstart.yaml"),
        (
            ["lab/fast.yaml", "--set", "training.lr=-1"],
            "--set training.lr=-1: training.lr must be greater than 0 (got -1)"
        ),
    ])
    func `invalid overrides are refused before the screen`(arguments: [String], sentence: String) throws {
        let window = try window()
        try window.type("cd \(sandbox.path); clear; \(try Program.path()) \(arguments.joined(separator: " "))")
        try window.press("Enter")
        try window.wait(for: sentence)
    }

    @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int)])
    func `a signal ends it with runs saved and the terminal restored`(signal: Int32, status: Int) throws {
        let window = try window()
        try start(in: window)
        try window.press("Home", "Enter")
        try window.wait(for: "1 running")
        try window.wait(for: "images/s")
        let pid = try String(contentsOfFile: sandbox.file("pid"), encoding: .utf8).trimmingCharacters(in: .newlines)
        kill(try #require(pid_t(pid)), signal)
        try expectEnd(of: window, status: status)
        #expect(try states()["fast-1"] == "stopped")
    }
}
