// Whole data sets: small synthetic ones, the real one, and error messages.

import TestSupport
import Datasets
import Experiments
import Foundation
import Testing

@Suite struct DatasetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ name: String = "fashion-mnist") throws(DatasetError) -> Dataset {
        try Dataset.load(named: name, dataFolder: folder.path, environment: [:])
    }

    private func message(_ name: String = "mnist") -> String {
        let error = error { () throws(DatasetError) in _ = try load(name) }
        return error.map { $0.description.replacing(folder.path, with: "DIR") } ?? "no error"
    }

    @Test(arguments: [".gz", ""]) func `four files make a data set`(suffix: String) throws {
        try folder.writeDataset(suffix: suffix)
        let dataset = try load("mnist")
        #expect(dataset.name == "mnist")
        #expect(dataset.folder == folder.path)
        #expect(dataset.train == LabelledImages(height: 2, width: 3, pixels: Array(0..<12), labels: [1, 0]))
        #expect(dataset.test == LabelledImages(height: 2, width: 3, pixels: Array(20..<26), labels: [1]))
        #expect(dataset.numClasses == 2)
        #expect(dataset.classNames == ["0", "1"])
        #expect(!dataset.isVerified)
        #expect(dataset.remark == nil)
    }

    @Test func `other files with Fashion-MNIST's name are loaded with a remark`() throws {
        try folder.writeDataset()
        let remark = "\(folder.path): not the known Fashion-MNIST files; results will not compare"
        #expect(try load().remark == remark)
    }

    @Test func `more labels than images are refused`() throws {
        try folder.writeDataset()
        try folder.write(gzip(idx([3], [0, 1, 1])), to: "train-labels-idx1-ubyte.gz")
        #expect(message() == "DIR/train-labels-idx1-ubyte.gz: has 3 labels for 2 images")
    }

    @Test func `a test label that training does not have is refused`() throws {
        try folder.writeDataset()
        try folder.write(gzip(idx([1], [2])), to: "t10k-labels-idx1-ubyte.gz")
        #expect(
            message()
                == "DIR/t10k-labels-idx1-ubyte.gz: has label 2 at index 0, but training labels only go from 0 to 1")
    }

    @Test func `test images of another size are refused`() throws {
        try folder.writeDataset()
        try folder.write(gzip(idx([1, 3, 2], Array(20..<26))), to: "t10k-images-idx3-ubyte.gz")
        #expect(
            message()
                == "DIR/t10k-images-idx3-ubyte.gz: has images of 3 × 2 pixels, but training images have 2 × 3")
    }

    @Test func `a broken Fashion-MNIST file is reported with the package to install`() throws {
        try folder.writeDataset()
        try folder.write([], to: "t10k-images-idx3-ubyte.gz")
        #expect(
            message("fashion-mnist")
                == "DIR/t10k-images-idx3-ubyte.gz: is empty; the package dataset-fashion-mnist brings it: "
                + "sudo apt install dataset-fashion-mnist")
    }

    @Test func `a special file is refused`() throws {
        try folder.writeDataset(except: "train-images-idx3-ubyte")
        try folder.write([], to: "train-images-idx3-ubyte.gz/file")
        #expect(message() == "DIR/train-images-idx3-ubyte.gz: is not a regular file")
    }

    @Test func `a named pipe is refused without waiting for a writer`() throws {
        try folder.writeDataset(except: "train-images-idx3-ubyte")
        try #require(mkfifo(folder.path + "/train-images-idx3-ubyte.gz", 0o600) == 0)
        #expect(message() == "DIR/train-images-idx3-ubyte.gz: is not a regular file")
    }

    @Test func `a link to nowhere is refused with the system's reason`() throws {
        try folder.writeDataset(except: "train-images-idx3-ubyte")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/train-images-idx3-ubyte.gz", withDestinationPath: "nowhere")
        #expect(message() == "DIR/train-images-idx3-ubyte.gz: cannot be read: No such file or directory")
    }

    @Test func `a file of more than two gigabytes is refused without reading it`() throws {
        try folder.writeDataset()
        let size = 1 << 31 + 1
        try #require(truncate(folder.path + "/train-images-idx3-ubyte.gz", size) == 0)
        #expect(
            message() == "DIR/train-images-idx3-ubyte.gz: has 2147483649 bytes; at most 2147483648 are accepted")
    }

    @Test(arguments: ["", ".gz"]) func `facts are read without the images`(suffix: String) throws {
        try folder.writeDataset(suffix: suffix)
        let facts = try DatasetFacts.known(named: "tiny", dataFolder: folder.path, environment: [:])
        let whole = try Dataset.load(named: "tiny", dataFolder: folder.path, environment: [:]).facts
        #expect(facts == whole)
        #expect(
            facts
                == DatasetFacts(name: "tiny", numClasses: 2, trainExamples: 2, testExamples: 1, height: 2, width: 3))
        #expect(facts.storedBytes == 3 * 7 && !facts.isSquare)
        // A file truncated after its header is sufficient here.
        let name = "t10k-images-idx3-ubyte" + suffix
        let bytes = try folder.bytes(of: name)
        if suffix.isEmpty { try folder.write(Array(bytes.prefix(16)), to: name) }
        #expect(try DatasetFacts.known(named: "tiny", dataFolder: folder.path, environment: [:]) == facts)
    }

    @Test func `facts without files are known only for Fashion-MNIST`() throws {
        let environment = ["XDG_DATA_HOME": folder.path]
        try folder.writeDataset(in: "vgglab/fashion-mnist")
        #expect(
            try DatasetFacts.known(named: "fashion-mnist", dataFolder: nil, environment: environment).numClasses == 2)
        #expect(throws: DatasetError.self) {
            try DatasetFacts.known(named: "fashion-mnist", dataFolder: folder.path, environment: [:])
        }
        #expect(throws: DatasetError.self) {
            try DatasetFacts.known(named: "others", dataFolder: nil, environment: environment)
        }
    }

    @Test func `a sample has the same share of each class, in the files' order`() {
        // 600 images sorted by label: 300 of class 0, 200 of class 1, 99 of class 2, and one of class 3.
        let labels = [300, 200, 99, 1].enumerated().flatMap { Array(repeating: UInt8($0.offset), count: $0.element) }
        let pixels = (0..<600).flatMap { [UInt8($0 / 256), UInt8($0 % 256)] }
        let images = LabelledImages(height: 1, width: 2, pixels: pixels, labels: labels)
        func numbers(_ images: LabelledImages) -> [Int] {
            (0..<images.count).map { index in
                let image = Array(images.image(index))
                return Int(image[0]) * 256 + Int(image[1])
            }
        }
        for n in [4, 10, 60, 333, 599] {
            let sample = images.stratified(n, seed: 7)
            #expect(sample.count == n)
            let counts = sample.countsByClass(4)
            for (label, count) in [300, 200, 99, 1].enumerated() {
                #expect(counts[label] >= 1)
                #expect(abs(Double(counts[label]) - Double(n * count) / 600) < 2, "\(n) of class \(label)")
            }
            #expect(numbers(sample) == numbers(sample).sorted() && Set(numbers(sample)).count == n)
            #expect(zip(numbers(sample), sample.labels).allSatisfy { labels[$0] == $1 })
            #expect(Set(numbers(sample)).isSubset(of: Set(numbers(images.stratified(n + 1, seed: 7)))))
        }
        #expect(images.stratified(60, seed: 7) == images.stratified(60, seed: 7))
        #expect(images.stratified(60, seed: 7) != images.stratified(60, seed: 8))
        let parts = images.split(60, seed: 7)
        #expect(parts.sample == images.stratified(60, seed: 7) && parts.rest.count == 540)
        #expect((numbers(parts.sample) + numbers(parts.rest)).sorted() == Array(0..<600))
        #expect(images.stratified(600, seed: 7) == images && images.stratified(601, seed: 7) == images)
    }

    @Test func `the first images can be selected instead`() {
        let images = LabelledImages(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6], labels: [7, 8, 9])
        #expect(images.prefix(2) == LabelledImages(height: 1, width: 2, pixels: [1, 2, 3, 4], labels: [7, 8]))
        #expect(images.prefix(0).count == 0)
        #expect(images.prefix(9) == images)
        #expect(Array(images.image(1)) == [3, 4])
        #expect(images.countsByClass(10) == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    }
}

@Suite struct DatasetErrorTests {
    private static let advice =
        "; the package dataset-fashion-mnist brings it: sudo apt install dataset-fashion-mnist"

    @Test(arguments: [
        (
            DatasetError.notAName("a/b"),
            "\"a/b\" is not the name of a data set; use letters, digits, '.', '-' and '_', such as fashion-mnist"
        ),
        (
            .noDataInFolder(folder: "/d", askedBy: .argument, dataset: "fashion-mnist"),
            "/d has no IDX files such as train-images-idx3-ubyte.gz" + advice
        ),
        (
            .noDataInFolder(folder: "/d", askedBy: .environment, dataset: "mnist"),
            "/d (from $VGGLAB_DATA) has no IDX files such as train-images-idx3-ubyte.gz"
        ),
        (
            .notFound(dataset: "fashion-mnist", folders: ["/a", "/b"]),
            "data set fashion-mnist is in none of /a, /b" + advice
        ),
        (
            .missingFile(folder: "/a", file: "t10k-labels-idx1-ubyte.gz", dataset: "mnist"),
            "/a lacks t10k-labels-idx1-ubyte.gz"
        ),
        (
            .severalFiles(folder: "/a", files: ["b", "c"]),
            "/a has several matching files (b, c); keep one of them or name the data set as in "
                + "<name>-train-images-idx3-ubyte"
        ),
    ])
    func `an error is one sentence with what to do`(error: DatasetError, sentence: String) {
        #expect(error.description == sentence)
    }

    @Test(arguments: [
        (FileFault.unreadable("Permission denied"), "cannot be read: Permission denied"),
        (.notRegular, "is not a regular file"),
        (.empty, "is empty"),
        (.tooLarge(bytes: 5), "has 5 bytes; at most 2147483648 are accepted"),
        (.damagedCompression("incorrect data check"), "is not intact gzip (incorrect data check)"),
        (.wrongMagic([0x3c, 0x0a]), "is not an IDX file: it begins with bytes 3c 0a instead of 00 00"),
        (.wrongElementType(13), "has elements of IDX type 0x0d; only unsigned bytes (0x08) are supported"),
        (.wrongRank(got: 1, expected: 3...4), "has 1 dimension where 3 or 4 are expected"),
        (.wrongRank(got: 3, expected: 1...1), "has 3 dimensions where 1 is expected"),
        (.badDimensions([0, 28]), "promises 0 × 28 elements; 1 to 2147483648 are accepted"),
        (.truncated(got: 3, expected: 16), "ends after 3 of 16 bytes"),
        (.trailingBytes, "has extra bytes after its last element"),
        (.bytesAfterGzip, "has other data after its gzip stream"),
        (.countMismatch(labels: 1, images: 2), "has 1 labels for 2 images"),
        (
            .unknownLabel(label: 9, index: 4, classes: 9),
            "has label 9 at index 4, but training labels only go from 0 to 8"
        ),
        (
            .sizeMismatch(height: 1, width: 2, expectedHeight: 3, expectedWidth: 4),
            "has images of 1 × 2 pixels, but training images have 3 × 4"
        ),
    ])
    func `a fault describes what is wrong with the file`(fault: FileFault, sentence: String) {
        #expect(DatasetError.brokenFile(path: "/f", fault: fault, dataset: "mnist").description == "/f: " + sentence)
    }
}
