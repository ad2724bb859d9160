// SIGINT, SIGTERM, SIGHUP and SIGXCPU (the CPU time limit) request runs to stop; another signal more than a second
// later, or SIGQUIT, ends the program at once.

import Glibc
import RunStore
import Synchronization
import Training

enum Signals {
    /// The request that all runs check.
    static let stop = StopRequest()
    private static let received = Atomic<Int32>(0)
    /// Nanoseconds of the monotonic clock at the time of the request.
    private static let requestTime = Atomic<UInt64>(0)
    /// Signals within this many seconds are one request: `timeout`, `make` and shells send them to a process and to its
    /// group.
    static let spanSeconds = 1.0

    /// The signal that requested the stop, if any.
    static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Installs the handlers, except for signals that the parent process ignores (`nohup`, a script's `&`).
    static func install() {
        _ = (stop, signal, requestTime.load(ordering: .relaxed))  // initialized before a handler can use them
        var asked = sigset_t()
        sigemptyset(&asked)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGXCPU] {
            var before = sigaction()
            sigaction(number, nil, &before)
            if isIgnored(before) { continue }
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in Signals.handle(number) }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
            sigaddset(&asked, number)
        }
        var suspending = sigaction()
        sigaction(SIGTSTP, nil, &suspending)
        if !isIgnored(suspending) {
            Suspension.prepare()
            suspending.__sigaction_handler.sa_handler = { number in Suspension.handle(number) }
            suspending.sa_flags = SA_RESTART
            sigaction(SIGTSTP, &suspending, nil)
            sigaddset(&asked, SIGTSTP)
        }
        // With backtraces enabled, Swift's own handler would print one and let the program continue.
        var quit = sigaction()
        sigaction(SIGQUIT, nil, &quit)
        if !isIgnored(quit) { Glibc.signal(SIGQUIT, SIG_DFL) }
        // The parent process may have blocked them; they would never arrive.
        pthread_sigmask(SIG_UNBLOCK, &asked, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Async-signal-safe: only atomics, `clock_gettime`, `write`, `_exit`.
    private static func handle(_ number: Int32) {
        // The CPU time limit repeats its signal every second.
        if number == SIGXCPU && received.load(ordering: .relaxed) != 0 { return }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        // Stores the time first, because a handler that interrupts this one must find it.
        let (isFirst, begin) = requestTime.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        guard isFirst else {
            if Double(now - begin) * 1e-9 >= spanSeconds { _exit(128 + number) }
            return
        }
        received.store(number, ordering: .relaxed)
        stop.request()
        let message: StaticString = "\nsaving and stopping; press Ctrl-C again to quit now\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    }
}
