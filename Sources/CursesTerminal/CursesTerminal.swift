// The terminal that a user sits at, through ncurses. It only shows cells and reads input; what they mean is the
// business of others.

internal import CNcurses
internal import CTerminalSignals
internal import Glibc
package import Screen

/// The terminal on standard input and output, held from `init` to `close`.
///
/// While it is held, whatever else goes to standard output or error comes back as `Input.message`, and whatever ends
/// the program (signals, traps, `exit`) gives the terminal back first. There can be only one at a time.
package final class CursesTerminal: Terminal {
    /// Its size, as of the last input.
    package private(set) var size: Size
    /// Unicode's where the locale has them, or ASCII.
    package let glyphs: GlyphSet
    /// How many colours it has, or none where they are refused.
    package let colors: ColorDepth
    /// Its set of colours; another one shows with the next frame.
    package var palette: Palette {
        didSet {
            guard palette != oldValue else { return }
            looks = Colors(palette, depth: colors)
            shown = nil
        }
    }
    /// Around what stops the program, for those who want it stopped at a moment of their own.
    package var suspending: (_ stop: () -> Void) -> Void = { $0() }
    /// Ends a wait of `next` from any thread, also after `close`.
    package let waker: Waker

    private let session: CursesSession
    private let wakeFile: EventFile
    private let signalFile: EventFile
    private var captured: CapturedOutput
    private var parser: InputParser
    private var looks: Colors
    private var shown: CellBuffer?
    private var inputs: ArraySlice<Input> = []
    private var isGone = false
    private var isOpen = true

    /// Takes the terminal over.
    ///
    /// - Throws: `TerminalError` if there is none, or none that can show a screen; nothing has changed then.
    package init(_ options: TerminalOptions = TerminalOptions()) throws {
        wakeFile = try EventFile()
        signalFile = try EventFile()
        session = try CursesSession()
        size = session.size
        glyphs = options.isASCII ? .ascii : .unicode
        colors = options.allowsColor ? session.startColors() : .monochrome
        palette = options.palette
        looks = Colors(options.palette, depth: colors)
        parser = InputParser(sequences: session.keySequences)
        waker = Waker { [wakeFile] in wakeFile.signal() }
        do {
            captured = try CapturedOutput()
        } catch {
            session.end()
            throw error
        }
        session.enter()
        let error = session.holdSignals(captured, wake: signalFile.file)
        if error != 0 {
            close()
            throw TerminalError.refused("take over signals", error)
        }
    }

    deinit { close() }

    /// Gives the terminal back. Does nothing the second time.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        session.leave()
        session.end()
        terminal_signals_end()
        captured.end()
    }

    // MARK: Drawing

    /// Shows a frame: sends the cells that differ from the last one's.
    package func draw(_ frame: CellBuffer, cursor: Point?) {
        guard isOpen, !isGone else { return }
        if shown?.size != frame.size {
            shown = nil
            session.clear()
        }
        frame.forEachChange(from: shown) { point, cell in
            guard point.x < size.columns, point.y < size.rows, !cell.isContinuation else { return }
            let isWide = frame[point.x + 1, point.y].isContinuation
            let fits = !isWide || point.x + 1 < size.columns
            session.put(cell.character, columns: isWide ? 2 : 1, isBlank: !fits, looks.look(of: cell.style), at: point)
        }
        shown = frame
        session.show(cursor: cursor.flatMap { Rect(size).contains($0) ? $0 : nil })
    }

    // MARK: Input

    /// The next input, waiting at most this long for one; `nil` waits for ever.
    ///
    /// - Returns: `nil` if there was none in time, or the terminal has been given back.
    package func next(timeout: Duration?) -> Input? {
        guard isOpen else { return nil }
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now.advanced(by: $0) }
        while true {
            if let input = inputs.popFirst() { return input }
            var wait = deadline.map { max(clock.now.duration(to: $0), .zero) }
            let patience = parser.patience
            if let patience { wait = min(wait ?? patience, patience) }
            let found = poll(for: wait)
            if !found, patience != nil, wait == patience {
                inputs += parser.expire()
            } else if !found, inputs.isEmpty, let deadline, clock.now >= deadline {
                return nil
            }
        }
    }

    /// Waits for anything to come, and takes it. `false` if nothing did.
    private func poll(for duration: Duration?) -> Bool {
        var files = [isGone ? -1 : STDIN_FILENO, signalFile.file, wakeFile.file, captured.source].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        // Rounded up: to wait too short would mean to ask over and over.
        let milliseconds = duration.map { (duration: Duration) in
            let (seconds, attoseconds) = duration.components
            return Int32(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
                + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        }
        guard Glibc.poll(&files, nfds_t(files.count), milliseconds ?? -1) > 0 else { return false }
        if files[1].revents != 0, signalFile.take() { takeSignals() }
        if files[0].revents != 0 { readKeys() }
        if files[2].revents != 0, wakeFile.take() { inputs.append(.woken) }
        if files[3].revents != 0 { inputs += captured.lines().map(Input.message) }
        return true
    }

    private func readKeys() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count > 0 {
            let now = ContinuousClock().now - Self.start
            inputs += parser.take(bytes[..<count], at: now / .seconds(1))
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            isGone = true
            inputs.append(.hangUp)
        }
    }

    private static let start = ContinuousClock().now

    // MARK: Signals

    private func takeSignals() {
        let pending = terminal_signals_take()
        func came(_ number: Int32) -> Bool { pending & 1 << UInt64(number) != 0 }
        if came(SIGTSTP) {
            suspend()
        } else if came(SIGCONT) {
            // It was stopped in a way that nobody is told of, and the shell may have changed the terminal since.
            session.leave()
            resume()
        }
        if came(SIGWINCH), session.size != size {
            size = session.resize()
            shown = nil
            inputs.append(.resized(size))
        }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU] where came(number) {
            inputs.append(.signal(number))
        }
    }

    /// Draws every cell again with the next frame, whatever has torn the screen.
    package func redraw() {
        shown = nil
        session.clear()
    }

    /// Hands the terminal to the shell, and returns when the program is in the foreground again.
    package func suspend() {
        session.leave()
        suspending { terminal_signals_suspend() }
        resume()
    }

    private func resume() {
        session.enter()
        size = session.resize()
        shown = nil
        inputs.append(.resumed)
    }
}
