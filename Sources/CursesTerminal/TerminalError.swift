// Why a terminal cannot be used.

internal import Glibc

/// Why a terminal cannot be used.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is none.
    case noTerminal
    /// Nothing is known of a terminal of this name (`TERM`).
    case unknownTerminal(String)
    /// A terminal of this name cannot put text at a place.
    case incapableTerminal(String)
    /// It has more cells than can be drawn.
    case tooLarge(columns: Int, rows: Int)
    /// The system refused; with what, and its error number.
    case refused(String, Int32)

    package var description: String {
        switch self {
        case .noTerminal: "standard input and output must be a terminal"
        case .unknownTerminal(let name):
            "nothing is known of a terminal named '\(name)' (TERM); set TERM=xterm-256color"
        case .incapableTerminal(let name): "a terminal named '\(name)' (TERM) cannot put text at a place"
        case .tooLarge(let columns, let rows):
            "a terminal of \(columns) × \(rows) cells is too large to draw on; make it smaller"
        case .refused(let what, let number): "cannot \(what): \(String(cString: strerror(number)))"
        }
    }
}
