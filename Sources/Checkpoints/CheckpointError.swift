// Why a run's state cannot be kept or read back.

internal import Glibc
internal import Safetensors

/// A checkpoint that cannot be written, read or trusted. `description` is one sentence for a person.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String

    init(_ description: String) { self.description = description }

    /// What the system said of a file in a folder. Only that is named: files have other names until they count.
    init(in folder: String, _ error: SafetensorsError) {
        if case .cannotWrite(_, let code) = error {
            self.init(folder, code: code)
        } else {
            self.init(error.description)
        }
    }

    /// What the system said of a file or folder.
    package init(_ path: String, code: Int32) {
        let cause =
            switch code {
            case ENOSPC, EDQUOT: "the disk is full"
            case EFBIG: "the file would be larger than the limit of files' sizes allows (ulimit -f)"
            case EACCES, EPERM: "no permission to write there"
            case EROFS: "the file system is read-only"
            default: String(cString: strerror(code))
            }
        description = "\(path): cannot be written: \(cause)"
    }
}
