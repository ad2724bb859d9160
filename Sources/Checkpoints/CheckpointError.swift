package import Files
internal import Safetensors

/// Why a checkpoint cannot be written, read or trusted. `description` is one sentence.
package struct CheckpointError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// Creates an error about a file in a folder. Only the folder is named, because files have temporary names until
    /// they are committed.
    init(in folder: String, _ error: FileError) { self.init(FileError(.folder, folder, code: error.code)) }

    /// Creates an error about a file of weights in a folder.
    init(in folder: String, _ error: SafetensorsError) {
        if case .file(let error) = error { self.init(in: folder, error) } else { self.init(error.description) }
    }

    /// Creates an error about a folder.
    package init(_ error: FileError) { description = error.description }

    /// Creates an error about a file or folder.
    package init(_ path: String, code: Int32) { self.init(FileError(.folder, path, code: code)) }
}

/// Runs `body` and converts its errors to `CheckpointError`.
func inFolder<Value>(_ body: () throws(FileError) -> Value) throws(CheckpointError) -> Value {
    do throws(FileError) { return try body() } catch { throw CheckpointError(error) }
}
