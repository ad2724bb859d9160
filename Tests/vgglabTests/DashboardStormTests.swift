// Random keys, mouse events and window sizes while runs are training: the dashboard survives, and its screen is correct
// afterwards.

import Foundation
import Testing

@Suite(.enabled(if: hasData && hasTmux), .timeLimit(.minutes(10))) struct DashboardStormTests {
    @Test func `20,000 keys and mouse events and 1,000 sizes leave a correct screen`() throws {
        let sandbox = try Sandbox()
        for (seed, name) in ["one", "two"].enumerated() {
            try sandbox.write(
                Sandbox.tiny.replacing("epochs: 2", with: "epochs: 100000\n  seed: \(seed)"), to: "lab/\(name).yaml")
        }
        let window = try TerminalWindow(
            columns: 120, rows: 36,
            environment: [
                "XDG_STATE_HOME": sandbox.file("state"), "XDG_CONFIG_HOME": sandbox.file("config"),
                "TERM": "screen-256color",
            ])
        let call = "exec \(try Program.path()) --jobs 2 --threads 2 lab 2> complaint"
        try window.type("cd \(sandbox.path); clear; bash -c '\(call)'")
        try window.press("Enter")
        try window.wait(for: "one") { $0.contains("one") && $0.contains("two") && $0.contains("Overview") }
        try window.press("Home", "Enter")
        try window.wait(for: "1 running")
        try window.press("End", "Enter")
        try window.wait(for: "2 running")

        var random = Lehmer(state: 20_261)
        for round in 0..<1000 {
            try window.send((0..<20).flatMap { _ in Self.event(&random) })
            try window.resize(columns: 1 + Int(random.next() % 500), rows: 1 + Int(random.next() % 200))
            if round.isMultiple(of: 100) { _ = try window.screen }
        }
        // Leaves whatever was opened, goes back to the list, and stops everything.
        try window.resize(columns: 120, rows: 36)
        // On a busy machine, input may be pending, and an Esc may be read as one key together with what follows.
        func isBack(_ screen: String) -> Bool {
            screen.contains("1 Overview") && screen.matches(of: #/│  . (one|two)-1 /#).count == 2
        }
        var roundsBack = 0
        for round in 0..<100 where round < 8 || roundsBack < 3 {
            try window.pressEscape()
            // A form with edits asks first.
            try window.press("y", "1")
            roundsBack = isBack(try window.screen) ? roundsBack + 1 : 0
        }
        try window.press("1")
        try window.wait(for: "the dashboard") { $0.contains("1 Overview") && $0.contains("q quit") }
        try window.press("q")
        try window.wait(for: "Quit?")
        try window.pressEscape()
        try window.wait(for: "no question") { !$0.contains("Quit?") }
        // With both runs stopped, the screen only changes in the header's load and the last line's notices.
        try window.press("0", "a", "s")
        func still(_ screen: String) -> [Substring] { screen.split(separator: "\n").dropFirst().dropLast() }
        var calm: [Substring] = []
        try window.wait(for: "2 stopped runs") { screen in
            defer { calm = still(screen) }
            let stopped = screen.matches(of: #/(one|two)-1 +stopped/#).count
            return stopped == 2 && !screen.contains("running") && calm == still(screen)
        }
        try window.wipe()
        try window.wait(for: "an empty screen") { !$0.contains("stopped") }
        try window.press("C-l")
        try window.wait(for: "the same screen, drawn anew") { still($0) == calm }
        try window.press("q")
        try window.wait(for: "the shell") { !$0.contains("Overview") }
        #expect(try String(contentsOfFile: sandbox.file("complaint"), encoding: .utf8) == "")
    }

    /// A key, a mouse event or half of one; none that ends the program or trains something else.
    private static func event(_ random: inout Lehmer) -> [UInt8] {
        let harmless = Array("123450abcfghijklmnovwxyzCJKGN/?[]+-=<>,. \t".utf8)
        switch random.next() % 10 {
        case 0:
            let (button, x, y) = (random.next() % 70, random.next() % 520, random.next() % 220)
            return Array("\u{1B}[<\(button);\(x);\(y)\(random.next().isMultiple(of: 2) ? "M" : "m")".utf8)
        case 1:
            return Array(
                ["\u{1B}[A", "\u{1B}[B", "\u{1B}[C", "\u{1B}[D", "\u{1B}[5~", "\u{1B}[6~"][Int(random.next() % 6)].utf8)
        case 2: return [0x1B]
        case 3: return [0x1B, 0x5B] + (random.next().isMultiple(of: 2) ? [UInt8(random.next() % 96 + 32)] : [])
        default: return [harmless[Int(random.next() % UInt64(harmless.count))]]
        }
    }

    /// Random numbers that are the same everywhere.
    ///
    /// **Source**: Steele & Vigna, *Computationally easy, spectrally good multipliers*, 2021.
    private struct Lehmer {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 0xd134_2543_de82_ef95 &+ 1
            return state >> 33
        }
    }
}
