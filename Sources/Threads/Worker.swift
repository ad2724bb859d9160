// A serial worker thread. It replaces Dispatch's serial queues, which wait forever if no thread can be started.

internal import Dispatch
internal import Synchronization

/// Runs jobs one after another on its own thread, as long as the program runs.
package final class Worker: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct Waiting {
        var due: DispatchTime
        var job: Job
    }

    private let waiting = Mutex<[Waiting]>([])
    private let wake = DispatchSemaphore(value: 0)

    /// - Returns: `nil` if no thread can be started.
    package init?() {
        guard startThread({ [self] in work() }) else { return nil }
    }

    /// Runs a job after all earlier ones, but not before some seconds have passed.
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
