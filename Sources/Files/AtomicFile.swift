// A file that is written atomically, even if the power fails: written under a temporary name, flushed, then renamed.

import Glibc

/// A file being written. Unless it is committed, it is removed and an existing file is untouched.
package struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let replaces: Bool
    private var isCommitted = false

    /// - Parameter replaces: whether it may replace an existing file; checked now and when it is committed.
    package init(_ path: String, replaces: Bool = true) throws(FileError) {
        var status = stat()
        if path.isEmpty || path.hasSuffix("/") || stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
            throw FileError(.writing, path, code: path.isEmpty ? ENOENT : EISDIR)
        }
        guard replaces || lstat(path, &status) != 0 else { throw FileError(.writing, path, code: EEXIST) }
        let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let temporary = "\(Self.folder(of: path))/.\(suffix).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(.writing, path, code: errno) }
        self.path = path
        self.temporary = temporary
        self.descriptor = descriptor
        self.replaces = replaces
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// Checks whether a file can be written here, by creating and removing a temporary one.
    package static func check(_ path: String, replaces: Bool = true) throws(FileError) {
        _ = try AtomicFile(path, replaces: replaces)
    }

    /// Returns the folder of a file.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Appends all of `bytes`.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        if let code = writeAll(bytes, to: descriptor) { throw FileError(.writing, path, code: code) }
    }

    /// Appends all of `bytes`.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.span.withUnsafeBytes { bytes throws(FileError) in try append(bytes) }
    }

    /// Renames the file to its final name, replacing an existing one if allowed.
    ///
    /// - Parameter flush: whether it must survive a power failure from now on; otherwise the caller flushes it later.
    package mutating func commit(flush: Bool = true) throws(FileError) {
        guard !flush || fsync(descriptor) == 0, rename() == 0 else {
            throw FileError(.writing, path, code: errno)
        }
        isCommitted = true
        guard flush else { return }
        // A rename is durable only after the folder is flushed. Some file systems cannot do that, and do not need it.
        let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Like rename(2), but if an existing file must stay, uses a hard link, which fails if the name exists.
    private func rename() -> Int32 {
        guard !replaces else { return Glibc.rename(temporary, path) }
        if link(temporary, path) == 0 { return unlink(temporary) }
        // Some file systems have no hard links; there the check at the beginning must suffice.
        return errno == EPERM || errno == EOPNOTSUPP ? Glibc.rename(temporary, path) : -1
    }
}
