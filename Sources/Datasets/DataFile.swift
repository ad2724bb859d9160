// One of a data set's files: its path, its data set, and its bytes.

import Files
import Glibc
import MemoryUse

/// The content of one of the four files.
package enum FileRole: String, Sendable, CaseIterable {
    /// Images to train on.
    case trainImages
    /// Classes of the images to train on.
    case trainLabels
    /// Images to evaluate on.
    case testImages
    /// Classes of the images to evaluate on.
    case testLabels
}

/// A file on disk and its data set, which determines the advice in messages.
package struct DataFile: Equatable, Sendable {
    package let path: String
    /// The data set that it belongs to.
    package let dataset: String
    /// The path of the compressed or uncompressed version, if both exist.
    package let twin: String?

    /// Creates a reference to a file, which need not exist.
    package init(path: String, dataset: String, twin: String? = nil) {
        self.path = path
        self.dataset = dataset
        self.twin = twin
    }

    /// Creates an error about this file.
    func fault(_ fault: FileFault) -> DatasetError {
        .brokenFile(path: path, fault: fault, dataset: dataset)
    }

    /// Reads all bytes, or the first ones.
    ///
    /// - Throws: `DatasetError` if it is not a regular file, is too large, or cannot be read.
    package func read(atMost most: Int = .max) throws(DatasetError) -> [UInt8] {
        let file = try refusing { () throws(FileError) in try RegularFile(path) }
        guard file.size <= IDXArray.largestSize else { throw fault(.tooLarge(bytes: file.size)) }
        let size = min(file.size, most)
        guard isMemoryLeft(for: size) else { throw fault(.noMemory) }
        let bytes = try refusing { () throws(FileError) in try file.bytes(in: 0..<size) }
        guard bytes.count == size else { throw fault(.truncated(got: bytes.count, expected: size)) }
        return bytes
    }

    private func refusing<Value>(_ body: () throws(FileError) -> Value) throws(DatasetError) -> Value {
        do throws(FileError) { return try body() } catch {
            throw fault([EINVAL, EISDIR].contains(error.code) ? .notRegular : .unreadable(error.cause))
        }
    }
}
