// The user's terminal, through ncurses. It only shows cells and reads input, independent of their meaning.

internal import CNcurses
internal import CTerminalSignals
internal import Glibc
package import Screen

/// The terminal on standard input and output, controlled from `init` to `close`.
///
/// Meanwhile, other output to standard output or error arrives as `Input.message`, and whatever ends the program
/// (signals, traps, `exit`) restores the terminal first. There can be only one instance at a time.
package final class CursesTerminal: Terminal {
    /// The size as of the last input.
    package private(set) var size: Size
    /// Unicode if the locale supports it, otherwise ASCII.
    package let glyphs: GlyphSet
    /// The available colours; none if the user refuses them.
    package let colors: ColorDepth
    /// The colour palette; a new one is used from the next frame on.
    package var palette: Palette {
        didSet {
            guard palette != oldValue else { return }
            looks = Colors(palette, depth: colors)
            shown = nil
        }
    }
    /// Called to stop the program, so that its owner can choose the moment.
    package var suspending: (_ stop: () -> Void) -> Void = { $0() }
    /// Ends a wait of `next` from any thread, even after `close`.
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

    /// Takes control of the terminal.
    ///
    /// - Throws: `TerminalError` if there is none, or if it cannot show a screen; nothing has changed then.
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

    /// Restores the terminal. Has no effect the second time.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        session.leave()
        session.end()
        terminal_signals_end()
        captured.end()
    }

    // MARK: Drawing

    /// Shows a frame by sending the cells that differ from the last one.
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

    /// Returns the next input, waiting at most this long; `nil` waits forever.
    ///
    /// - Returns: `nil` on timeout, or if the terminal has been closed.
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

    /// Waits for any event and handles it; returns `false` on timeout.
    private func poll(for duration: Duration?) -> Bool {
        var files = [isGone ? -1 : STDIN_FILENO, signalFile.file, wakeFile.file, captured.source].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        // Rounded up: a shorter wait would poll repeatedly.
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
            // The program was stopped without notice, and the shell may have changed the terminal since.
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

    /// Redraws every cell with the next frame.
    package func redraw() {
        shown = nil
        session.clear()
    }

    /// Gives the terminal to the shell, and returns when the program is in the foreground again.
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
