// Operations on folders: flushing, listing, removing without following links.

import Glibc

package enum Folders {
    /// Creates a folder and its parents durably.
    ///
    /// - Parameter isPrivate: whether a new folder is accessible only for its owner; otherwise the process's umask
    ///   applies.
    /// - Returns: whether it did not exist before.
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
        // Without permission to read the parent folder, it cannot be flushed, but the new folder is usable.
        if code == 0 { try? flush(parent.isEmpty ? "/" : parent) }
        return code == 0
    }

    /// Returns the names in a folder; empty if it does not exist.
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

    /// Flushes a file's content, or a folder's names, to disk.
    ///
    /// - Parameter name: the name for errors; the path by default.
    package static func flush(_ path: String, as name: String? = nil) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileError(.folder, name ?? path, code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot flush a folder, and do not need it.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.folder, name ?? path, code: errno) }
    }

    /// Removes a folder with its files, or whatever is there; a link is removed, not followed.
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

    /// Returns whether a path is a folder, and not a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Returns whether a path is a link, whatever it leads to.
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Returns whether anything exists at a path, including a broken link.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Returns the seconds since the last modification; 0 if nothing exists.
    package static func age(of path: String) -> Double {
        var status = stat()
        return lstat(path, &status) == 0 ? Double(time(nil) - status.st_mtim.tv_sec) : 0
    }

    /// Returns the size of a regular file in bytes; `nil` for anything else.
    package static func size(of path: String) -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Reads a regular file, if it has no more than `most` bytes.
    package static func contents(of path: String, most: Int) -> [UInt8]? {
        guard let file = try? RegularFile(path, followsLink: false), file.size <= most else { return nil }
        guard let bytes = try? file.bytes(in: 0..<file.size), bytes.count == file.size else { return nil }
        return bytes
    }

    /// Computes the SHA-256 of a regular file in hexadecimal; `nil` if it cannot be read, or has more than `most`
    /// bytes.
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
