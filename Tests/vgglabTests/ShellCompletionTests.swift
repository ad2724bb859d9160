// Tab completion in real shells at a pseudo-terminal: a run's name stays text, whatever it contains; settings and columns.

import Foundation
import Testing

private func isInstalled(_ shell: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)")
}

@Suite(.serialized, .enabled(if: hasTmux, "there is no tmux here")) struct ShellCompletionTests {
    private let shelf: Shelf

    /// Names that a shell might evaluate; if one is evaluated, a file `p` is created.
    private static let hostile = [
        "x$(touch p)", #"x$(touch p)`touch p`"$HOME"';touch p;' a:b\{c,d}&|<>!~*?[e]#"#, #"x';touch p;$(touch p)"#,
        "x'\u{301};touch p;`touch p`",
    ]
    private static let plain = "x 図 1.5"

    init() throws {
        shelf = try Shelf()
        let tiny = try String(contentsOfFile: shelf.sandbox.tiny, encoding: .utf8)
        for name in Self.hostile + [Self.plain] {
            let quoted = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
            try shelf.sandbox.write("name: \(quoted)\n\(tiny)", to: "name.yaml")
            let ending = try shelf.train(sandboxFile: "name.yaml", "--set", "training.epochs=1")
            #expect(ending.status == 0, "\(ending)")
        }
    }

    /// Completes the only completable run name in a shell, and shows the run; then completes a setting and a column.
    private func complete(in shell: String, sourcing lines: String...) throws {
        let path = "\(URL(filePath: try Program.path()).deletingLastPathComponent().path):/usr/bin:/bin"
        let window = try TerminalWindow(columns: 200, rows: 40, environment: ["HOME": shelf.sandbox.path])
        // Not in the environment: tmux has its own PATH for its commands.
        let start = ["cd", "PATH='\(path)'", "exec \(shell)"]
        for line in start + lines + ["clear", "printf 'rea%s\\n' dy"] {
            try window.type(line)
            try window.press("Enter")
        }
        try window.wait(for: "ready")
        try window.type("vgglab show --runs runs x")
        try window.press("Tab")
        try window.wait(for: "1.5-1")
        try window.press("Enter")
        try window.wait(for: "\(Self.plain)-1: completed, 1 of 1")
        #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.sandbox.path).contains("p") == false)
        try window.type("vgglab shapes --set training.prec")
        try window.press("Tab")
        try window.wait(for: "training.precision")
        try window.type("b")
        try window.press("Tab")
        try window.wait(for: "=bfloat16")
        try window.press("C-u")
        try window.type("vgglab list --columns run,network.ra")
        try window.press("Tab")
        try window.wait(for: "run,network.ratio")
    }

    @Test func `bash`() throws {
        try complete(in: "bash --norc --noprofile", sourcing: "eval \"$(vgglab --generate-completion-script bash)\"")
    }

    @Test(.enabled(if: isInstalled("zsh"), "there is no zsh here")) func `zsh`() throws {
        try complete(
            in: "zsh -f", sourcing: "autoload -U compinit && compinit -D -u",
            "eval \"$(vgglab --generate-completion-script zsh)\"")
    }

    @Test(.enabled(if: isInstalled("fish"), "there is no fish here")) func `fish`() throws {
        try complete(in: "fish --no-config", sourcing: "vgglab --generate-completion-script fish | source")
    }
}
