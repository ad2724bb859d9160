// The processor and its execution stream. Not Sendable: a device stays on the thread that created it.

internal import COneDNN
internal import CThreads
internal import Glibc
package import MemoryUse

/// The CPU with an in-order stream.
package final class Device {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t
    /// Records the memory of its buffers.
    package let memory = MemoryAccount()

    /// Creates a device for the calling thread.
    ///
    /// - Parameter threads: number of compute threads.
    /// - Throws: `OneDNNError` if the system does not allow that many threads.
    package init(threads: Int) throws(OneDNNError) {
        if threads_are_bypassed() != 0 {
            throw OneDNNError(
                "this oneDNN is built for another OpenMP runtime than GNU's; install one that is built with GCC, "
                    + "such as Debian's libdnnl2")
        }
        let error = threads_set_count(Int32(clamping: threads))
        if error != 0 {
            throw OneDNNError(
                "\(threads) threads could not be started: \(String(cString: strerror(error))); "
                    + "use fewer, or raise the limits of the system (ulimit -u, ulimit -v)")
        }
        var engine: dnnl_engine_t?
        try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "the CPU engine")
        var stream: dnnl_stream_t?
        let status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
        guard status == dnnl_success, let engine, let stream else {
            dnnl_engine_destroy(engine)
            throw OneDNNError(operation: "a stream", status: status)
        }
        self.engine = engine
        self.stream = stream
    }

    deinit {
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(engine)
        // The library caches the code of destroyed operations for reuse, but it will not be needed again.
        var capacity: Int32 = 0
        if dnnl_get_primitive_cache_capacity(&capacity) == dnnl_success {
            dnnl_set_primitive_cache_capacity(0)
            dnnl_set_primitive_cache_capacity(capacity)
        }
        // The C library also keeps freed memory.
        malloc_trim(0)
    }

    /// Throws if there is no memory left, because operations allocate memory without reporting failures.
    package func requireMemory(for operation: String) throws(OneDNNError) {
        guard isMemoryLeft() else { throw OneDNNError(operation: operation, status: dnnl_out_of_memory) }
    }

    /// Sets the number of threads for work that is compiled or started from the calling thread from now on: at most the
    /// device's number of threads.
    package func useThreads(_ count: Int) {
        let error = threads_set_count(Int32(clamping: count))
        precondition(error == 0, "the threads of a device are started with it")
    }

    /// The library's version, such as "2.6.3".
    package static var version: String {
        guard let version = dnnl_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.patch)"
    }

    /// Number of floats in a vector of the instruction set that the library uses on this machine.
    package static var vectorWidth: Int { has(dnnl_cpu_isa_avx512_core) ? 16 : has(dnnl_cpu_isa_avx) ? 8 : 4 }

    /// Whether the processor has bfloat16 instructions.
    package static var hasBFloat16: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }

    /// The vector instruction set that the library uses on this machine, such as "AVX-512".
    package static var instructionSet: String {
        let names: [(dnnl_cpu_isa_t, String)] = [
            (dnnl_cpu_isa_avx512_core_amx, "AMX"), (dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"),
            (dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"), (dnnl_cpu_isa_avx512_core, "AVX-512"),
            (dnnl_cpu_isa_avx2_vnni, "AVX2 VNNI"), (dnnl_cpu_isa_avx2, "AVX2"), (dnnl_cpu_isa_avx, "AVX"),
            (dnnl_cpu_isa_sse41, "SSE4.1"),
        ]
        return names.first { has($0.0) }?.1 ?? "unknown instructions"
    }

    /// Instruction sets are bit sets that include their subsets; newer libraries have more bits.
    private static func has(_ wanted: dnnl_cpu_isa_t) -> Bool {
        dnnl_get_effective_cpu_isa().rawValue & wanted.rawValue == wanted.rawValue
    }
}

/// Calls `body(part, parts)` once for each part and waits for all of them. Threads take parts dynamically, so that a
/// thread that has lost its processor delays only its own part.
///
/// Parts may run in parallel, so they must write to different memory.
///
/// - Parameter parts: `nil` for a few per thread of the calling thread.
package func parallel(parts: Int? = nil, _ body: (_ part: Int, _ parts: Int) -> Void) {
    let threads = Int(threads_count())
    let parts = parts ?? (threads == 1 ? 1 : 4 * threads)
    withoutActuallyEscaping(body) { body in
        var body = body
        withUnsafeMutablePointer(to: &body) { pointer in
            threads_run(
                Int32(parts),
                { part, parts, context in
                    let body = context?.assumingMemoryBound(to: ((Int, Int) -> Void).self)
                    body?.pointee(Int(part), Int(parts))
                }, pointer)
        }
    }
}
