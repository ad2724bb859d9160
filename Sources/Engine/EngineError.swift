// What can go wrong in the engine once its inputs are checked.

internal import OneDNN

/// An engine that cannot continue. `description` is one sentence.
package enum EngineError: Error, CustomStringConvertible {
    /// The library refused.
    case library(String)
    /// There is not enough memory left.
    case outOfMemory(String)
    /// A parameter was given another number of values than it has.
    case wrongSize(parameter: String, expected: Int, got: Int)

    package var description: String {
        switch self {
        case .library(let message), .outOfMemory(let message): message
        case .wrongSize(let parameter, let expected, let got):
            "\(parameter) has \(expected) numbers, but \(got) were given"
        }
    }
}

extension EngineError {
    init(_ error: OneDNNError) {
        self = error.isOutOfMemory ? .outOfMemory(error.description) : .library(error.description)
    }
}
