// Writes safetensors files as PyTorch's tools expect them. Numbers are asked for one tensor after another and go
// straight to the file, so that a network needs no second copy of itself.

internal import Files

/// A tensor to be written, with the means to get its numbers when their turn comes.
package struct TensorSource {
    /// Takes the next part of a tensor's numbers.
    package typealias Emit<Numbers> = (Numbers) throws(SafetensorsError) -> Void

    /// Its name, unique in the file.
    package let name: String
    /// Type of its numbers.
    package let type: TensorType
    /// Its sides, the slowest first; empty for a single number.
    package let shape: [Int]
    /// Gives all bytes in order, in parts as is convenient.
    let produce: (Emit<UnsafeRawBufferPointer>) throws(SafetensorsError) -> Void

    /// A tensor of any type.
    ///
    /// - Parameter produce: gives all its bytes, little-endian and row-major, in parts as is convenient.
    package init(
        _ name: String, type: TensorType, shape: [Int],
        bytes produce: @escaping (Emit<UnsafeRawBufferPointer>) throws(SafetensorsError) -> Void
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.produce = produce
    }

    /// A tensor of `F32`.
    ///
    /// - Parameter produce: gives all its floats, row-major, in parts as is convenient.
    package init(
        _ name: String, shape: [Int],
        floats produce: @escaping (Emit<UnsafeBufferPointer<Float>>) throws(SafetensorsError) -> Void
    ) {
        self.init(name, type: .f32, shape: shape) { emit throws(SafetensorsError) in
            try produce { floats throws(SafetensorsError) in try emit(UnsafeRawBufferPointer(floats)) }
        }
    }
}

/// Writes safetensors files.
package enum SafetensorsWriter {
    /// Writes a file that is there whole or not at all; until then what was there before stays.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - tensors: in any order; the file has them with the widest type first, then by name.
    ///   - metadata: text pairs, joined by `"format": "pt"` unless they name another.
    ///   - overwrite: whether it may take the place of a file that is there.
    /// - Throws: `SafetensorsError` when the tensors make no valid file or the system refuses.
    package static func write(
        to path: String, tensors: [TensorSource], metadata: [String: String] = [:], overwrite: Bool = true,
        flush: Bool = true
    ) throws(SafetensorsError) {
        let header: Header
        do throws(HeaderFlaw) {
            header = try Header(
                metadata: ["format": "pt"].merging(metadata) { $1 },
                tensors: tensors.map { ($0.name, $0.type, $0.shape) })
        } catch {
            throw .unwritable(path: path, problem: error.problem)
        }
        let json = header.json
        guard json.count <= Header.maxBytes else {
            throw .unwritable(path: path, problem: "a header of \(json.count) bytes is longer than 1 MiB")
        }

        var file = try withFiles { () throws(FileError) in try AtomicFile(path, replaces: overwrite) }
        func append(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
            try withFiles { () throws(FileError) in try file.append(bytes) }
        }
        try withUnsafeBytes(of: UInt64(json.count)) { bytes throws(SafetensorsError) in try append(bytes) }
        try json.span.withUnsafeBytes { bytes throws(SafetensorsError) in try append(bytes) }
        let sources = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        for name in header.order {
            guard let source = sources[name], let info = header.tensors[name] else { continue }
            var missing = info.byteRange.count
            try source.produce { bytes throws(SafetensorsError) in
                missing -= bytes.count
                if missing >= 0 { try append(bytes) }
            }
            guard missing == 0 else {
                let problem = "tensor \(name.quoted) of shape \(info.shape) was given \(abs(missing)) bytes too "
                throw .unwritable(path: path, problem: problem + (missing > 0 ? "few" : "many"))
            }
        }
        try withFiles { () throws(FileError) in try file.commit(flush: flush) }
    }
}
