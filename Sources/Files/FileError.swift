import Glibc

/// Why a file or folder cannot be read, trusted or written. `description` is one sentence, with what to do.
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
    /// The problem, without the path.
    package let problem: String
    /// The system's error number; `nil` if the content is invalid.
    package let code: Int32?

    /// Creates the error of a system call.
    package init(_ access: Access, _ path: String, code: Int32) {
        self.path = path
        self.code = code
        problem =
            switch access {
            case .reading: Self.reading(code)
            case .writing: Self.writing(path, code)
            case .folder: "cannot be written: \(Self.folder(code))"
            }
    }

    /// Creates the error of a file or folder whose content is invalid.
    package init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
        code = nil
    }

    /// The system's own description, or the problem with the content.
    package var cause: String { code.map { String(cString: strerror($0)) } ?? problem }

    /// Whether a file has the name of one that must not be replaced.
    package var isNameTaken: Bool { code == EEXIST }

    package var description: String { "\(path): \(problem)" }

    private static func reading(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EISDIR: "is a folder; give a file in it"
        case EACCES, EPERM: "may not be read; ask for permission with chmod"
        case EINVAL: "is not a regular file; copy it to one"
        default: "cannot be read: \(String(cString: strerror(code)))"
        }
    }

    private static func writing(_ path: String, _ code: Int32) -> String {
        let folder = AtomicFile.folder(of: path)
        return switch code {
        case ENOENT where path.isEmpty: "the name is empty; give the name of a file"
        // Some folders, such as /proc, refuse with the same code as one that is missing.
        case ENOENT where access(folder, F_OK) == 0: "no file can be made in \(folder); choose another folder"
        case ENOENT: "the folder \(folder) does not exist; make it with mkdir -p"
        case ENOTDIR: "\(folder) is not a folder; choose another place"
        case EISDIR: "is a folder; give the name of a file"
        case EACCES, EPERM: "no permission to write in \(folder); choose another folder or ask for it with chmod"
        case EEXIST: "is there already; give another name"
        case EROFS: "\(folder) can only be read; choose another folder"
        case ENOSPC, EDQUOT: "no space is left in \(folder); free some or choose another folder"
        case EFBIG: "is larger than the limit of files' sizes allows; raise it with ulimit -f"
        case ENAMETOOLONG: "the name is too long; choose a shorter one"
        default: "cannot be written: \(String(cString: strerror(code)))"
        }
    }

    private static func folder(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "the disk is full"
        case EFBIG: "the file would be larger than the limit of files' sizes allows (ulimit -f)"
        case EACCES, EPERM: "no permission to write there"
        case EROFS: "the file system is read-only"
        default: String(cString: strerror(code))
        }
    }
}
