// Ctrl-Z and transactions: a process stopped inside one would prevent all others from writing until it continues.

internal import Glibc
internal import Synchronization

/// Delays a stop of this process until its current transactions have ended, which takes milliseconds.
package enum Suspension {
    private static let transactions = Atomic(0)
    private static let state = Atomic(State.none)

    private enum State: UInt8, AtomicRepresentable {
        case none
        /// Stops as soon as no transaction is in progress.
        case wanted
        /// Stops now; no transaction begins.
        case stopping
    }

    /// Begins a transaction, unless the process is about to stop, in which case it waits.
    static func begin() {
        while true {
            transactions.add(1, ordering: .sequentiallyConsistent)
            if state.load(ordering: .sequentiallyConsistent) == .none { return }
            end()
            usleep(1000)
        }
    }

    /// Ends a transaction.
    static func end() {
        let left = transactions.subtract(1, ordering: .sequentiallyConsistent).newValue
        if left == 0 { stopIfWanted() }
    }

    /// Initializes what a handler needs; must be called before `handle(_:)`.
    package static func prepare() {
        _ = transactions.load(ordering: .relaxed)
        _ = state.load(ordering: .relaxed)
    }

    /// Handles SIGTSTP: stops the process now, or after its current transactions. Async-signal-safe.
    package static func handle(_ number: Int32) {
        _ = state.compareExchange(expected: .none, desired: .wanted, ordering: .sequentiallyConsistent)
        if transactions.load(ordering: .sequentiallyConsistent) == 0 { stopIfWanted() }
    }

    /// Runs `body`, which stops the process, while no transaction is in progress. A transaction that has waited for
    /// another program's lock for two seconds is ignored.
    package static func whileIdle(_ body: () -> Void) {
        state.store(.stopping, ordering: .sequentiallyConsistent)
        var tries = 0
        while tries < 2000, transactions.load(ordering: .sequentiallyConsistent) > 0 {
            usleep(1000)
            tries += 1
        }
        body()
        state.store(.none, ordering: .sequentiallyConsistent)
    }

    private static func stopIfWanted() {
        let change = state.compareExchange(expected: .wanted, desired: .stopping, ordering: .sequentiallyConsistent)
        guard change.exchanged else { return }
        // The default action: a process whose shell is gone is not stopped.
        var plain = sigaction()
        var ours = sigaction()
        plain.__sigaction_handler.sa_handler = SIG_DFL
        sigaction(SIGTSTP, &plain, &ours)
        var (stop, mask) = (sigset_t(), sigset_t())
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &stop, &mask)
        raise(SIGTSTP)  // returns when SIGCONT has come
        pthread_sigmask(SIG_SETMASK, &mask, nil)
        sigaction(SIGTSTP, &ours, nil)
        state.store(.none, ordering: .sequentiallyConsistent)
    }
}
