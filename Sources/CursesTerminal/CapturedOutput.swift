// Captures what libraries print while the screen is up, which would garble it: redirects standard output and error to a
// pipe.

internal import Glibc

/// Standard output and error, if they are terminals, redirected to a pipe. Writers never block; what exceeds the pipe's
/// capacity is lost.
struct CapturedOutput {
    /// Copies of the captured files; -1 for one that was not captured.
    let standardOutput: Int32
    let standardError: Int32
    /// The pipe's read end.
    let source: Int32
    private var rest: [UInt8] = []

    private static let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ of Linux
    private static let capacity: Int32 = 1 << 20
    private static let longestLine = 2000

    init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .refused("make a pipe", errno) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        _ = fcntl(ends[1], Self.setPipeSize, Self.capacity)  // as large as allowed
        source = ends[0]
        fflush(nil)
        standardOutput = Self.redirect(STDOUT_FILENO, to: ends[1])
        standardError = Self.redirect(STDERR_FILENO, to: ends[1])
        close(ends[1])
    }

    private static func redirect(_ file: Int32, to target: Int32) -> Int32 {
        guard isatty(file) == 1 else { return -1 }
        let copy = fcntl(file, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0, dup2(target, file) >= 0 else { return -1 }
        return copy
    }

    /// Returns the complete lines so far, at most about a thousand.
    mutating func lines() -> [String] {
        var lines: [String] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while lines.count < 1000 {
            let count = read(source, &chunk, chunk.count)
            guard count > 0 else { break }
            for byte in chunk[..<count] {
                if byte == 0x0A || rest.count >= Self.longestLine {
                    lines.append(String(decoding: rest, as: UTF8.self))
                    rest = []
                }
                if byte != 0x0A, byte != 0x0D { rest.append(byte) }
            }
        }
        return lines
    }

    /// Restores the files and writes unread output to the terminal.
    mutating func end() {
        fflush(nil)
        if standardOutput >= 0 {
            dup2(standardOutput, STDOUT_FILENO)
            close(standardOutput)
        }
        if standardError >= 0 {
            dup2(standardError, STDERR_FILENO)
            close(standardError)
        }
        for line in lines() { Self.say(line + "\n") }
        if !rest.isEmpty { Self.say(String(decoding: rest, as: UTF8.self) + "\n") }
        close(source)
    }

    private static func say(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
