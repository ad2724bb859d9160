// What can go wrong in a model once its inputs are checked.

/// A model that cannot be made or cannot continue.
package enum ModelError: Error, CustomStringConvertible {
    /// The backend refused.
    case backend(String)
    case outOfMemory(String)
    /// A tensor was given another number of values than it has.
    case wrongSize(tensor: String, expected: Int, got: Int)

    package var description: String {
        switch self {
        case .backend(let message), .outOfMemory(let message): message
        case .wrongSize(let tensor, let expected, let got): "\(tensor) has \(expected) numbers, but \(got) were given"
        }
    }
}
