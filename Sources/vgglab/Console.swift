// Standard output and standard error. A reader that closes its end of the pipe ends the output, never the program.

import Files
import Glibc
import RunLog
import Synchronization

enum Console {
    private static let isClosed = Atomic(false)
    private static let hasFailed = Atomic(false)

    /// Whether something that belongs on standard output could not be written, for another reason than a reader that
    /// wanted no more.
    static var hasLostOutput: Bool { hasFailed.load(ordering: .relaxed) }

    /// Makes a closed pipe, and a file that has reached the limit of its size, an error of `write` instead of the
    /// program's end.
    static func surviveFailedWrites() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Writes to standard output. Once that fails, nothing more is written there; the first failure other than a
    /// closed pipe is told on standard error.
    static func print(_ text: String) {
        guard !isClosed.load(ordering: .relaxed) else { return }
        if let code = write(text, to: STDOUT_FILENO) {
            isClosed.store(true, ordering: .relaxed)
            if code != EPIPE {
                hasFailed.store(true, ordering: .relaxed)
                say("standard output cannot be written: \(String(cString: strerror(code)))")
            }
        }
    }

    /// Writes a line for a user to standard error.
    static func say(_ line: String) {
        _ = write(line + "\n", to: STDERR_FILENO)
    }

    /// Writes what a log has rendered.
    static func write(_ output: LogOutput) {
        if !output.standardError.isEmpty { _ = write(output.standardError, to: STDERR_FILENO) }
        if !output.standardOutput.isEmpty { print(output.standardOutput) }
    }

    /// Columns of the terminal that standard output is; `nil` if it is none, or one that cannot rewrite a line.
    static var terminalColumns: Int? {
        guard isatty(STDOUT_FILENO) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Text that steps back on a terminal; as it is elsewhere, and where NO_COLOR asks for no styles.
    static func dim(_ text: String) -> String {
        let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        return terminalColumns == nil || isPlain ? text : "\u{1B}[2m\(text)\u{1B}[22m"
    }

    /// - Returns: the error number if not everything could be written.
    private static func write(_ text: String, to file: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: file) }
    }
}

/// Ends the program; what was written to standard output is out already.
func end(withStatus status: Int32) -> Never { exit(status == 0 && Console.hasLostOutput ? 1 : status) }
