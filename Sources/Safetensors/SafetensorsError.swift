package import Files

/// Why a file cannot be read, trusted or written. `description` is one sentence.
package enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    /// The system refuses to read or write it. An existing file is untouched.
    case file(FileError)
    /// It is not a valid safetensors file.
    case damaged(path: String, problem: String)
    /// It has no tensor with this name.
    case noTensor(path: String, name: String)
    /// A tensor has another type or number of elements than requested.
    case otherTensor(path: String, name: String, problem: String)
    /// A tensor has values that are not finite: how many of how many.
    case notFinite(path: String, name: String, count: Int, of: Int)
    /// The tensors to write do not make a valid file. An existing file is untouched.
    case unwritable(path: String, problem: String)

    package var description: String {
        switch self {
        case .file(let error): error.description
        case .damaged(let path, let problem): "\(path): not a valid safetensors file: \(problem)"
        case .noTensor(let path, let name): "\(path): has no tensor \(name.quoted)"
        case .otherTensor(let path, let name, let problem): "\(path): tensor \(name.quoted) \(problem)"
        case .notFinite(let path, let name, let count, let all):
            "\(path): tensor \(name.quoted) has NaN or infinity in \(count) of its \(all) numbers, "
                + "which makes the weights useless"
        case .unwritable(let path, let problem): "\(path): cannot be written: \(problem)"
        }
    }
}

/// Runs `body` and converts its file errors to `SafetensorsError`.
package func withFiles<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
) throws(SafetensorsError) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
}

extension String {
    /// A tensor's name for a sentence: shortened, and without control characters.
    var quoted: String {
        let cut = unicodeScalars.prefix(81).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "\"" + String(String.UnicodeScalarView(cut.prefix(80))) + (cut.count > 80 ? "…\"" : "\"")
    }
}
