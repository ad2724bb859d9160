// A compiled operation, the layouts that it requires, and a call with bound arguments.

internal import COneDNN
internal import MemoryUse

/// The role of an argument.
package enum Argument: Sendable {
    case source, sourceGradient
    case destination, destinationGradient
    case weights, weightsGradient
    case bias, biasGradient
    /// What the forward pass stores for the backward pass.
    case workspace
    /// Memory for intermediate results during a call.
    case scratchpad

    var index: Int32 {
        switch self {
        case .source: DNNL_ARG_SRC
        case .sourceGradient: DNNL_ARG_DIFF_SRC
        case .destination: DNNL_ARG_DST
        case .destinationGradient: DNNL_ARG_DIFF_DST
        case .weights: DNNL_ARG_WEIGHTS
        case .weightsGradient: DNNL_ARG_DIFF_WEIGHTS
        case .bias: DNNL_ARG_BIAS
        case .biasGradient: DNNL_ARG_DIFF_BIAS
        case .workspace: DNNL_ARG_WORKSPACE
        case .scratchpad: DNNL_ARG_SCRATCHPAD
        }
    }

    var query: (what: dnnl_query_t, index: Int32) {
        switch self {
        case .source: (dnnl_query_src_md, 0)
        case .sourceGradient: (dnnl_query_diff_src_md, 0)
        case .destination: (dnnl_query_dst_md, 0)
        case .destinationGradient: (dnnl_query_diff_dst_md, 0)
        case .weights: (dnnl_query_weights_md, 0)
        case .weightsGradient: (dnnl_query_diff_weights_md, 0)
        case .bias: (dnnl_query_weights_md, 1)
        case .biasGradient: (dnnl_query_diff_weights_md, 1)
        case .workspace: (dnnl_query_workspace_md, 0)
        case .scratchpad: (dnnl_query_scratchpad_md, 0)
        }
    }
}

/// A compiled operation with fixed shapes.
package final class Primitive {
    let handle: dnnl_primitive_t
    /// Owned by the primitive.
    let descriptor: const_dnnl_primitive_desc_t

    /// Takes ownership of `wanted`.
    init(owning wanted: dnnl_primitive_desc_t, operation: String) throws(OneDNNError) {
        defer { dnnl_primitive_desc_destroy(wanted) }
        // Some versions of the library abort if there is no memory for code.
        guard isMemoryLeft() else { throw OneDNNError(operation: operation, status: dnnl_out_of_memory) }
        var handle: dnnl_primitive_t?
        try check(dnnl_primitive_create(&handle, wanted), operation)
        // Not `wanted`: the library's cache has been seen to return a primitive with another output layout than that of
        // `wanted`, probably from a descriptor that differs only in the strides of dimensions of size 1.
        var descriptor: const_dnnl_primitive_desc_t?
        let status = dnnl_primitive_get_primitive_desc(handle, &descriptor)
        guard status == dnnl_success, let handle, let descriptor else {
            dnnl_primitive_destroy(handle)
            throw OneDNNError(operation: operation, status: status)
        }
        self.handle = handle
        self.descriptor = descriptor
    }

    deinit { dnnl_primitive_destroy(handle) }

    /// The library's name for the implementation, such as "jit:avx512_core".
    package var implementation: String {
        onednn_implementation(descriptor).map { String(cString: $0) } ?? "unknown"
    }

    /// Whether it is the library's reference loop, hundreds of times slower than its implementations for common shapes
    /// and layouts.
    package var isReference: Bool { implementation.hasPrefix("ref") }

    /// Returns the descriptor that the operation expects for `argument`; `nil` if it has no such argument.
    package func wants(_ argument: Argument, shape: [Int]) -> Descriptor? {
        let (what, index) = argument.query
        return onednn_desc_query(descriptor, what, index).map { Descriptor(owning: $0, shape: shape) }
    }

    /// Size of intermediate results in bytes.
    package var scratchpadBytes: Int { wants(.scratchpad, shape: [])?.byteCount ?? 0 }

    /// Binds arguments. Their content may change until the call runs, but not their descriptors.
    package func call(_ arguments: [Argument: Memory], on device: Device) -> Call {
        Call(self, arguments, device)
    }
}

/// An operation with its arguments; can run repeatedly without allocation.
package final class Call {
    private let primitive: Primitive
    private let memories: [Memory]
    private let device: Device
    private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

    init(_ primitive: Primitive, _ arguments: [Argument: Memory], _ device: Device) {
        self.primitive = primitive
        self.memories = Array(arguments.values)
        self.device = device
        self.arguments = .allocate(capacity: arguments.count)
        _ = self.arguments.initialize(
            from: arguments.map { dnnl_exec_arg_t(arg: $0.key.index, memory: $0.value.handle) })
    }

    deinit { arguments.deallocate() }

    /// Runs the operation and waits for it.
    package func run() throws(OneDNNError) {
        // The library uses plain addresses: everything that the call references must live until it returns.
        let status = withExtendedLifetime(self) {
            let status = dnnl_primitive_execute(
                primitive.handle, device.stream, Int32(arguments.count), arguments.baseAddress)
            return status == dnnl_success ? dnnl_stream_wait(device.stream) : status
        }
        try check(status, "an operation")
    }
}
