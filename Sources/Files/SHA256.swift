internal import CCrypto

/// SHA-256 of bytes that arrive in pieces, computed by OpenSSL's libcrypto.
///
/// **Source**: NIST, *Secure Hash Standard*, FIPS 180-4.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            // libcrypto fails here only without memory, or where its configuration forbids SHA-256.
            fatalError("libcrypto cannot compute SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest in lower-case hexadecimal.
    package consuming func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The digest of a text's UTF-8 bytes in lower-case hexadecimal.
    package static func hexadecimal(of text: String) -> String {
        var hash = SHA256()
        hash.update(Array(text.utf8))
        return hash.hexadecimal()
    }
}
