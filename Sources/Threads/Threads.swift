// Threads that may fail to start. Foundation's and Dispatch's do not say so: the one hangs those that wait for the thread,
// the other tries for ever.

internal import Glibc

/// Starts a thread that nobody joins.
///
/// - Returns: whether it could be started; where the system lets no more threads start, the caller does the work itself.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // Whatever the limit of stacks is (ulimit -s): pages are taken as they are touched.
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
