// Memory descriptors (shape, type, layout), memory objects (a descriptor and a place), and the places themselves.

internal import COneDNN
internal import Glibc
internal import MemoryUse

/// What an element is.
package enum DataType: Sendable {
    /// IEEE single precision.
    case float32
    /// The upper half of a single-precision number: its range, with 8 significant bits.
    case bfloat16
    /// A byte.
    case uint8

    var raw: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .uint8: dnnl_u8
        }
    }
}

/// How elements lie in memory. N: image, C: channel, H, W: row, column, O: output, I: input.
package enum Layout: Sendable, CaseIterable {
    /// The library's choice for the primitive that the descriptor is given to.
    case any
    /// One dimension.
    case a
    /// Row-major matrix.
    case ab
    /// Row-major images or convolution weights, PyTorch's own order.
    case abcd
    /// Channels last.
    case acdb
    /// Channels in groups of 16 that lie together.
    case aBcd16b
    /// Channels in groups of 8 that lie together.
    case aBcd8b
    /// Convolution weights with outputs in groups of 16 that lie together.
    case Acdb16a
    /// Convolution weights with outputs in groups of 8 that lie together.
    case Acdb8a

    /// Convolution weights in blocks of 16 inputs by 16 outputs that lie together.
    case ABcd16b16a
    /// Convolution weights in blocks of 8 inputs by 8 outputs that lie together.
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
    /// Sizes, outermost first.
    package let shape: [Int]

    /// A descriptor of `shape`, row-major unless another layout is given.
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

    /// Bytes that a memory of this kind takes, padding included.
    package var byteCount: Int { Int(onednn_desc_size(handle)) }

    /// The part that starts at image `start` and has `count` images.
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

    /// The same kind of memory for another number of images, if its layout has one of the usual names.
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
    /// Whether shape, type and layout agree.
    package static func == (a: Descriptor, b: Descriptor) -> Bool { onednn_desc_equal(a.handle, b.handle) != 0 }
}

/// A place for numbers, aligned for vector instructions, zero until written, freed with its last reference.
package final class Buffer {
    /// Its first byte.
    package let base: UnsafeMutableRawPointer
    /// Its size.
    package let byteCount: Int
    private let mappedBytes: Int
    private let account: MemoryAccount

    /// - Throws: `OneDNNError` if the system gives no memory.
    package init(byteCount: Int, on device: Device) throws(OneDNNError) {
        // Mapped, not from the heap: zeroed for nothing, in huge pages where they pay, and given back when freed.
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

    /// Its content as single-precision numbers.
    package var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Float.self), count: byteCount / MemoryLayout<Float>.stride)
    }
}

/// A descriptor and the place where the numbers are.
package final class Memory {
    let handle: dnnl_memory_t
    /// Shape, type and layout.
    package let descriptor: Descriptor
    /// The first byte; changes with `move(to:)`.
    package private(set) var base: UnsafeMutableRawPointer
    private var buffer: Buffer?

    /// Memory in `buffer`, from byte `offset` on.
    package init(_ descriptor: Descriptor, in buffer: Buffer, at offset: Int = 0, on device: Device) throws(OneDNNError)
    {
        precondition(offset + descriptor.byteCount <= buffer.byteCount, "memory must lie inside its buffer")
        self.buffer = buffer
        self.descriptor = descriptor
        self.base = buffer.base + offset
        self.handle = try Memory.create(descriptor, base, device)
    }

    /// Memory that someone else keeps alive.
    package init(_ descriptor: Descriptor, at base: UnsafeMutableRawPointer, on device: Device) throws(OneDNNError) {
        self.buffer = nil
        self.descriptor = descriptor
        self.base = base
        self.handle = try Memory.create(descriptor, base, device)
    }

    /// Memory with a buffer of its own.
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

    /// Lies at the beginning of `buffer` from now on, and lets go of the one before.
    package func move(into buffer: Buffer) throws(OneDNNError) {
        precondition(descriptor.byteCount <= buffer.byteCount, "memory must lie inside its buffer")
        try move(to: buffer.base)
        self.buffer = buffer
    }

    /// Looks at another place from now on; its owner keeps it alive.
    package func move(to base: UnsafeMutableRawPointer) throws(OneDNNError) {
        try check(dnnl_memory_set_data_handle(handle, base), "moving memory")
        self.base = base
    }

    /// Its content, padding included, as single-precision numbers.
    package var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Float.self),
            count: descriptor.byteCount / MemoryLayout<Float>.stride)
    }

    /// Its content as bytes.
    package var bytes: UnsafeMutablePointer<UInt8> { base.assumingMemoryBound(to: UInt8.self) }
}
