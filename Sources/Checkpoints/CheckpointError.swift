// Why a run's state cannot be kept or read back.

package import Files
internal import Safetensors

/// A checkpoint that cannot be written, read or trusted. `description` is one sentence.
package struct CheckpointError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// What the system said of a file in a folder. Only that is named: files have other names until they count.
    init(in folder: String, _ error: FileError) { self.init(FileError(.folder, folder, code: error.code)) }

    /// What was wrong with a file of weights in a folder.
    init(in folder: String, _ error: SafetensorsError) {
        if case .file(let error) = error { self.init(in: folder, error) } else { self.init(error.description) }
    }

    /// What the system said of a folder.
    package init(_ error: FileError) { description = error.description }

    /// What the system said of a file or folder.
    package init(_ path: String, code: Int32) { self.init(FileError(.folder, path, code: code)) }
}

/// What `body` returns; what the system refuses in it becomes a `CheckpointError`.
func inFolder<Value>(_ body: () throws(FileError) -> Value) throws(CheckpointError) -> Value {
    do throws(FileError) { return try body() } catch { throw CheckpointError(error) }
}
