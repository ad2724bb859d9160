// A thread that does one thing after the other, in place of Dispatch's serial queues, which wait for ever where the system
// lets no thread start.

internal import Dispatch
internal import Synchronization

/// Does what it is given, one thing after the other, on a thread of its own, as long as the program runs.
package final class Worker: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct Waiting {
        var due: DispatchTime
        var job: Job
    }

    private let waiting = Mutex<[Waiting]>([])
    private let wake = DispatchSemaphore(value: 0)

    /// - Returns: `nil` where the system lets no more threads start.
    package init?() {
        guard startThread({ [self] in work() }) else { return nil }
    }

    /// Does something as soon as all that was given before is done, but not before some seconds have passed.
    package func async(after seconds: Double = 0, _ job: @escaping Job) {
        waiting.withLock { $0.append(Waiting(due: .now() + seconds, job: job)) }
        wake.signal()
    }

    private func work() {
        while true {
            let (job, next) = waiting.withLock { waiting -> (Job?, DispatchTime) in
                let now = DispatchTime.now()
                if let index = waiting.firstIndex(where: { $0.due <= now }) {
                    return (waiting.remove(at: index).job, now)
                }
                return (nil, waiting.map(\.due).min() ?? .distantFuture)
            }
            if let job { job() } else { _ = wake.wait(timeout: next) }
        }
    }
}
