// A file that appears under its name whole or not at all, also when the power fails: written beside its place,
// flushed, then renamed.

import Glibc

/// A file being written. Unless it is committed, nothing of it stays and what was there before is untouched.
package struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let replaces: Bool
    private var isCommitted = false

    /// - Parameter replaces: whether it may take the place of a file that is there, at the end as at the beginning.
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

    /// Tries whether a file could be written here: one is made beside its place and removed.
    package static func check(_ path: String, replaces: Bool = true) throws(FileError) {
        _ = try AtomicFile(path, replaces: replaces)
    }

    /// The folder that a file is in.
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

    /// Puts the file under its name, in place of what was there if it may.
    ///
    /// - Parameter flush: whether it has to bear a power failure from now on; else someone flushes it later.
    package mutating func commit(flush: Bool = true) throws(FileError) {
        guard !flush || fsync(descriptor) == 0, rename() == 0 else {
            throw FileError(.writing, path, code: errno)
        }
        isCommitted = true
        guard flush else { return }
        // The name is safe only when the folder is. Some file systems cannot flush one; their files stay good.
        let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// As rename(2), but for the file that must stay: a second link to a name fails where there is one.
    private func rename() -> Int32 {
        guard !replaces else { return Glibc.rename(temporary, path) }
        if link(temporary, path) == 0 { return unlink(temporary) }
        // Some file systems have no links; there the look at the beginning has to do.
        return errno == EPERM || errno == EOPNOTSUPP ? Glibc.rename(temporary, path) : -1
    }
}
