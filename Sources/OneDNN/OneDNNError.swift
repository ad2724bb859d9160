// The one place where oneDNN's status codes become Swift errors.

internal import COneDNN

/// A call to the library that did not succeed.
public struct OneDNNError: Error, CustomStringConvertible {
    /// What was asked for, such as "convolution".
    public let operation: String
    /// Whether the library has no implementation of it for these shapes on this processor.
    public let isUnimplemented: Bool
    private let status: String

    init(operation: String, status: dnnl_status_t) {
        self.operation = operation
        self.isUnimplemented = status == dnnl_unimplemented
        self.status = dnnl_status2str(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }

    /// One sentence for a person.
    public var description: String { "oneDNN could not set up or run \(operation): \(status)" }
}

func check(_ status: dnnl_status_t, _ operation: String) throws(OneDNNError) {
    guard status == dnnl_success else { throw OneDNNError(operation: operation, status: status) }
}
