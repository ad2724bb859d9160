// Threads whose start may fail. Foundation and Dispatch do not report that: with the former, waiting for the thread
// hangs; the latter retries forever.

internal import Glibc

/// Starts a detached thread.
///
/// - Returns: whether it could be started; if not, the caller does the work itself.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // Independent of the system's stack limit (ulimit -s); pages are allocated when they are touched.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, &attributes,
        { work in
            if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    if error != 0 { work.release() }
    return error == 0
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
