// Errors of a model whose inputs are valid.

/// A model that cannot be created or cannot continue.
package enum ModelError: Error, CustomStringConvertible {
    /// The backend reported an error.
    case backend(String)
    case outOfMemory(String)
    /// A tensor was given the wrong number of values.
    case wrongSize(tensor: String, expected: Int, got: Int)

    package var description: String {
        switch self {
        case .backend(let message), .outOfMemory(let message): message
        case .wrongSize(let tensor, let expected, let got): "\(tensor) has \(expected) numbers, but \(got) were given"
        }
    }
}
