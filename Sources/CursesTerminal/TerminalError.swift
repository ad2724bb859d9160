internal import Glibc

/// Why a terminal cannot be used.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is not a terminal.
    case noTerminal
    /// The terminal's name (`TERM`) is unknown.
    case unknownTerminal(String)
    /// The terminal cannot position text.
    case incapableTerminal(String)
    /// It has too many cells.
    case tooLarge(columns: Int, rows: Int)
    /// The system refused an operation, with its error number.
    case refused(String, Int32)

    package var description: String {
        switch self {
        case .noTerminal: "standard input and output must be a terminal"
        case .unknownTerminal(let name):
            "the terminal '\(name)' (TERM) is unknown; set TERM=xterm-256color"
        case .incapableTerminal(let name): "the terminal '\(name)' (TERM) cannot position text"
        case .tooLarge(let columns, let rows):
            "a terminal of \(columns) × \(rows) cells is too large; make it smaller"
        case .refused(let what, let number): "cannot \(what): \(String(cString: strerror(number)))"
        }
    }
}
