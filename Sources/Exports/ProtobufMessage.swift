// Encodes Protocol Buffers: only the kinds of fields that event files and ONNX models need.
//
// Source: the encoding guide at protobuf.dev.

/// A message to which fields are appended.
struct ProtobufMessage {
    /// The encoded fields so far.
    private(set) var bytes: [UInt8] = []

    init() {}

    /// Builds a message.
    init(_ build: (inout ProtobufMessage) -> Void) { build(&self) }

    /// Appends an `int32`, `int64` or enumeration.
    mutating func add(_ field: Int, _ value: Int) {
        varint(UInt64(field << 3))
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// Appends a `float`.
    mutating func add(_ field: Int, _ value: Float) {
        varint(UInt64(field << 3 | 5))
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// Appends a `double`.
    mutating func add(_ field: Int, _ value: Double) {
        varint(UInt64(field << 3 | 1))
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// Appends a `string`.
    mutating func add(_ field: Int, _ value: String) {
        addHead(field, byteCount: value.utf8.count)
        bytes += value.utf8
    }

    /// Appends a message.
    mutating func add(_ field: Int, _ value: ProtobufMessage) {
        addHead(field, byteCount: value.bytes.count)
        bytes += value.bytes
    }

    /// Appends the bytes before `byteCount` bytes of a string, bytes field or message.
    mutating func addHead(_ field: Int, byteCount: Int) {
        varint(UInt64(field << 3 | 2))
        varint(UInt64(byteCount))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
