// SIGINT, SIGTERM, SIGHUP and a limit of processor time ask the runs to stop; one more after a second, or SIGQUIT, ends the
// program at once.

import Glibc
import RunStore
import Synchronization
import Training

enum Signals {
    /// What the runs look at.
    static let stop = StopRequest()
    private static let received = Atomic<Int32>(0)
    /// Nanoseconds of the monotonic clock when the stop was asked for.
    private static let requestTime = Atomic<UInt64>(0)
    /// Seconds in which signals are one request: `timeout`, `make` and shells send them to a process and to its group.
    static let spanSeconds = 1.0

    /// The signal that asked for the stop, if any.
    static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Takes over the signals, except those that the program's parent wants ignored (`nohup`, a script's `&`).
    static func install() {
        _ = (stop, signal, requestTime.load(ordering: .relaxed))  // made before a handler can ask for them
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
        // Swift's own handler, where backtraces are on, would print one and let the program continue.
        var quit = sigaction()
        sigaction(SIGQUIT, nil, &quit)
        if !isIgnored(quit) { Glibc.signal(SIGQUIT, SIG_DFL) }
        // The parent process may have had them blocked, and then none would ever arrive.
        pthread_sigmask(SIG_UNBLOCK, &asked, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Only what a handler may do: atomics, `clock_gettime`, `write`, `_exit`.
    private static func handle(_ number: Int32) {
        // A limit of processor time repeats its signal every second by itself.
        if number == SIGXCPU && received.load(ordering: .relaxed) != 0 { return }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        // The time first: a handler that interrupts this one must find it.
        let (isFirst, begin) = requestTime.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        guard isFirst else {
            if Double(now - begin) * 1e-9 >= spanSeconds { _exit(128 + number) }
            return
        }
        received.store(number, ordering: .relaxed)
        stop.make()
        let message: StaticString = "\nsaving and stopping; press Ctrl-C again to quit now\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    }
}
