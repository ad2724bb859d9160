// Standard output and standard error. A reader that closes the pipe ends the output, never the program.

import Files
import Glibc
import RunLog
import Synchronization

enum Console {
    private static let isClosed = Atomic(false)
    private static let hasFailed = Atomic(false)

    /// Whether writing to standard output failed for another reason than a closed pipe.
    static var hasLostOutput: Bool { hasFailed.load(ordering: .relaxed) }

    /// Makes writing to a closed pipe, or past the file size limit, an error of `write` instead of a fatal signal.
    static func surviveFailedWrites() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Writes to standard output. Once that fails, nothing more is written there; the first failure other than a closed
    /// pipe is reported on standard error.
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

    /// Writes a line to standard error.
    static func say(_ line: String) {
        _ = write(line + "\n", to: STDERR_FILENO)
    }

    /// Writes a log's output.
    static func write(_ output: LogOutput) {
        if !output.standardError.isEmpty { _ = write(output.standardError, to: STDERR_FILENO) }
        if !output.standardOutput.isEmpty { print(output.standardOutput) }
    }

    /// Columns of the terminal on standard output; `nil` if it is not a terminal, or one that cannot rewrite a line.
    static var terminalColumns: Int? {
        guard isatty(STDOUT_FILENO) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Returns dimmed text on a terminal; unchanged elsewhere, and if NO_COLOR is set.
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

/// Ends the program. Standard output is not buffered.
func end(withStatus status: Int32) -> Never { exit(status == 0 && Console.hasLostOutput ? 1 : status) }
