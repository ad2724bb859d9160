// Converts oneDNN's status codes to Swift errors.

internal import COneDNN

/// A failed call to the library, or a failure to start its threads or allocate its memory.
package struct OneDNNError: Error, CustomStringConvertible {
    package let description: String
    /// Whether the system had no memory for it.
    package let isOutOfMemory: Bool

    /// - Parameter operation: the operation, such as "convolution".
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
