// The real data set, if Debian's package is installed.

import TestSupport
import Datasets
import Foundation
import Testing

private let debianFolder = "/usr/share/datasets/fashion-mnist"

@Suite(.enabled(if: FileManager.default.fileExists(atPath: debianFolder)))
struct FashionMNISTTests {
    @Test func `Debian's files are the known ones`() throws {
        let dataset = try Dataset.load(environment: [:])
        // Copied, because a failed expectation prints everything that it accesses, including 47 million pixels.
        let (folder, isVerified) = (dataset.folder, dataset.isVerified)
        #expect(folder == debianFolder)
        #expect(isVerified)
        #expect(dataset.remark == nil)
        #expect(dataset.train.count == 60_000)
        #expect(dataset.test.count == 10_000)
        #expect(dataset.train.height == 28)
        #expect(dataset.train.width == 28)
        #expect(dataset.numClasses == 10)
        #expect(dataset.classNames == FashionMNIST.classNames)
        let checksum = dataset.checksum
        #expect(FashionMNIST.classNames(forDataWith: checksum, classes: 10) == FashionMNIST.classNames)
        #expect(FashionMNIST.classNames(forDataWith: "other", classes: 3) == ["0", "1", "2"])
        #expect(dataset.train.countsByClass(10) == [Int](repeating: 6_000, count: 10))
        #expect(dataset.test.countsByClass(10) == [Int](repeating: 1_000, count: 10))
        // The first training image and the first test image are ankle boots.
        #expect(dataset.train.labels.prefix(4) == [9, 0, 0, 3])
        #expect(dataset.test.labels.prefix(4) == [9, 2, 1, 1])
    }

    @Test func `one changed pixel is detected`() throws {
        let folder = try TemporaryFolder()
        for role in FileRole.allCases {
            let search = try DatasetSearch(named: "fashion-mnist", dataFolder: debianFolder, environment: [:])
            let file = try #require(try search.locate().files[role])
            let name = URL(filePath: file.path).deletingPathExtension().lastPathComponent
            let array = try IDXArray(file.read(), ranks: role.rank...role.rank, of: file)
            var elements = array.elements
            if role == .testImages { elements[400] ^= 1 }
            try folder.write(idx(array.dimensions, elements), to: name)
        }
        let dataset = try Dataset.load(dataFolder: folder.path, environment: [:])
        let isVerified = dataset.isVerified
        #expect(!isVerified)
        #expect(dataset.classNames.first == "0")
    }

    @Test func `the known files under another name get a remark`() throws {
        let dataset = try Dataset.load(named: "mnist", dataFolder: debianFolder, environment: [:])
        #expect(dataset.remark == "\(debianFolder): these are Fashion-MNIST files, not mnist")
    }
}

extension FileRole {
    fileprivate var rank: Int { self == .trainImages || self == .testImages ? 3 : 1 }
}
