// Errors of a model with valid inputs.

/// A model could not be created or could not continue.
package enum ModelError: Error, CustomStringConvertible {
    /// The backend reported an error.
    case backend(String)
    case outOfMemory(String)
    /// A tensor was given the wrong number of values.
    case wrongSize(tensor: String, expected: Int, got: Int)

    package var description: String {
        switch self {
        case .backend(let message), .outOfMemory(let message): message
        case .wrongSize(let tensor, let expected, let got): "\(tensor) has \(expected) values, but \(got) were given"
        }
    }
}
