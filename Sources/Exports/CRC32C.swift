// The checksum of TensorBoard's records. zlib only has the CRC with the other polynomial.

/// CRC-32C (Castagnoli).
///
/// **Source**: RFC 3720, section 12.1 and appendix B.4; polynomial 0x1EDC6F41, here with its bits reversed.
package enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    }

    /// Computes the checksum of `bytes`; that of `123456789` is 0xE3069283.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    }

    /// Computes the masked checksum of TFRecord files, which stays valid for data that contains checksums.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let crc = checksum(bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
