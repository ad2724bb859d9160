// One of a data set's files: where it is, whose it is, and its bytes.

import Glibc
import MemoryUse

/// What one of the four files holds.
package enum FileRole: String, Sendable, CaseIterable {
    /// Pictures that are trained on.
    case trainImages
    /// Classes of the pictures that are trained on.
    case trainLabels
    /// Pictures that are only tested on.
    case testImages
    /// Classes of the pictures that are only tested on.
    case testLabels
}

/// A file on disk and the data set that it is read for, which decides what a message advises.
package struct DataFile: Equatable, Sendable {
    /// Where it is.
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
        // Without O_NONBLOCK a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fault(.unreadable(Self.reason(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fault(.unreadable(Self.reason(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw fault(.notRegular) }
        guard status.st_size <= IDXArray.largestSize else { throw fault(.tooLarge(bytes: Int(status.st_size))) }
        let size = min(Int(status.st_size), most)
        guard isMemoryLeft(for: size) else { throw fault(.noMemory) }

        var problem: FileFault?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initializedCount in
            while initializedCount < size, let target = buffer.baseAddress {
                let count = Glibc.read(descriptor, target + initializedCount, size - initializedCount)
                if count > 0 {
                    initializedCount += count
                } else if count == 0 || errno != EINTR {
                    problem =
                        count == 0
                        ? .truncated(got: initializedCount, expected: size)
                        : .unreadable(Self.reason(errno))
                    return
                }
            }
        }
        if let problem { throw fault(problem) }
        return bytes
    }

    private static func reason(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
