// What is done to folders of files: flushed, listed, removed without following a link.

import Glibc

package enum Folders {
    /// Makes a folder, and those above it; their names bear a power failure.
    ///
    /// - Parameter isPrivate: whether only its owner may enter what is made; else the process's umask says who may.
    /// - Returns: whether it was not there before.
    @discardableResult
    package static func make(_ path: String, isPrivate: Bool = false) throws(FileError) -> Bool {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let parent = String(path[..<slash])
        let mode: mode_t = isPrivate ? 0o700 : 0o777
        var code = mkdir(path, mode) == 0 ? 0 : errno
        if code == ENOENT, !parent.isEmpty {
            try make(parent, isPrivate: isPrivate)
            code = mkdir(path, mode) == 0 ? 0 : errno
        }
        guard code == 0 || code == EEXIST else { throw FileError(.folder, path, code: code) }
        // Whoever may not read the folder above cannot flush it, and has a good folder all the same.
        if code == 0 { try? flush(parent.isEmpty ? "/" : parent) }
        return code == 0
    }

    /// The names in a folder; none where there is no folder.
    package static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes what was written to a file, or the names in a folder, safe from a power failure.
    ///
    /// - Parameter name: what an error names; the path by default.
    package static func flush(_ path: String, as name: String? = nil) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileError(.folder, name ?? path, code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot flush a folder; their files stay good.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.folder, name ?? path, code: errno) }
    }

    /// Removes a folder of files, or whatever is there; a link is removed and not followed.
    package static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Whether it is a folder, and not a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether it is a link, whatever that leads to.
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether there is anything of this name, a link that leads nowhere included.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Seconds since something was written to last; 0 where there is nothing.
    package static func age(of path: String) -> Double {
        var status = stat()
        return lstat(path, &status) == 0 ? Double(time(nil) - status.st_mtim.tv_sec) : 0
    }

    /// Bytes of a regular file; `nil` for anything else.
    package static func size(of path: String) -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// A regular file's bytes, if there are no more than `most`.
    package static func contents(of path: String, most: Int) -> [UInt8]? {
        guard let file = try? RegularFile(path, followsLink: false), file.size <= most else { return nil }
        guard let bytes = try? file.bytes(in: 0..<file.size), bytes.count == file.size else { return nil }
        return bytes
    }

    /// SHA-256 of a regular file in hexadecimal; `nil` where it cannot be read, or has more than `most` bytes.
    package static func digest(of path: String, most: Int = .max) -> String? {
        guard let file = try? RegularFile(path, followsLink: false), file.size <= most else { return nil }
        var hash = SHA256()
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { part.deallocate() }
        var done = 0
        while true {
            guard let got = try? file.read(into: part, at: done) else { return nil }
            if got == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: part.prefix(got)))
            done += got
        }
        return hash.hexadecimal()
    }
}
