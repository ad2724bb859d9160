// The one place where oneDNN's status codes become Swift errors.

internal import COneDNN

/// A call to the library that did not succeed, or threads and memory for it that the system did not give.
package struct OneDNNError: Error, CustomStringConvertible {
    package let description: String
    /// Whether the system had no memory for it.
    package let isOutOfMemory: Bool

    /// - Parameter operation: what was asked for, such as "convolution".
    init(operation: String, status: dnnl_status_t) {
        isOutOfMemory = status == dnnl_out_of_memory
        if isOutOfMemory {
            description = "there is not enough memory left for \(operation)"
        } else {
            let status = dnnl_status2str(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
            description = "oneDNN could not set up or run \(operation): \(status)"
        }
    }

    init(_ description: String) {
        self.description = description
        isOutOfMemory = false
    }
}

func check(_ status: dnnl_status_t, _ operation: String) throws(OneDNNError) {
    guard status == dnnl_success else { throw OneDNNError(operation: operation, status: status) }
}
