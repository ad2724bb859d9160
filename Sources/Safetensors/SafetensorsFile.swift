// Reads safetensors files: the header at once and with every check, the numbers only when they are asked for.

internal import Files

#if _endian(big)
    #error("safetensors are little-endian, and numbers are read here as they stand")
#endif

/// A safetensors file that is open for reading. Its header has been checked; no numbers are in memory.
///
/// Numbers are read, not mapped, so that a file which shrinks meanwhile is an error and not a crash.
package struct SafetensorsFile: Sendable {
    /// Where the file is.
    package let path: String
    /// Text pairs about the file.
    package let metadata: [String: String]
    /// Tensors by name.
    package let tensors: [String: TensorInfo]
    private let input: RegularFile

    /// Opens a file and checks its header.
    ///
    /// - Throws: `SafetensorsError` when it cannot be read, or breaks any rule of the format.
    package init(contentsOf path: String) throws(SafetensorsError) {
        let input = try RegularFile(safetensors: path)
        guard input.size >= 8 else {
            throw .damaged(
                path: path, problem: "it has \(input.size) bytes, and the length of its header alone takes 8")
        }
        let length = try input.copy(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Header.maxBytes) else {
            throw .damaged(path: path, problem: "the header it announces has \(length) bytes, and 1 MiB is the most")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= input.size else {
            throw .damaged(path: path, problem: "its header of \(length) bytes runs past the end of the file")
        }
        let bytes = try input.copy(8..<dataStart)
        let header: Header
        do throws(HeaderFlaw) {
            header = try Header(parsing: bytes, dataCount: input.size - dataStart)
        } catch {
            throw .damaged(path: path, problem: error.problem)
        }
        metadata = header.metadata
        tensors = header.tensors.mapValues { $0.moved(by: dataStart) }
        self.path = path
        self.input = input
    }

    /// Reads a tensor's floats to where they are needed, without another copy.
    ///
    /// - Parameter floats: exactly as many as the tensor has.
    /// - Throws: `SafetensorsError` without such a tensor of `F32`, for another count, or when reading fails.
    package func readFloats(
        named name: String, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(SafetensorsError) {
        let info = try floatTensor(named: name)
        guard info.count == floats.count else {
            let problem = "of shape \(info.shape) has \(info.count) numbers and not \(floats.count)"
            throw .otherTensor(path: path, name: name, problem: problem)
        }
        try input.fill(UnsafeMutableRawBufferPointer(floats), from: info.byteRange.lowerBound)
    }

    /// Lends a tensor's floats to `body`; they are gone when it returns.
    ///
    /// - Throws: `SafetensorsError` without such a tensor of `F32`, or when reading fails.
    package func withFloats<Result>(
        named name: String, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(SafetensorsError) -> Result {
        let info = try floatTensor(named: name)
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: info.count)
        defer { floats.deallocate() }
        try readFloats(named: name, into: floats)
        return body(UnsafeBufferPointer(floats))
    }

    /// A tensor's bytes of any type, as they stand in the file.
    ///
    /// - Throws: `SafetensorsError` without such a tensor, or when reading fails.
    package func bytes(named name: String) throws(SafetensorsError) -> [UInt8] {
        try input.copy(info(named: name).byteRange)
    }

    /// Gives a tensor's bytes of any type in their order, in parts of at most 1 MiB.
    ///
    /// - Throws: `SafetensorsError` without such a tensor, when reading fails, or what `body` throws.
    package func readBytes(
        named name: String, _ body: TensorSource.Emit<UnsafeRawBufferPointer>
    ) throws(SafetensorsError) {
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

    /// Reads the F32 tensors of these names through, in parts.
    ///
    /// - Throws: `SafetensorsError.notFinite` for the first of them with NaN or infinity; when reading fails.
    package func checkFinite(_ names: some Sequence<String>) throws(SafetensorsError) {
        for name in names where try info(named: name).type == .f32 {
            var (count, all) = (0, 0)
            try readBytes(named: name) { bytes throws(SafetensorsError) in
                let floats = bytes.bindMemory(to: Float.self)
                all += floats.count
                for float in floats where !float.isFinite { count += 1 }
            }
            if count > 0 { throw .notFinite(path: path, name: name, count: count, of: all) }
        }
    }

    private func info(named name: String) throws(SafetensorsError) -> TensorInfo {
        guard let info = tensors[name] else { throw .noTensor(path: path, name: name) }
        return info
    }

    private func floatTensor(named name: String) throws(SafetensorsError) -> TensorInfo {
        let info = try info(named: name)
        guard info.type == .f32 else {
            throw .otherTensor(path: path, name: name, problem: "is of type \(info.type.rawValue) and not F32")
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
    fileprivate convenience init(safetensors path: String) throws(SafetensorsError) {
        do throws(FileError) { try self.init(path) } catch { throw .file(error) }
    }

    /// Fills all of `bytes` from the file's byte `offset` on.
    fileprivate func fill(_ bytes: UnsafeMutableRawBufferPointer, from offset: Int) throws(SafetensorsError) {
        let got = try withFiles { () throws(FileError) in try read(into: bytes, at: offset) }
        guard got == bytes.count else { throw shorter }
    }

    private var shorter: SafetensorsError { .damaged(path: path, problem: "it became shorter while it was read") }

    /// A copy of part of the file.
    fileprivate func copy(_ range: Range<Int>) throws(SafetensorsError) -> [UInt8] {
        let bytes = try withFiles { () throws(FileError) in try self.bytes(in: range) }
        guard bytes.count == range.count else { throw shorter }
        return bytes
    }
}
