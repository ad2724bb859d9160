// A file that appears under its name whole or not at all, also when the power fails: written beside its place,
// flushed, then renamed.

import Glibc

/// A file being written. Unless it is committed, nothing of it stays and what was there before is untouched.
struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isCommitted = false

    init(_ path: String) throws(SafetensorsError) {
        var status = stat()
        if path.isEmpty || path.hasSuffix("/") || stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
            throw .cannotWrite(path: path, code: path.isEmpty ? ENOENT : EISDIR)
        }
        let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let temporary = "\(Self.folder(of: path))/.\(suffix).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
        self.path = path
        self.temporary = temporary
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// The folder that a file is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Appends all of `bytes`.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        var done = 0
        while done < bytes.count {
            let wrote = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if wrote < 0 && errno == EINTR { continue }
            guard wrote > 0 else { throw .cannotWrite(path: path, code: wrote < 0 ? errno : EIO) }
            done += wrote
        }
    }

    /// Puts the file under its name, in place of what was there.
    mutating func commit() throws(SafetensorsError) {
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw .cannotWrite(path: path, code: errno)
        }
        isCommitted = true
        // The name is safe only when the folder is. Some file systems cannot flush one; their files stay good.
        let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
