// Files for tests: bytes that stand for a file.

import TestSupport

extension TemporaryFolder {
    @discardableResult
    func write(_ bytes: [UInt8]) throws -> String { try write(bytes, to: "a.safetensors") }
}

/// A file with this header, its announced length, and this many zeros after it.
func fileBytes(header: String, zeros: Int = 0) -> [UInt8] { fileBytes(header: Array(header.utf8), zeros: zeros) }

func fileBytes(header: [UInt8], zeros: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + Array(repeating: 0, count: zeros)
}
