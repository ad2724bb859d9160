// All calls of curses: its screen, the terminal's modes, and sequences that curses does not support.

internal import CNcurses
internal import CTerminalSignals
internal import Glibc
internal import Screen

/// A terminal controlled by curses.
final class CursesSession {
    private let output: UnsafeMutablePointer<FILE>
    private let input: UnsafeMutablePointer<FILE>
    private let screen: OpaquePointer
    private var modes: termios
    private let hasMouse: Bool
    private var isCursorVisible = true

    init() throws(TerminalError) {
        modes = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &modes) == 0 else {
            throw .noTerminal
        }
        var cells = winsize()
        _ = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &cells)
        let (columns, rows) = (Int(cells.ws_col), Int(cells.ws_row))
        guard max(columns, rows) <= Int16.max, columns * rows <= 4_000_000 else {
            throw .tooLarge(columns: columns, rows: rows)
        }
        let name = getenv("TERM").map { String(cString: $0) } ?? ""
        guard let output = Self.open(STDOUT_FILENO, "w") else { throw .refused("open the terminal", errno) }
        guard let input = Self.open(STDIN_FILENO, "r") else {
            fclose(output)
            throw .refused("open the terminal", errno)
        }
        // Uses the terminal's own size, not COLUMNS and LINES.
        use_env(false)
        use_tioctl(true)
        // Curses ignores Ctrl-Z while it draws, which loses the signal; if the signal does not have its default action
        // when curses starts, curses never touches it.
        let suspending = signal(SIGTSTP, SIG_IGN)
        let screen = newterm(nil, output, input)
        signal(SIGTSTP, suspending)
        guard let screen else {
            fclose(output)
            fclose(input)
            throw .unknownTerminal(name)
        }
        (self.output, self.input, self.screen) = (output, input, screen)
        hasMouse = Self.capability("kmous") != nil
        guard Self.capability("cup") != nil else {
            end()
            throw .incapableTerminal(name)
        }
        cbreak()
        noecho()
        nonl()
        typeahead(-1)  // otherwise curses would not finish frames while input is pending
        scrollok(ncurses_screen(), false)
        leaveok(ncurses_screen(), false)
        // Ctrl-S, Ctrl-Q, Ctrl-V and Ctrl-O are ordinary keys; Ctrl-C and Ctrl-Z do not discard pending output.
        var keys = termios()
        if tcgetattr(STDIN_FILENO, &keys) == 0 {
            keys.c_iflag &= ~tcflag_t(IXON | IXOFF)
            keys.c_lflag &= ~tcflag_t(IEXTEN)
            keys.c_lflag |= tcflag_t(NOFLSH)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &keys)
            def_prog_mode()
        }
        resize()
    }

    /// Opens a copy of a file, because standard output and error may be captured.
    private static func open(_ file: Int32, _ mode: String) -> UnsafeMutablePointer<FILE>? {
        let copy = fcntl(file, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return nil }
        guard let stream = fdopen(copy, mode) else {
            close(copy)
            return nil
        }
        return stream
    }

    /// Returns a string of the terminal's description, without the delays that only old terminals need.
    private static func capability(_ name: String) -> String? {
        guard let value = tigetstr(name), Int(bitPattern: value) != -1 else { return nil }
        return String(cString: value).replacing(/\$<[^>]*>/, with: "")
    }

    // MARK: Entering and leaving

    private static let mouseOn = "\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h"
    private static let mouseOff = "\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l"
    private static let pasteOn = "\u{1B}[?2004h"
    private static let pasteOff = "\u{1B}[?2004l"

    /// Sequences that enable and disable what curses does not handle. Only terminals with a mouse understand them.
    private var switches: (on: String, off: String) {
        let keys = (Self.capability("smkx") ?? "", Self.capability("rmkx") ?? "")
        return hasMouse
            ? (keys.0 + Self.mouseOn + Self.pasteOn, Self.pasteOff + Self.mouseOff + keys.1) : keys
    }

    /// Shows the screen.
    func enter() {
        reset_prog_mode()
        write(switches.on)
        clearok(ncurses_shown(), true)
        wrefresh(ncurses_screen())
        isCursorVisible = true
        hideCursor()
    }

    /// Restores the previous content of the terminal.
    func leave() {
        write(switches.off)
        curs_set(1)
        endwin()
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
        tcflush(STDIN_FILENO, TCIFLUSH)
    }

    /// Frees everything.
    func end() {
        if !isendwin() { endwin() }
        delscreen(screen)
        fclose(output)
        fclose(input)
    }

    private func write(_ text: String) {
        fflush(output)
        var text = text
        text.withUTF8 { _ = Glibc.write(fileno(output), $0.baseAddress, $0.count) }
    }

    /// Makes signal handlers restore the terminal when the program ends.
    ///
    /// - Returns: 0 or an error number.
    func holdSignals(_ captured: CapturedOutput, wake: Int32) -> Int32 {
        var sequence = switches.off
        for name in ["sgr0", "cnorm", "rmcup"] { sequence += Self.capability(name) ?? "" }
        return sequence.withCString { text in
            var restoration = terminal_restoration(
                terminal: fileno(output), modes: modes, sequence: text, length: strlen(text),
                standard_output: captured.standardOutput, standard_error: captured.standardError,
                captured: captured.source)
            return terminal_signals_begin(&restoration, wake) == 0 ? 0 : errno
        }
    }

    // MARK: Size and colours

    /// The terminal's current size.
    var size: Size {
        var size = winsize()
        guard ioctl(fileno(output), UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Adopts the terminal's current size.
    @discardableResult
    func resize() -> Size {
        let size = size
        // Not `resizeterm`, which would put a key into curses' own queue, which nobody reads.
        resize_term(Int32(size.rows), Int32(size.columns))
        return size
    }

    /// Initializes colours, as many as there are.
    func startColors() -> ColorDepth {
        guard has_colors(), start_color() == OK else { return .monochrome }
        use_default_colors()
        // Terminals with direct colours have no table of 256.
        let isDirect =
            tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || tigetstr("RGB").map { Int(bitPattern: $0) > 0 } ?? false
        return switch ncurses_colors() {
        case ..<8: .monochrome
        case 8..<16: .eight
        case 16..<256: .sixteen
        default: isDirect ? .eight : .full
        }
    }

    // MARK: Cells

    /// Forces everything to be drawn again.
    func clear() {
        werase(ncurses_screen())
        clearok(ncurses_shown(), true)
    }

    /// Writes a character into a cell, or as many spaces as it is wide.
    func put(_ character: Character, columns: Int, isBlank: Bool, _ look: Colors.Look, at point: Point) {
        var text: [wchar_t] = character.unicodeScalars.prefix(4).map { wchar_t(bitPattern: $0.value) } + [0]
        if isBlank {
            text = [0x20, 0]
        } else if let first = text.first, first >= 0x80 {
            // If the C library assumes another width, the line would shift.
            text = [first] + text[1...].filter { $0 == 0 || wcwidth($0) == 0 }
            if wcwidth(first) != columns { text = [0x3F, 0] }
        }
        _ = ncurses_put(Int32(point.y), Int32(point.x), text, look.attributes, look.pair)
        if columns == 2, text[0] == 0x3F {
            _ = ncurses_put(Int32(point.y), Int32(point.x + 1), text, look.attributes, look.pair)
        }
    }

    /// Sends changes, and shows the text cursor at a position or hides it.
    func show(cursor: Point?) {
        if let cursor {
            wmove(ncurses_screen(), Int32(cursor.y), Int32(cursor.x))
            if !isCursorVisible { curs_set(1) }
            isCursorVisible = true
        } else {
            wmove(ncurses_screen(), 0, 0)
            hideCursor()
        }
        wrefresh(ncurses_screen())
    }

    private func hideCursor() {
        if isCursorVisible { curs_set(0) }
        isCursorVisible = false
    }

    // MARK: Keys

    /// The sequences of keys in the terminal's description.
    var keySequences: [[UInt8]: Key] {
        var sequences: [[UInt8]: Key] = [:]
        let keys: [(String, Key)] = [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
            ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab),
            ("kri", .shiftUp), ("kind", .shiftDown), ("kLFT", .shiftLeft), ("kRIT", .shiftRight), ("kent", .enter),
        ]
        for (name, key) in keys + (1...12).map({ ("kf\($0)", Key.function($0)) }) {
            let bytes = Array((Self.capability(name) ?? "").utf8)
            // Only sequences that start with Esc can be distinguished from typed text.
            if bytes.count > 2, bytes[0] == 0x1B { sequences[bytes] = key }
        }
        return sequences
    }
}
