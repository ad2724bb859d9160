// The seam between a program and its terminal. CursesTerminal is the real one; tests bring their own.

/// A grid of cells that a user looks at, with a keyboard and perhaps a mouse. Belongs to one thread.
package protocol Terminal: AnyObject {
    /// Its size now.
    var size: Size { get }
    /// Which characters it shows.
    var glyphs: GlyphSet { get }
    /// Which colours it shows.
    var colors: ColorDepth { get }
    /// Its set of colours; another one shows with the next frame.
    var palette: Palette { get set }
    /// Lets other threads end a wait.
    var waker: Waker { get }

    /// Shows a frame, with the text cursor at a place or hidden. A frame of another size than the terminal's is shown
    /// as far as it fits.
    func draw(_ frame: CellBuffer, cursor: Point?) throws

    /// The next input, waiting at most this long for one; `nil` waits for ever.
    ///
    /// - Returns: `nil` if there was none in time.
    func next(timeout: Duration?) -> Input?
}

extension Terminal {
    /// An empty frame that fits.
    package var blankFrame: CellBuffer { CellBuffer(size: size, glyphs: glyphs, colors: colors) }
}

/// Ends a terminal's wait from any thread; the wait then returns `Input.woken`, once for many calls.
package struct Waker: Sendable {
    private let signal: @Sendable () -> Void

    /// Calls this; it must neither wait nor fail.
    package init(_ signal: @escaping @Sendable () -> Void) { self.signal = signal }

    /// Ends the wait, or the next one.
    package func wake() { signal() }
}
