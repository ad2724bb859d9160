// Writes safetensors files as PyTorch's tools expect them. Values are requested tensor by tensor and written directly
// to the file, so that a network needs no second copy of itself.

package import Files

/// A tensor to write, with a function that provides its values when needed.
package struct TensorSource {
    /// Accepts the next part of a tensor's values.
    package typealias Emit<Numbers> = (Numbers) throws(FileError) -> Void

    /// Name, unique in the file.
    package let name: String
    package let type: TensorType
    /// Dimensions, the slowest first; empty for a scalar.
    package let shape: [Int]
    /// Provides all bytes in order, in parts of any size.
    let produce: (Emit<UnsafeRawBufferPointer>) throws(FileError) -> Void

    /// Creates a tensor of any type.
    ///
    /// - Parameter produce: provides all its bytes, little-endian and row-major, in parts of any size.
    package init(
        _ name: String, type: TensorType, shape: [Int],
        bytes produce: @escaping (Emit<UnsafeRawBufferPointer>) throws(FileError) -> Void
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.produce = produce
    }

    /// Creates a tensor of `F32`.
    ///
    /// - Parameter produce: provides all its floats, row-major, in parts of any size.
    package init(
        _ name: String, shape: [Int],
        floats produce: @escaping (Emit<UnsafeBufferPointer<Float>>) throws(FileError) -> Void
    ) {
        self.init(name, type: .f32, shape: shape) { emit throws(FileError) in
            try produce { floats throws(FileError) in try emit(UnsafeRawBufferPointer(floats)) }
        }
    }
}

package enum SafetensorsWriter {
    /// Writes a file atomically; an existing file stays until then.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - tensors: in any order; in the file, the widest type comes first, then they are ordered by name.
    ///   - metadata: key-value pairs; `"format": "pt"` is added unless they define the format.
    ///   - overwrite: whether to replace an existing file.
    /// - Throws: `FileError` if the tensors do not make a valid file, or if the system refuses.
    package static func write(
        to path: String, tensors: [TensorSource], metadata: [String: String] = [:], overwrite: Bool = true,
        flush: Bool = true
    ) throws(FileError) {
        let header = try Header(
            for: path, metadata: ["format": "pt"].merging(metadata) { $1 },
            tensors: tensors.map { ($0.name, $0.type, $0.shape) })
        let json = header.json
        guard json.count <= Header.maxBytes else {
            throw .unwritable(path, "a header of \(json.count) bytes is longer than 1 MiB")
        }

        var file = try AtomicFile(path, replaces: overwrite)
        try withUnsafeBytes(of: UInt64(json.count)) { bytes throws(FileError) in try file.append(bytes) }
        try json.span.withUnsafeBytes { bytes throws(FileError) in try file.append(bytes) }
        let sources = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        for name in header.order {
            guard let source = sources[name], let info = header.tensors[name] else { continue }
            var missing = info.byteRange.count
            try source.produce { bytes throws(FileError) in
                missing -= bytes.count
                if missing >= 0 { try file.append(bytes) }
            }
            guard missing == 0 else {
                let problem = "tensor \(name.quoted) of shape \(info.shape) was given \(abs(missing)) bytes too "
                throw .unwritable(path, problem + (missing > 0 ? "few" : "many"))
            }
        }
        try file.commit(flush: flush)
    }
}
