// Shared by the suites: synthetic IDX bytes, gzip compression, and temporary data sets.

import TestSupport
import CZlib
import Datasets
import Foundation

/// Returns the bytes of an IDX file; valid by default.
func idx(_ dimensions: [Int], _ elements: [UInt8], magic: [UInt8] = [0, 0, 8]) -> [UInt8] {
    let lengths = dimensions.flatMap { length in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    }
    return magic + [UInt8(dimensions.count)] + lengths + elements
}

/// Compresses bytes with gzip.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let withGzipHeader = 16 + MAX_WBITS
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
        deflateInit2_(&stream, 6, Z_DEFLATED, withGzipHeader, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { throw CompressionFailed() }
    defer { deflateEnd(&stream) }
    var source = bytes
    var target = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))) + 64)
    let status = source.withUnsafeMutableBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = uInt(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = uInt(target.count)
            return deflate(&stream, Z_FINISH)
        }
    }
    guard status == Z_STREAM_END else { throw CompressionFailed() }
    return Array(target.prefix(Int(stream.total_out)))
}

struct CompressionFailed: Error {}

extension TemporaryFolder {
    /// Writes a data set of two training images and one test image of 2 × 3 pixels.
    func writeDataset(in folder: String = "", suffix: String = ".gz", except missing: String? = nil) throws {
        let files: [(String, [UInt8])] = [
            ("train-images-idx3-ubyte", idx([2, 2, 3], Array(0..<12))),
            ("train-labels-idx1-ubyte", idx([2], [1, 0])),
            ("t10k-images-idx3-ubyte", idx([1, 2, 3], Array(20..<26))),
            ("t10k-labels-idx1-ubyte", idx([1], [1])),
        ]
        for (name, bytes) in files where name != missing {
            let isGzip = suffix == ".gz"
            try write(isGzip ? gzip(bytes) : bytes, to: (folder.isEmpty ? "" : folder + "/") + name + suffix)
        }
    }
}

/// Returns the error that `body` throws.
func error(of body: () throws(DatasetError) -> Void) -> DatasetError? {
    do throws(DatasetError) {
        try body()
        return nil
    } catch {
        return error
    }
}
