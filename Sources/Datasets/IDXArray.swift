// Reads the IDX format: a header of big-endian numbers, then the elements. Only unsigned bytes are supported.

internal import Files
internal import MemoryUse

/// An array of unsigned bytes from an IDX file.
///
/// **Source**: LeCun, Cortes & Burges, *The MNIST database*, "the IDX file format": two zero bytes, element type, number
/// of dimensions, each dimension as a 32-bit big-endian number, elements in row-major order.
package struct IDXArray: Equatable, Sendable {
    /// Maximum size of a file or its content in bytes.
    package static let largestSize = 1 << 31

    /// Length of each axis, slowest first.
    package let dimensions: [Int]
    /// The elements in row-major order.
    package let elements: [UInt8]

    /// Parses a file's bytes, plain or gzip.
    ///
    /// - Throws: `DatasetError` if they are not an IDX array of unsigned bytes with one of `ranks` dimensions.
    package init(_ bytes: [UInt8], ranks: ClosedRange<Int>, of file: DataFile) throws(DatasetError) {
        if bytes.isEmpty { throw file.fault(.empty) }
        self = try bytes.withUnsafeBufferPointer { buffer throws(DatasetError) in
            let reader = try ContentReader(buffer, of: file)
            let parsed = try IDXArray(reader, ranks: ranks, of: file)
            try reader.finish()
            return parsed
        }
    }

    /// Reads the dimensions from a file's header, without reading the rest of the file.
    ///
    /// - Throws: `DatasetError` if the header is not that of an IDX array of unsigned bytes with one of `ranks` dimensions.
    package static func dimensions(of file: DataFile, ranks: ClosedRange<Int>) throws(DatasetError) -> [Int] {
        // A gzip header may contain a file name.
        let bytes = try file.read(atMost: 4096)
        if bytes.isEmpty { throw file.fault(.empty) }
        return try bytes.withUnsafeBufferPointer { buffer throws(DatasetError) in
            try header(ContentReader(buffer, of: file), ranks: ranks, of: file).dimensions
        }
    }

    private init(_ reader: ContentReader, ranks: ClosedRange<Int>, of file: DataFile) throws(DatasetError) {
        let header = try Self.header(reader, ranks: ranks, of: file)
        // Does not allocate more memory than the file can fill.
        guard header.size + header.count <= reader.largestContent else {
            throw file.fault(.truncated(got: reader.largestContent, expected: header.size + header.count))
        }
        dimensions = header.dimensions
        elements = try Self.read(
            header.count, from: reader, of: file, offset: header.size, expected: header.size + header.count)
    }

    /// Parses the dimensions, their product, and the size of the header in bytes.
    private static func header(
        _ reader: ContentReader, ranks: ClosedRange<Int>, of file: DataFile
    ) throws(DatasetError) -> (dimensions: [Int], count: Int, size: Int) {
        let start = try read(4, from: reader, of: file, offset: 0, expected: 4)
        guard start[0] == 0, start[1] == 0 else { throw file.fault(.wrongMagic(start)) }
        guard start[2] == 0x08 else { throw file.fault(.wrongElementType(start[2])) }
        let rank = Int(start[3])
        guard ranks.contains(rank) else { throw file.fault(.wrongRank(got: rank, expected: ranks)) }

        let headerSize = 4 + 4 * rank
        let lengths = try read(4 * rank, from: reader, of: file, offset: 4, expected: headerSize)
        let dimensions = (0..<rank).map { axis in
            lengths[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        var size = 1
        for length in dimensions {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            if overflow || !(1...largestSize).contains(product) { throw file.fault(.badDimensions(dimensions)) }
            size = product
        }
        return (dimensions, size, headerSize)
    }

    /// SHA-256 of the uncompressed file in lower-case hexadecimal digits.
    package var digest: String {
        let lengths = dimensions.flatMap { length in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) }
        }
        var hash = SHA256()
        hash.update([0, 0, 0x08, UInt8(dimensions.count)] + lengths)
        hash.update(elements)
        return hash.hexadecimal()
    }

    private static func read(
        _ count: Int, from reader: ContentReader, of file: DataFile, offset: Int, expected: Int
    ) throws(DatasetError) -> [UInt8] {
        guard isMemoryLeft(for: count) else { throw file.fault(.noMemory) }
        var failure: DatasetError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            do throws(DatasetError) {
                initializedCount = try reader.read(into: UnsafeMutableBufferPointer(rebasing: buffer.prefix(count)))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == count else {
            throw file.fault(.truncated(got: offset + bytes.count, expected: expected))
        }
        return bytes
    }
}
