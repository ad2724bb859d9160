// Why a data set cannot be used: one sentence per case, with what to do.

/// Why a data set cannot be loaded. `description` is one sentence, with what to do.
package enum DatasetError: Error, Equatable, CustomStringConvertible {
    /// The name could lead out of the searched folders.
    case notAName(String)
    /// A folder cannot be read.
    case unreadableFolder(folder: String, askedBy: DatasetSearch.Origin, reason: String)
    /// A folder given by the user has none of the four files.
    case noDataInFolder(folder: String, askedBy: DatasetSearch.Origin, dataset: String)
    /// None of the usual folders has the data set.
    case notFound(dataset: String, folders: [String])
    /// A folder has some of the four files, but not this one.
    case missingFile(folder: String, file: String, dataset: String)
    /// Several files match.
    case severalFiles(folder: String, files: [String])
    /// A file is invalid.
    case brokenFile(path: String, fault: FileFault, dataset: String)

    package var description: String {
        switch self {
        case .notAName(let name):
            return "\"\(name)\" is not the name of a data set; use letters, digits, '.', '-' and '_', such as "
                + FashionMNIST.name
        case .unreadableFolder(let folder, let origin, let reason):
            return "\(folder)\(Self.source(origin)): \(reason)"
        case .noDataInFolder(let folder, let origin, let dataset):
            return "\(folder)\(Self.source(origin)) has no IDX files such as "
                + "\(FashionMNIST.exampleFile)\(Self.remedy(for: dataset))"
        case .notFound(let dataset, let folders):
            let list = folders.joined(separator: ", ")
            let remedy = Self.remedy(for: dataset)
            let otherwise = "; put its four IDX files into one of them"
            return "data set \(dataset) is in none of \(list)\(remedy.isEmpty ? otherwise : remedy)"
        case .missingFile(let folder, let file, let dataset):
            return "\(folder) lacks \(file)\(Self.remedy(for: dataset))"
        case .severalFiles(let folder, let files):
            return "\(folder) has several matching files (\(files.joined(separator: ", "))); "
                + "keep one of them or name the data set as in <name>-train-images-idx3-ubyte"
        case .brokenFile(let path, .noMemory, _):
            return "\(path): \(FileFault.noMemory.description)"
        case .brokenFile(let path, let fault, let dataset):
            return "\(path): \(fault.description)\(Self.remedy(for: dataset))"
        }
    }

    /// Whether naming the folder of the files would help.
    package var lacksFolder: Bool {
        if case .notFound(let dataset, _) = self { Self.remedy(for: dataset).isEmpty } else { false }
    }

    /// Whether the caller named the folder that cannot be used.
    package var isOfNamedFolder: Bool {
        switch self {
        case .unreadableFolder(_, let origin, _), .noDataInFolder(_, let origin, _): origin == .argument
        default: false
        }
    }

    private static func source(_ origin: DatasetSearch.Origin) -> String {
        origin == .environment ? " (from $VGGLAB_DATA)" : ""
    }

    /// Returns how to get the files, if that is known.
    private static func remedy(for dataset: String) -> String {
        guard dataset == FashionMNIST.name else { return "" }
        return "; the package \(FashionMNIST.package) brings it: sudo apt install \(FashionMNIST.package)"
    }
}

/// What is wrong with a file.
package enum FileFault: Equatable, Sendable, CustomStringConvertible {
    /// It cannot be read, for this reason.
    case unreadable(String)
    /// It is a folder, a device or the like.
    case notRegular
    /// There is not enough memory left for it.
    case noMemory
    /// It is empty.
    case empty
    /// It is too large for a data set.
    case tooLarge(bytes: Int)
    /// zlib cannot inflate it.
    case damagedCompression(String)
    /// It is not an IDX file.
    case wrongMagic([UInt8])
    /// Its elements are not unsigned bytes.
    case wrongElementType(UInt8)
    /// It has the wrong number of dimensions.
    case wrongRank(got: Int, expected: ClosedRange<Int>)
    /// Its dimensions are zero or too large.
    case badDimensions([Int])
    /// It ends early. Bytes are counted after decompression.
    case truncated(got: Int, expected: Int)
    /// There are bytes after its last element.
    case trailingBytes
    /// There are bytes after its gzip stream.
    case bytesAfterGzip
    /// Its compressed or uncompressed version, of this name, has different content.
    case differs(from: String)
    /// It has another number of elements than the file that belongs to it.
    case countMismatch(labels: Int, images: Int)
    /// A test label that no training image has.
    case unknownLabel(label: Int, index: Int, classes: Int)
    /// Four dimensions, of which neither the first nor the last of an image counts channels.
    case unknownChannels([Int])
    /// Grey test images for colour training images, or the reverse.
    case channelMismatch(channels: Int, expected: Int)
    /// Test images of a different size than training images.
    case sizeMismatch(height: Int, width: Int, expectedHeight: Int, expectedWidth: Int)

    /// A description without the path.
    package var description: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .noMemory: "does not fit into the memory that is left"
        case .notRegular: "is not a regular file"
        case .empty: "is empty"
        case .tooLarge(let bytes): "has \(bytes) bytes; at most \(IDXArray.largestSize) are accepted"
        case .damagedCompression(let reason): "is not intact gzip (\(reason))"
        case .wrongMagic(let bytes): "is not an IDX file: it begins with bytes \(Self.hex(bytes)) instead of 00 00"
        case .wrongElementType(let type):
            "has elements of IDX type 0x\(Self.hex([type])); only unsigned bytes (0x08) are supported"
        case .wrongRank(let got, let expected):
            "has \(got) dimension\(got == 1 ? "" : "s") where \(Self.text(expected)) \(expected == 1...1 ? "is" : "are") expected"
        case .badDimensions(let dimensions):
            "promises \(dimensions.map(String.init).joined(separator: " × ")) elements; "
                + "1 to \(IDXArray.largestSize) are accepted"
        case .truncated(let got, let expected): "ends after \(got) of \(expected) bytes"
        case .trailingBytes: "has extra bytes after its last element"
        case .bytesAfterGzip: "has other data after its gzip stream"
        case .differs(let name): "has different content from \(name) beside it; remove one of them"
        case .countMismatch(let labels, let images): "has \(labels) labels for \(images) images"
        case .unknownLabel(let label, let index, let classes):
            "has label \(label) at index \(index), but training labels only go from 0 to \(classes - 1)"
        case .unknownChannels(let dimensions):
            "has images of \(dimensions.map(String.init).joined(separator: " × ")), but the first or the last of these "
                + "must be 1 or 3 channels"
        case .channelMismatch(let channels, let expected):
            "has images with \(channels) channel\(channels == 1 ? "" : "s"), but training images have \(expected)"
        case .sizeMismatch(let height, let width, let expectedHeight, let expectedWidth):
            "has images of \(height) × \(width) pixels, but training images have \(expectedHeight) × \(expectedWidth)"
        }
    }

    private static func text(_ ranks: ClosedRange<Int>) -> String { ranks.map(String.init).joined(separator: " or ") }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
