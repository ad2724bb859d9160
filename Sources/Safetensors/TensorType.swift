// A tensor in a safetensors header: its type, its shape and the position of its bytes.

/// Element types, by their names in the format.
///
/// **Source**: the format's reference implementation, safetensors 0.8, whole-byte types.
package enum TensorType: String, Sendable, Hashable, CaseIterable {
    /// A Boolean in one byte.
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    /// Float with 8 bits, 5 of them exponent.
    case f8e5m2 = "F8_E5M2"
    /// Float with 8 bits, 4 of them exponent.
    case f8e4m3 = "F8_E4M3"
    case i16 = "I16"
    case u16 = "U16"
    /// IEEE half precision.
    case f16 = "F16"
    /// The upper half of a single-precision float.
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    /// IEEE single precision.
    case f32 = "F32"
    /// IEEE double precision.
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// Size of an element in bytes.
    package var byteCount: Int {
        switch self {
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .f64, .i64, .u64: 8
        }
    }

    /// Returns the size of a tensor of this shape in bytes; `nil` for a negative dimension, or if an Int cannot hold
    /// the size.
    func byteCount(of shape: [Int]) -> Int? {
        var bytes = byteCount
        for side in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflow else { return nil }
            bytes = product
        }
        return bytes
    }
}

/// A tensor of a file, without its values.
package struct TensorInfo: Sendable, Hashable {
    package let type: TensorType
    /// Dimensions, the slowest first; empty for a scalar.
    package let shape: [Int]
    /// Position of its bytes in the file.
    package let byteRange: Range<Int>

    /// Number of elements.
    package var count: Int { byteRange.count / type.byteCount }
}
