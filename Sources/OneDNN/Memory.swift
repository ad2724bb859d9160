// Memory descriptors (shape, type, layout), memory objects (a descriptor and an address), and buffers.

internal import COneDNN
internal import Glibc
internal import MemoryUse

package enum DataType: Sendable {
    /// IEEE single precision.
    case float32
    /// Truncated single precision: the same range, with 8 significant bits.
    case bfloat16
    case uint8

    var raw: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .uint8: dnnl_u8
        }
    }
}

/// Memory layouts. N: image, C: channel, H, W: row, column, O: output, I: input.
package enum Layout: Sendable, CaseIterable {
    /// The library's choice for the primitive with this descriptor.
    case any
    /// One dimension.
    case a
    /// Row-major matrix.
    case ab
    /// Row-major images or convolution weights, as in PyTorch.
    case abcd
    /// Channels last.
    case acdb
    /// Channels in groups of 16.
    case aBcd16b
    /// Channels in groups of 8.
    case aBcd8b
    /// Convolution weights with outputs in groups of 16.
    case Acdb16a
    /// Convolution weights with outputs in groups of 8.
    case Acdb8a

    /// Convolution weights in blocks of 16 inputs by 16 outputs.
    case ABcd16b16a
    /// Convolution weights in blocks of 8 inputs by 8 outputs.
    case ABcd8b8a

    var raw: dnnl_format_tag_t {
        switch self {
        case .any: dnnl_format_tag_any
        case .a: dnnl_a
        case .ab: dnnl_ab
        case .abcd: dnnl_abcd
        case .acdb: dnnl_acdb
        case .aBcd16b: dnnl_aBcd16b
        case .aBcd8b: dnnl_aBcd8b
        case .Acdb16a: dnnl_Acdb16a
        case .Acdb8a: dnnl_Acdb8a
        case .ABcd16b16a: dnnl_ABcd16b16a
        case .ABcd8b8a: dnnl_ABcd8b8a
        }
    }
}

/// Shape, element type and layout.
package final class Descriptor {
    let handle: onednn_desc_t
    /// Dimensions, outermost first.
    package let shape: [Int]

    package init(_ shape: [Int], type: DataType = .float32, layout: Layout) throws(OneDNNError) {
        var handle: onednn_desc_t?
        let dims = shape.map(Int64.init)
        let status = onednn_desc_create(&handle, Int32(shape.count), dims, type.raw, layout.raw)
        guard status == dnnl_success, let handle else {
            throw OneDNNError(operation: "a descriptor of shape \(shape)", status: status)
        }
        self.handle = handle
        self.shape = shape
    }

    init(owning handle: onednn_desc_t, shape: [Int]) {
        self.handle = handle
        self.shape = shape
    }

    deinit { onednn_desc_destroy(handle) }

    /// Size in bytes, including padding.
    package var byteCount: Int { Int(onednn_desc_size(handle)) }

    /// Returns the descriptor of `count` images starting at `start`.
    package func part(from start: Int, count: Int) throws(OneDNNError) -> Descriptor {
        var part: onednn_desc_t?
        var dims = shape.map(Int64.init)
        var offsets = [Int64](repeating: 0, count: shape.count)
        dims[0] = Int64(count)
        offsets[0] = Int64(start)
        let status = onednn_desc_create_part(&part, handle, dims, offsets)
        guard status == dnnl_success, let part else { throw OneDNNError(operation: "a part", status: status) }
        return Descriptor(owning: part, shape: [count] + shape.dropFirst())
    }

    /// Returns the descriptor for another number of images; `nil` if its layout is not in `Layout`.
    package func resized(to count: Int) throws(OneDNNError) -> Descriptor? {
        for layout in Layout.allCases where layout != .any {
            if let named = try? Descriptor(shape, layout: layout), named == self {
                return try Descriptor([count] + shape.dropFirst(), layout: layout)
            }
        }
        return nil
    }
}

extension Descriptor: Equatable {
    package static func == (a: Descriptor, b: Descriptor) -> Bool { onednn_desc_equal(a.handle, b.handle) != 0 }
}

/// Memory aligned for vector instructions, initially zero, freed with its last reference.
package final class Buffer {
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int
    private let mappedBytes: Int
    private let account: MemoryAccount

    /// - Throws: `OneDNNError` if the system has no memory.
    package init(byteCount: Int, on device: Device) throws(OneDNNError) {
        // Mapped rather than from the heap: zeroed at no cost, in huge pages where they pay off, and returned to the
        // system when freed.
        let hugePage = 2 << 20
        let page = byteCount >= hugePage ? hugePage : 4096
        let length = (max(byteCount, 1) + page - 1) / page * page
        guard isMemoryLeft(for: length),
            let base = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            base != MAP_FAILED
        else { throw OneDNNError(operation: "a buffer of \(byteCount) bytes", status: dnnl_out_of_memory) }
        if page == hugePage { madvise(base, length, MADV_HUGEPAGE) }
        self.base = base
        self.byteCount = byteCount
        self.mappedBytes = length
        account = device.memory
        account.add(length)
    }

    deinit {
        munmap(base, mappedBytes)
        account.add(-mappedBytes)
    }

    /// The content as single-precision numbers.
    package var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Float.self), count: byteCount / MemoryLayout<Float>.stride)
    }
}

/// A descriptor with an address.
package final class Memory {
    let handle: dnnl_memory_t
    package let descriptor: Descriptor
    /// The address of the first byte; changes with `move(to:)`.
    package private(set) var base: UnsafeMutableRawPointer
    private var buffer: Buffer?

    /// Creates memory in `buffer`, from byte `offset` on.
    package init(_ descriptor: Descriptor, in buffer: Buffer, at offset: Int = 0, on device: Device) throws(OneDNNError)
    {
        precondition(offset + descriptor.byteCount <= buffer.byteCount, "memory must lie inside its buffer")
        self.buffer = buffer
        self.descriptor = descriptor
        self.base = buffer.base + offset
        self.handle = try Memory.create(descriptor, base, device)
    }

    /// Creates memory at an address that the owner keeps alive.
    package init(_ descriptor: Descriptor, at base: UnsafeMutableRawPointer, on device: Device) throws(OneDNNError) {
        self.buffer = nil
        self.descriptor = descriptor
        self.base = base
        self.handle = try Memory.create(descriptor, base, device)
    }

    /// Creates memory with its own buffer.
    package convenience init(_ descriptor: Descriptor, on device: Device) throws(OneDNNError) {
        try self.init(descriptor, in: Buffer(byteCount: descriptor.byteCount, on: device), on: device)
    }

    private static func create(
        _ descriptor: Descriptor, _ base: UnsafeMutableRawPointer, _ device: Device
    ) throws(OneDNNError) -> dnnl_memory_t {
        var handle: dnnl_memory_t?
        let status = onednn_memory_create(&handle, descriptor.handle, device.engine, base)
        guard status == dnnl_success, let handle else { throw OneDNNError(operation: "memory", status: status) }
        return handle
    }

    deinit { dnnl_memory_destroy(handle) }

    /// Moves to the start of `buffer`, and releases the previous buffer.
    package func move(into buffer: Buffer) throws(OneDNNError) {
        precondition(descriptor.byteCount <= buffer.byteCount, "memory must lie inside its buffer")
        try move(to: buffer.base)
        self.buffer = buffer
    }

    /// Moves to another address that its owner keeps alive.
    package func move(to base: UnsafeMutableRawPointer) throws(OneDNNError) {
        try check(dnnl_memory_set_data_handle(handle, base), "moving memory")
        self.base = base
    }

    /// The content as single-precision numbers, including padding.
    package var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Float.self),
            count: descriptor.byteCount / MemoryLayout<Float>.stride)
    }

    /// The content as bytes.
    package var bytes: UnsafeMutablePointer<UInt8> { base.assumingMemoryBound(to: UInt8.self) }
}
