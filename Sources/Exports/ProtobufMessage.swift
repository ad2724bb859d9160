// Protocol Buffers on their way out: the few kinds of fields that event files and ONNX models are made of.
//
// Source: the encoding guide at protobuf.dev.

/// A message being put together, field by field.
struct ProtobufMessage {
    /// The fields so far, as they are in a file.
    private(set) var bytes: [UInt8] = []

    /// No field.
    init() {}

    /// A message with these fields.
    init(_ build: (inout ProtobufMessage) -> Void) { build(&self) }

    /// `int32`, `int64` or an enumeration.
    mutating func add(_ field: Int, _ value: Int) {
        varint(UInt64(field << 3))
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// `float`.
    mutating func add(_ field: Int, _ value: Float) {
        varint(UInt64(field << 3 | 5))
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// `double`.
    mutating func add(_ field: Int, _ value: Double) {
        varint(UInt64(field << 3 | 1))
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// `string`.
    mutating func add(_ field: Int, _ value: String) {
        addHead(field, byteCount: value.utf8.count)
        bytes += value.utf8
    }

    /// A message.
    mutating func add(_ field: Int, _ value: ProtobufMessage) {
        addHead(field, byteCount: value.bytes.count)
        bytes += value.bytes
    }

    /// What comes before `byteCount` bytes of a string, bytes or a message.
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
