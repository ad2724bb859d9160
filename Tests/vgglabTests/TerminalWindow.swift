// A terminal that a test sits at: tmux, with a server of its own, runs the program in a real pseudo-terminal and says
// what stands on its screen.

import Foundation
import Testing

/// Whether there is a tmux.
let hasTmux = ["/usr/bin/tmux", "/usr/local/bin/tmux"].contains(where: FileManager.default.isExecutableFile)

/// A shell in a terminal window of some size.
final class TerminalWindow {
    private let folder: URL
    private var server: pid_t?

    /// - Parameter environment: variables for what runs in it.
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

    // The terminal is gone then, which tells the program in it to end.
    deinit {
        if let server { kill(server, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// The screen as text, a line a row, without spaces at the ends.
    var screen: String {
        get throws { try tmux(["capture-pane", "-p"]) }
    }

    /// Presses keys by tmux's names, such as `Enter`, `C-l` or `x`.
    func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

    /// Presses Esc, and lets so much time pass that it is not taken for the beginning of another key.
    func pressEscape() throws {
        try press("Escape")
        usleep(500_000)
    }

    /// Types a text.
    func type(_ text: String) throws { try tmux(["send-keys", "-l", text]) }

    /// Sends bytes as a keyboard or a mouse would.
    func send(_ bytes: some Sequence<UInt8>) throws {
        try tmux(["send-keys", "-H"] + bytes.map { String($0, radix: 16) })
    }

    func resize(columns: Int, rows: Int) throws {
        try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Makes the terminal forget what stands on it, as a program that draws over another's screen would.
    func wipe() throws { try tmux(["send-keys", "-R"]) }

    /// Waits until the screen is as wanted.
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

    /// Waits until a text stands on the screen.
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
        // For the same reason it gets nothing else of what is open here; Foundation waits until that is closed.
        let alone = #"for f in /proc/$$/fd/*; do f=${f##*/}; [ "$f" -gt 2 ] && eval "exec $f>&-"; done; exec tmux "$@""#
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", alone, "tmux", "-S", folder.appending(path: "socket").path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        process.environment?["TMUX"] = nil
        // Not a pipe: tmux's server would hold it open for as long as it runs.
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
