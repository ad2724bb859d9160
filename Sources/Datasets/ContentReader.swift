// Reads a file's content piece by piece, inflating gzip; never produces more than requested.

import CZlib

/// Reads the content of a file whose bytes are in memory.
final class ContentReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: DataFile
    private let stream: UnsafeMutablePointer<z_stream>?
    private var isAtStreamEnd = false
    private var offset = 0

    /// Creates a reader at the start of `bytes`, which must outlive it.
    ///
    /// - Throws: `DatasetError` if zlib cannot start.
    init(_ bytes: UnsafeBufferPointer<UInt8>, of file: DataFile) throws(DatasetError) {
        self.bytes = bytes
        self.file = file
        guard bytes.count >= 2, bytes[0] == 0x1f, bytes[1] == 0x8b else {
            stream = nil
            return
        }
        // zlib stores the stream's address, so the stream is on the heap.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzipOnly = 16 + MAX_WBITS
        let status = inflateInit2_(stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw file.fault(.damagedCompression("zlib does not start, status \(status)"))
        }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = uInt(bytes.count)
        self.stream = stream
    }

    deinit {
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Upper bound of the content's size.
    ///
    /// **Source**: zlib Technical Details, "Maximum Compression Factor": deflate reaches 1032 : 1 at most.
    var largestContent: Int { stream == nil ? bytes.count : bytes.count * 1032 }

    /// Fills `target` as far as the content goes.
    ///
    /// - Returns: the number of bytes written; fewer than requested only at the end of the content.
    /// - Throws: `DatasetError` if the compression is damaged.
    func read(into target: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) -> Int {
        guard let stream else {
            let count = min(target.count, bytes.count - offset)
            _ = target.update(fromContentsOf: bytes[offset..<offset + count])
            offset += count
            return count
        }
        if isAtStreamEnd || target.isEmpty { return 0 }
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = uInt(target.count)
        repeat {
            let status = inflate(stream, Z_NO_FLUSH)
            switch status {
            case Z_STREAM_END: isAtStreamEnd = !beginsNextMember(stream)
            case Z_OK, Z_BUF_ERROR:
                // The input or the target is exhausted.
                return target.count - Int(stream.pointee.avail_out)
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
                throw file.fault(.damagedCompression(reason))
            }
        } while !isAtStreamEnd && stream.pointee.avail_out > 0
        return target.count - Int(stream.pointee.avail_out)
    }

    /// Starts the next gzip member, whose content follows the current one's; returns whether there is one.
    ///
    /// **Source**: RFC 1952, section 2.2.
    private func beginsNextMember(_ stream: UnsafeMutablePointer<z_stream>) -> Bool {
        guard stream.pointee.avail_in >= 2, let rest = stream.pointee.next_in, rest[0] == 0x1f, rest[1] == 0x8b else {
            return false
        }
        return inflateReset(stream) == Z_OK
    }

    /// Checks that nothing is left: no content, and after the compressed stream only zeros, with which some devices
    /// pad.
    ///
    /// - Throws: `DatasetError` if something is.
    func finish() throws(DatasetError) {
        var extra = [UInt8](repeating: 0, count: 1)
        let got = try extra.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in try read(into: buffer) }
        if got > 0 { throw file.fault(.trailingBytes) }
        guard let stream else { return }
        // Before the end of the stream its checksum has not been verified.
        guard isAtStreamEnd else { throw file.fault(.damagedCompression("it ends before its checksum")) }
        let rest = UnsafeBufferPointer(start: stream.pointee.next_in, count: Int(stream.pointee.avail_in))
        if rest.contains(where: { $0 != 0 }) { throw file.fault(.bytesAfterGzip) }
    }
}
