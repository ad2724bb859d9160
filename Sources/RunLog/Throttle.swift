// Lets something through at most once in an interval. Time is handed in.

/// A gate that opens once in `interval` seconds.
struct Throttle: Sendable {
    /// Seconds between two that are let through; 0 lets all through.
    let interval: Double
    private var last: Double?

    /// - Parameters:
    ///   - interval: seconds between two that are let through.
    ///   - start: when the first interval began; `nil` lets the first through at once.
    init(interval: Double, start: Double? = nil) {
        self.interval = interval
        self.last = start
    }

    /// Whether `seconds` is late enough. A clock that went back counts as late enough.
    func isOpen(at seconds: Double) -> Bool {
        guard let last else { return true }
        return !(0..<interval).contains(seconds - last)
    }

    /// The next interval begins at `seconds`.
    mutating func restart(at seconds: Double) {
        last = seconds
    }
}
