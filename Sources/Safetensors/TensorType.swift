// What a safetensors header says about a tensor: its type, its shape and where its bytes are.

/// Types of numbers, by the names of the format.
///
/// **Source**: the format's reference implementation, safetensors 0.8, whole-byte types.
package enum TensorType: String, Sendable, Hashable, CaseIterable {
    /// A truth value in a byte.
    case bool = "BOOL"
    /// Unsigned, 8 bits.
    case u8 = "U8"
    /// Signed, 8 bits.
    case i8 = "I8"
    /// Float of 8 bits, 5 of them exponent.
    case f8e5m2 = "F8_E5M2"
    /// Float of 8 bits, 4 of them exponent.
    case f8e4m3 = "F8_E4M3"
    /// Signed, 16 bits.
    case i16 = "I16"
    /// Unsigned, 16 bits.
    case u16 = "U16"
    /// IEEE half precision.
    case f16 = "F16"
    /// The upper half of a single-precision float.
    case bf16 = "BF16"
    /// Signed, 32 bits.
    case i32 = "I32"
    /// Unsigned, 32 bits.
    case u32 = "U32"
    /// IEEE single precision.
    case f32 = "F32"
    /// IEEE double precision.
    case f64 = "F64"
    /// Signed, 64 bits.
    case i64 = "I64"
    /// Unsigned, 64 bits.
    case u64 = "U64"

    /// Bytes of one number.
    package var byteCount: Int {
        switch self {
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .f64, .i64, .u64: 8
        }
    }

    /// Bytes of a tensor of this shape; `nil` for a negative side, or where an Int cannot hold them.
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

/// A tensor of a file, without its numbers.
package struct TensorInfo: Sendable, Hashable {
    /// Type of its numbers.
    package let type: TensorType
    /// Its sides, the slowest first; empty for a single number.
    package let shape: [Int]
    /// Where its bytes are in the file.
    package let byteRange: Range<Int>

    /// How many numbers it holds.
    package var count: Int { byteRange.count / type.byteCount }
}
