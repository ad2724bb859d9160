internal import Files
internal import Safetensors

/// Why an export failed. Existing files are untouched; `description` is one sentence.
package struct ExportError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ error: SafetensorsError) { description = error.description }
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
    init(_ error: FileError) { description = error.description }
    /// Creates an error from the system's error number for writing.
    init(_ path: String, code: Int32) { self.init(FileError(.writing, path, code: code)) }
}
