// The interface between a program and its terminal. CursesTerminal is the real implementation; tests have their own.

/// A grid of cells with a keyboard and possibly a mouse. Used by one thread.
package protocol Terminal: AnyObject {
    var size: Size { get }
    /// The characters that it supports.
    var glyphs: GlyphSet { get }
    /// The colours that it supports.
    var colors: ColorDepth { get }
    /// The colour palette; a new one is used from the next frame on.
    var palette: Palette { get set }
    /// Lets other threads end a wait.
    var waker: Waker { get }

    /// Shows a frame, with the text cursor at a point or hidden. A frame of another size than the terminal's is
    /// clipped.
    func draw(_ frame: CellBuffer, cursor: Point?) throws

    /// Returns the next input, waiting at most this long; `nil` waits forever.
    ///
    /// - Returns: `nil` on timeout.
    func next(timeout: Duration?) -> Input?
}

/// Ends a terminal's wait from any thread; the wait then returns `Input.woken`, once for several calls.
package struct Waker: Sendable {
    private let signal: @Sendable () -> Void

    /// - Parameter signal: must neither block nor fail.
    package init(_ signal: @escaping @Sendable () -> Void) { self.signal = signal }

    /// Ends the current wait, or the next one.
    package func wake() { signal() }
}
