// Reads safetensors files: the header immediately and strictly validated, values only when requested.

package import Files

#if _endian(big)
    #error("safetensors files are little-endian, and values are read here without conversion")
#endif

/// A safetensors file that is open for reading. Its header has been validated; no values are in memory.
///
/// Values are read, not mapped, so that a file which is truncated meanwhile is an error and not a crash.
package struct SafetensorsFile: Sendable {
    /// The path of the file.
    package let path: String
    /// Key-value pairs about the file.
    package let metadata: [String: String]
    /// Tensors by name.
    package let tensors: [String: TensorInfo]
    private let input: RegularFile

    /// Opens a file and validates its header.
    ///
    /// - Throws: `FileError` if it cannot be read, or violates the format.
    package init(contentsOf path: String) throws(FileError) {
        let input = try RegularFile(path)
        guard input.size >= 8 else {
            throw .damaged(
                path, "it has only \(input.size) bytes; the length of the header alone takes 8")
        }
        let length = try input.copy(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Header.maxBytes) else {
            throw .damaged(path, "its header has \(length) bytes; at most 1 MiB is supported")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= input.size else {
            throw .damaged(path, "its header of \(length) bytes extends past the end of the file")
        }
        let bytes = try input.copy(8..<dataStart)
        let header = try Header(parsing: bytes, of: path, dataCount: input.size - dataStart)
        metadata = header.metadata
        tensors = header.tensors.mapValues { $0.moved(by: dataStart) }
        self.path = path
        self.input = input
    }

    /// Reads a tensor's floats into a buffer, without another copy.
    ///
    /// - Parameter floats: a buffer for exactly the tensor's elements.
    /// - Throws: `FileError` if there is no such tensor of `F32`, if its size is different, or if reading fails.
    package func readFloats(
        named name: String, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(FileError) {
        let info = try floatTensor(named: name)
        guard info.count == floats.count else {
            throw FileError(
                path,
                "tensor \(name.quoted) of shape \(info.shape) has \(info.count) elements, not \(floats.count)")
        }
        try input.fill(UnsafeMutableRawBufferPointer(floats), from: info.byteRange.lowerBound)
    }

    /// Calls `body` with a tensor's floats, which are only valid until it returns.
    ///
    /// - Throws: `FileError` if there is no such tensor of `F32`, or if reading fails.
    package func withFloats<Result>(
        named name: String, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(FileError) -> Result {
        let info = try floatTensor(named: name)
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: info.count)
        defer { floats.deallocate() }
        try readFloats(named: name, into: floats)
        return body(UnsafeBufferPointer(floats))
    }

    /// Reads the bytes of a tensor of any type, unconverted.
    ///
    /// - Throws: `FileError` if there is no such tensor, or if reading fails.
    package func bytes(named name: String) throws(FileError) -> [UInt8] {
        try input.copy(info(named: name).byteRange)
    }

    /// Calls `body` with the bytes of a tensor of any type, in order, in parts of at most 1 MiB.
    ///
    /// - Throws: `FileError` if there is no such tensor, if reading fails, or what `body` throws.
    package func readBytes(
        named name: String, _ body: TensorSource.Emit<UnsafeRawBufferPointer>
    ) throws(FileError) {
        let range = try info(named: name).byteRange
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: min(range.count, 1 << 20), alignment: 8)
        defer { part.deallocate() }
        var start = range.lowerBound
        while start < range.upperBound {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: part[..<min(part.count, range.upperBound - start)])
            try input.fill(bytes, from: start)
            try body(UnsafeRawBufferPointer(bytes))
            start += bytes.count
        }
    }

    /// Checks the F32 tensors with these names for NaN and infinity.
    ///
    /// - Throws: `FileError` for the first one with NaN or infinity; other cases if reading fails.
    package func checkFinite(_ names: some Sequence<String>) throws(FileError) {
        for name in names where try info(named: name).type == .f32 {
            var (count, all) = (0, 0)
            try readBytes(named: name) { bytes throws(FileError) in
                let floats = bytes.bindMemory(to: Float.self)
                all += floats.count
                for float in floats where !float.isFinite { count += 1 }
            }
            if count > 0 {
                throw FileError(
                    path,
                    "tensor \(name.quoted) has NaN or infinity in \(count) of its \(all) numbers, "
                        + "which makes the weights useless")
            }
        }
    }

    private func info(named name: String) throws(FileError) -> TensorInfo {
        guard let info = tensors[name] else { throw FileError(path, "has no tensor \(name.quoted)") }
        return info
    }

    private func floatTensor(named name: String) throws(FileError) -> TensorInfo {
        let info = try info(named: name)
        guard info.type == .f32 else {
            throw FileError(path, "tensor \(name.quoted) has type \(info.type.rawValue), not F32")
        }
        return info
    }
}

extension TensorInfo {
    fileprivate func moved(by offset: Int) -> TensorInfo {
        TensorInfo(
            type: type, shape: shape, byteRange: byteRange.lowerBound + offset..<byteRange.upperBound + offset)
    }
}

extension RegularFile {
    /// Fills all of `bytes` from the file's byte `offset` on.
    fileprivate func fill(_ bytes: UnsafeMutableRawBufferPointer, from offset: Int) throws(FileError) {
        let got = try read(into: bytes, at: offset)
        guard got == bytes.count else { throw shorter }
    }

    private var shorter: FileError { .damaged(path, "it was truncated while it was read") }

    /// Returns a copy of part of the file.
    fileprivate func copy(_ range: Range<Int>) throws(FileError) -> [UInt8] {
        let bytes = try self.bytes(in: range)
        guard bytes.count == range.count else { throw shorter }
        return bytes
    }
}
