// One of a data set's files: where it is, whose it is, and its bytes.

import Files
import Glibc
import MemoryUse

/// What one of the four files holds.
package enum FileRole: String, Sendable, CaseIterable {
    /// Images that are trained on.
    case trainImages
    /// Classes of the images that are trained on.
    case trainLabels
    /// Images that are only tested on.
    case testImages
    /// Classes of the images that are only tested on.
    case testLabels
}

/// A file on disk and the data set that it is read for, which decides what a message advises.
package struct DataFile: Equatable, Sendable {
    package let path: String
    /// The data set that it is read for.
    package let dataset: String
    /// The path of its compressed or unpacked form, where both are there.
    package let twin: String?

    /// A file that need not exist.
    package init(path: String, dataset: String, twin: String? = nil) {
        self.path = path
        self.dataset = dataset
        self.twin = twin
    }

    /// The error that says what is wrong with this file.
    func fault(_ fault: FileFault) -> DatasetError {
        .brokenFile(path: path, fault: fault, dataset: dataset)
    }

    /// Its bytes: all, or the first ones.
    ///
    /// - Throws: `DatasetError` when it is no regular file of a sane size or cannot be read.
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
