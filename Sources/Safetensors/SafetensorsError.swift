// Why a safetensors file cannot be read or written, in a sentence that names the file and what to do.

package import Files

/// Why there is no file, or none that can be trusted. `description` is one sentence.
package enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    /// The system refuses to read or write it. What was there before is untouched.
    case file(FileError)
    /// It is not a valid safetensors file.
    case damaged(path: String, problem: String)
    /// It holds no tensor of this name.
    case noTensor(path: String, name: String)
    /// A tensor is of another type, or has another count of numbers, than was asked for.
    case otherTensor(path: String, name: String, problem: String)
    /// A tensor holds numbers that are not finite: how many of how many.
    case notFinite(path: String, name: String, count: Int, of: Int)
    /// What should be written does not make a valid file. What was there before is untouched.
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

/// What `body` returns; what the system refuses in it becomes a `SafetensorsError`.
package func withFiles<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
) throws(SafetensorsError) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
}

extension String {
    /// A tensor's name as it may appear in a sentence: short, and without control characters.
    var quoted: String {
        let cut = unicodeScalars.prefix(81).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "\"" + String(String.UnicodeScalarView(cut.prefix(80))) + (cut.count > 80 ? "…\"" : "\"")
    }
}
