import Glibc

/// A file or folder that the system refuses to read or write. `description` is one sentence, with what to do.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The failed operation.
    package enum Access: Sendable, Hashable {
        /// Opening or reading a regular file.
        case reading
        /// Creating or writing a file; an existing file is untouched.
        case writing
        /// Creating a folder, or writing files in one.
        case folder
    }

    /// The file or folder, as given by the caller.
    package let path: String
    /// The failed operation.
    package let access: Access
    /// The system's error number.
    package let code: Int32

    package init(_ access: Access, _ path: String, code: Int32) {
        self.path = path
        self.access = access
        self.code = code
    }

    /// The system's own description.
    package var cause: String { String(cString: strerror(code)) }

    package var description: String {
        switch access {
        case .reading: "\(path): \(reading)"
        case .writing: "\(path): \(writing)"
        case .folder: "\(path): cannot be written: \(folder)"
        }
    }

    private var reading: String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EISDIR: "is a folder; give a file in it"
        case EACCES, EPERM: "may not be read; ask for permission with chmod"
        case EINVAL: "is not a regular file; copy it to one"
        default: "cannot be read: \(cause)"
        }
    }

    private var writing: String {
        let folder = AtomicFile.folder(of: path)
        return switch code {
        case ENOENT where path.isEmpty: "the name is empty; give the name of a file"
        // Some folders, such as /proc, refuse with the same code as one that is missing.
        case ENOENT where Glibc.access(folder, F_OK) == 0: "no file can be made in \(folder); choose another folder"
        case ENOENT: "the folder \(folder) does not exist; make it with mkdir -p"
        case ENOTDIR: "\(folder) is not a folder; choose another place"
        case EISDIR: "is a folder; give the name of a file"
        case EACCES, EPERM: "no permission to write in \(folder); choose another folder or ask for it with chmod"
        case EEXIST: "is there already; give another name, or replace it with --overwrite"
        case EROFS: "\(folder) can only be read; choose another folder"
        case ENOSPC, EDQUOT: "no space is left in \(folder); free some or choose another folder"
        case EFBIG: "is larger than the limit of files' sizes allows; raise it with ulimit -f"
        case ENAMETOOLONG: "the name is too long; choose a shorter one"
        default: "cannot be written: \(cause)"
        }
    }

    private var folder: String {
        switch code {
        case ENOSPC, EDQUOT: "the disk is full"
        case EFBIG: "the file would be larger than the limit of files' sizes allows (ulimit -f)"
        case EACCES, EPERM: "no permission to write there"
        case EROFS: "the file system is read-only"
        default: cause
        }
    }
}
