// Files for tests: bytes that stand for a file, and a random generator that repeats itself.

import FileTesting

extension TemporaryFolder {
    @discardableResult
    func write(_ bytes: [UInt8]) throws -> String { try write(bytes, to: "a.safetensors") }
}

/// A file with this header, as long as it says, and so many zeros behind.
func fileBytes(header: String, zeros: Int = 0) -> [UInt8] { fileBytes(header: Array(header.utf8), zeros: zeros) }

func fileBytes(header: [UInt8], zeros: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + Array(repeating: 0, count: zeros)
}

/// Sebastiano Vigna's SplitMix64, so that each run tries the same inputs.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
