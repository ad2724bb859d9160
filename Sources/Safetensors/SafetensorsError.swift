// Why a safetensors file cannot be read or written, in a sentence that names the file and what to do.

import Glibc

/// Why there is no file, or none that can be trusted. `description` is one sentence.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    /// The system refuses to read it, with its error number.
    case cannotRead(path: String, code: Int32)
    /// The system refuses to write it, with its error number. What was there before is untouched.
    case cannotWrite(path: String, code: Int32)
    /// It is not a sound safetensors file.
    case damaged(path: String, problem: String)
    /// It holds no tensor of this name.
    case noTensor(path: String, name: String)
    /// A tensor is of another type, or has another count of numbers, than was asked for.
    case otherTensor(path: String, name: String, problem: String)
    /// A tensor holds numbers that are not finite: how many of how many.
    case notFinite(path: String, name: String, count: Int, of: Int)
    /// What should be written does not make a sound file. What was there before is untouched.
    case unwritable(path: String, problem: String)

    /// One sentence for a person.
    public var description: String {
        switch self {
        case .cannotRead(let path, let code): "\(path): \(Self.reading(code))"
        case .cannotWrite(let path, let code): "\(path): \(Self.writing(code, path))"
        case .damaged(let path, let problem): "\(path): not a sound safetensors file: \(problem)"
        case .noTensor(let path, let name): "\(path): holds no tensor \(name.quoted)"
        case .otherTensor(let path, let name, let problem): "\(path): tensor \(name.quoted) \(problem)"
        case .notFinite(let path, let name, let count, let all):
            "\(path): tensor \(name.quoted) holds NaN or infinity in \(count) of its \(all) numbers, "
                + "which makes the weights useless"
        case .unwritable(let path, let problem): "\(path): cannot be written: \(problem)"
        }
    }

    private static func reading(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EISDIR: "is a folder; give a safetensors file in it"
        case EACCES, EPERM: "may not be read; ask for permission with chmod"
        case EINVAL: "is not a regular file; copy it to one"
        default: "cannot be read: \(String(cString: strerror(code)))"
        }
    }

    private static func writing(_ code: Int32, _ path: String) -> String {
        let folder = AtomicFile.folder(of: path)
        return switch code {
        case ENOENT where path.isEmpty: "the name is empty; give the name of a file"
        // Some folders, such as /proc, refuse with the same code as one that is missing.
        case ENOENT where access(folder, F_OK) == 0: "no file can be made in \(folder); choose another folder"
        case ENOENT: "the folder \(folder) does not exist; make it with mkdir -p"
        case ENOTDIR: "\(folder) is not a folder; choose another place"
        case EISDIR: "is a folder; give the name of a file"
        case EACCES, EPERM: "no permission to write in \(folder); choose another folder or ask for it with chmod"
        case EEXIST: "is there already; give another name, or replace it with --overwrite"
        case EROFS: "\(folder) can only be read; choose another folder"
        case ENOSPC, EDQUOT: "no space is left in \(folder); free some or choose another folder"
        case EFBIG: "is larger than the limit of files' sizes allows; raise it with ulimit -f"
        case ENAMETOOLONG: "the name is too long; choose a shorter one"
        default: "cannot be written: \(String(cString: strerror(code)))"
        }
    }
}

extension String {
    /// A tensor's name as it may appear in a sentence: short, and without control characters.
    var quoted: String {
        let cut = unicodeScalars.prefix(81).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "\"" + String(String.UnicodeScalarView(cut.prefix(80))) + (cut.count > 80 ? "…\"" : "\"")
    }
}
