internal import CCrypto

/// SHA-256 of bytes that arrive in pieces, computed by OpenSSL's libcrypto.
///
/// **Source**: NIST, *Secure Hash Standard*, FIPS 180-4.
package struct SHA256: ~Copyable {
    /// From a private library context, which `OPENSSL_CONF` and system-wide configuration do not affect.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(OSSL_LIB_CTX_new(), "SHA256", nil)  // only read

    private let context: OpaquePointer

    package init() {
        context = EVP_MD_CTX_new()
        // Fails only if memory runs out.
        precondition(EVP_DigestInit_ex(context, Self.algorithm, nil) == 1, "no memory for a checksum")
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Finishes and returns the checksum in lower-case hexadecimal.
    package consuming func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Computes the checksum of a text's UTF-8 bytes in lower-case hexadecimal.
    package static func hexadecimal(of text: String) -> String {
        var hash = SHA256()
        hash.update(Array(text.utf8))
        return hash.hexadecimal()
    }
}
