// Ctrl-Z and transactions: a process that is stopped inside one would lock all others out of writing until it continues.

internal import Glibc
internal import Synchronization

/// Has a stop of this process wait for the transactions that are under way, which take milliseconds.
package enum Suspension {
    private static let transactions = Atomic(0)
    private static let state = Atomic(State.none)

    private enum State: UInt8, AtomicRepresentable {
        case none
        /// As soon as no transaction is under way.
        case wanted
        /// Now; no transaction begins.
        case stopping
    }

    /// A transaction begins, once the process is not about to stop.
    static func begin() {
        while true {
            transactions.add(1, ordering: .sequentiallyConsistent)
            if state.load(ordering: .sequentiallyConsistent) == .none { return }
            end()
            usleep(1000)
        }
    }

    /// A transaction has ended.
    static func end() {
        let left = transactions.subtract(1, ordering: .sequentiallyConsistent).newValue
        if left == 0 { stopIfWanted() }
    }

    /// Makes what a handler needs; to be called before `handle(_:)` can be.
    package static func prepare() {
        _ = transactions.load(ordering: .relaxed)
        _ = state.load(ordering: .relaxed)
    }

    /// What a handler of SIGTSTP does: stops the process now, or after the transactions that are under way. Only atomics
    /// and system calls.
    package static func handle(_ number: Int32) {
        _ = state.compareExchange(expected: .none, desired: .wanted, ordering: .sequentiallyConsistent)
        if transactions.load(ordering: .sequentiallyConsistent) == 0 { stopIfWanted() }
    }

    /// Does something that stops the process, while no transaction is under way. One that waits for another program's
    /// lock for two seconds is not waited for.
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
        // As if there were no handler: a process whose shell is gone is not stopped.
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
