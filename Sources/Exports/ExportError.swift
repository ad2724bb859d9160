// Why something cannot be exported, in a sentence.

internal import Files
internal import Safetensors

/// Why an export is not there. What was there before is untouched; `description` is one sentence.
package struct ExportError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ error: SafetensorsError) { description = error.description }
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
    init(_ error: FileError) { description = error.description }
    /// The system refuses to write, with its error number.
    init(_ path: String, code: Int32) { self.init(FileError(.writing, path, code: code)) }
}
