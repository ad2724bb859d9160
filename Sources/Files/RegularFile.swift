// Reads regular files, and writes all of a buffer.

import Glibc

/// A regular file, open for reading. Opening never blocks, as it would for a named pipe.
package final class RegularFile: Sendable {
    package let path: String
    /// Size in bytes when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// - Parameter followsLink: whether a link to a regular file is allowed.
    package init(_ path: String, followsLink: Bool = true) throws(FileError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw FileError(.reading, path, code: errno) }
        self.path = path
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        size = Int(status.st_size)
        let kind = status.st_mode & S_IFMT
        guard code == 0, kind == S_IFREG else {
            close(descriptor)
            throw FileError(.reading, path, code: code != 0 ? code : kind == S_IFDIR ? EISDIR : EINVAL)
        }
    }

    deinit { close(descriptor) }

    /// Reads from byte `offset` until `bytes` are full or the file ends.
    ///
    /// - Returns: the number of bytes read.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var done = 0
        while done < bytes.count {
            let got = pread(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw FileError(.reading, path, code: errno) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Returns a copy of part of the file; shorter if the file has been truncated.
    package func bytes(in range: Range<Int>) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            let part = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
            do throws(FileError) { count = try read(into: part, at: range.lowerBound) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// Writes all of `bytes` to a descriptor.
///
/// - Returns: the system's error number; `nil` if all is written.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var done = 0
    while done < bytes.count {
        let wrote = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if wrote < 0 && (errno == EINTR || errno == EAGAIN) { continue }
        guard wrote > 0 else { return wrote < 0 ? errno : EIO }
        done += wrote
    }
    return nil
}
