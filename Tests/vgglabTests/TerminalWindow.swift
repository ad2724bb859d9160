// A terminal window for tests: tmux, with its own server, runs the program in a real pseudo-terminal and returns the
// text on its screen.

import Foundation
import Testing

/// Whether tmux is installed.
let hasTmux = ["/usr/bin/tmux", "/usr/local/bin/tmux"].contains(where: FileManager.default.isExecutableFile)

/// A shell in a terminal window of some size.
final class TerminalWindow {
    private let folder: URL
    private var server: pid_t?

    /// - Parameter environment: variables for the shell.
    init(columns: Int, rows: Int, environment: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vgglab-tmux-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let variables = environment.merging(["LC_ALL": "C.UTF-8"]) { given, _ in given }
        try tmux(
            ["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
                + variables.flatMap { ["-e", "\($0.key)=\($0.value)"] } + ["bash --norc --noprofile"])
        try tmux(["set-option", "-g", "escape-time", "0"])
        try tmux(["set-option", "-g", "status", "off"])
        try tmux(["set-option", "-g", "window-size", "manual"])
        try resize(columns: columns, rows: rows)
        server = pid_t(try tmux(["display-message", "-p", "#{pid}"]).trimmingCharacters(in: .newlines))
    }

    // This closes the terminal, which ends the program in it.
    deinit {
        if let server { kill(server, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// The screen as text, one line per row, without trailing spaces.
    var screen: String {
        get throws { try tmux(["capture-pane", "-p"]) }
    }

    /// Presses keys by tmux's names, such as `Enter`, `C-l` or `x`.
    func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

    /// Presses Esc, and waits long enough that it is not read as the start of another key.
    func pressEscape() throws {
        try press("Escape")
        usleep(500_000)
    }

    func type(_ text: String) throws { try tmux(["send-keys", "-l", text]) }

    /// Sends raw bytes of a keyboard or a mouse.
    func send(_ bytes: some Sequence<UInt8>) throws {
        try tmux(["send-keys", "-H"] + bytes.map { String($0, radix: 16) })
    }

    func resize(columns: Int, rows: Int) throws {
        try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Clears the terminal, like another program that draws over the screen.
    func wipe() throws { try tmux(["send-keys", "-R"]) }

    /// Waits until the screen satisfies a condition.
    @discardableResult
    func wait(
        for what: String, seconds: Double = 60, _ isThere: (String) -> Bool
    ) throws -> String {
        let end = Date().addingTimeInterval(seconds)
        var last = ""
        repeat {
            last = try screen
            if isThere(last) { return last }
            usleep(20_000)
        } while Date() < end
        throw Absent(description: "\(what) did not come; on the screen is\n\(last)")
    }

    /// Waits until a text is on the screen.
    @discardableResult
    func wait(for text: String) throws -> String {
        try wait(for: "'\(text)'") { $0.contains(text) }
    }

    private struct Absent: Error, CustomStringConvertible {
        let description: String
    }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        let process = Process()
        // For the same reason it inherits no other open file; Foundation waits until they are closed.
        let alone = #"for f in /proc/$$/fd/*; do f=${f##*/}; [ "$f" -gt 2 ] && eval "exec $f>&-"; done; exec tmux "$@""#
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", alone, "tmux", "-S", folder.appending(path: "socket").path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        process.environment?["TMUX"] = nil
        // Not a pipe, which tmux's server would keep open as long as it runs.
        let output = folder.appending(path: "output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}
