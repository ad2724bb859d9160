// What can go wrong in the engine once its inputs are checked.

/// An engine that cannot go on. `description` is one sentence for a person.
public enum EngineError: Error, CustomStringConvertible {
    /// The library refused, or the system gave it no memory.
    case library(String)
    /// A parameter was given another number of values than it has.
    case wrongSize(parameter: String, expected: Int, got: Int)

    /// One sentence for a person.
    public var description: String {
        switch self {
        case .library(let message): message
        case .wrongSize(let parameter, let expected, let got):
            "\(parameter) has \(expected) numbers, but \(got) were given"
        }
    }
}
