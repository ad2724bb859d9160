// Limits a rate. The caller passes the time.

/// Opens at most once per interval.
struct Throttle: Sendable {
    /// Minimum seconds between two openings; 0 is always open.
    let interval: Double
    private var last: Double?

    /// - Parameters:
    ///   - interval: minimum seconds between two openings.
    ///   - start: start of the first interval; `nil` opens at once.
    init(interval: Double, start: Double? = nil) {
        self.interval = interval
        self.last = start
    }

    /// Returns whether the interval has passed at `seconds`, or the clock has gone back.
    func isOpen(at seconds: Double) -> Bool {
        guard let last else { return true }
        return !(0..<interval).contains(seconds - last)
    }

    /// Starts the next interval at `seconds`.
    mutating func restart(at seconds: Double) {
        last = seconds
    }
}
