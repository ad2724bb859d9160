// Files for users to edit, such as experiments: never overwritten.

import Foundation

enum NewFile {
    /// Writes a new file.
    ///
    /// - Returns: whether it was written; an existing file is left unchanged.
    /// - Throws: `Failure` with the system's reason.
    static func write(_ text: String, to path: String) throws -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if file < 0, errno == EEXIST { return false }
        guard file >= 0 else {
            throw Failure(message: "\(path) cannot be created: \(String(cString: strerror(errno)))")
        }
        do {
            try FileHandle(fileDescriptor: file, closeOnDealloc: true).write(contentsOf: Data(text.utf8))
        } catch {
            unlink(path)
            throw Failure(message: "\(path) cannot be written: \(error.localizedDescription)")
        }
        return true
    }
}
