// The folders and file names of the search for data, and their order.

import TestSupport
import Datasets
import Foundation
import Testing

@Suite struct DatasetSearchTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func search(
        _ name: String = "fashion-mnist", dataFolder: String? = nil, environment: [String: String] = [:]
    ) throws(DatasetError) -> DatasetSearch {
        try DatasetSearch(
            named: name, dataFolder: dataFolder, environment: environment, systemFolder: folder.path + "/system")
    }

    @Test func `the argument comes first, then the variable, then the usual folders`() throws {
        let environment = ["VGGLAB_DATA": "/v", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        let system = folder.path + "/system/fashion-mnist"
        #expect(try search(dataFolder: "/a", environment: environment).folders == ["/a"])
        #expect(try search(environment: environment).folders == ["/v"])
        #expect(
            try search(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"]).folders == [
                "/x/vgglab/fashion-mnist", system,
            ])
        #expect(try search(environment: ["HOME": "/h"]).folders == ["/h/.local/share/vgglab/fashion-mnist", system])
        #expect(try search().folders == [system])
    }

    @Test func `empty and relative variables are ignored`() throws {
        let environment = ["VGGLAB_DATA": "", "XDG_DATA_HOME": "relative", "HOME": "/h"]
        #expect(try search(environment: environment).folders.first == "/h/.local/share/vgglab/fashion-mnist")
    }

    @Test func `Debian's folder is the last one`() throws {
        let search = try DatasetSearch(named: "mnist", dataFolder: nil, environment: [:])
        #expect(search.folders == ["/usr/share/datasets/mnist"])
    }

    @Test func `the usual folders are searched in order, and empty ones are skipped`() throws {
        let environment = ["XDG_DATA_HOME": folder.path]
        try folder.writeDataset(in: "system/fashion-mnist")
        #expect(try search(environment: environment).locate().folder == folder.path + "/system/fashion-mnist")
        try folder.writeDataset(in: "vgglab/fashion-mnist", suffix: "")
        #expect(try search(environment: environment).locate().folder == folder.path + "/vgglab/fashion-mnist")
    }

    @Test func `a folder given by the user is the only one`() throws {
        try folder.writeDataset(in: "system/fashion-mnist")
        try folder.write([], to: "empty/notes.txt")
        let empty = folder.path + "/empty"
        let byArgument = try search(dataFolder: empty)
        #expect(
            error(of: { () throws(DatasetError) in _ = try byArgument.locate() })
                == .noDataInFolder(folder: empty, askedBy: .argument, dataset: "fashion-mnist"))
        let byVariable = try search(environment: ["VGGLAB_DATA": empty])
        #expect(
            error(of: { () throws(DatasetError) in _ = try byVariable.locate() })
                == .noDataInFolder(folder: empty, askedBy: .environment, dataset: "fashion-mnist"))
    }

    @Test func `an unreadable folder is reported, even if it is a usual one`() throws {
        try folder.writeDataset(in: "system/fashion-mnist")
        try folder.write([1], to: "vgglab/fashion-mnist")
        let file = folder.path + "/vgglab/fashion-mnist"
        let problem = "is not a folder; give the one that holds the IDX files"
        let own = try search(environment: ["XDG_DATA_HOME": folder.path])
        #expect(error(of: { () throws(DatasetError) in _ = try own.locate() })?.description == "\(file): \(problem)")
        let asked = try search(dataFolder: file)
        #expect(
            error(of: { () throws(DatasetError) in _ = try asked.locate() })?.description
                == "\(file): \(problem)")
        let none = try search(environment: ["VGGLAB_DATA": folder.path + "/none"])
        #expect(
            error(of: { () throws(DatasetError) in _ = try none.locate() })?.description
                == "\(folder.path)/none (from $VGGLAB_DATA): there is no such folder")
    }

    // Root can read everything.
    @Test(.enabled(if: getuid() != 0)) func `a usual folder without read permission is not a missing one`() throws {
        try folder.writeDataset(in: "system/fashion-mnist")
        try folder.writeDataset(in: "vgglab/fashion-mnist")
        let own = folder.path + "/vgglab/fashion-mnist"
        try #require(chmod(own, 0) == 0)
        defer { chmod(own, 0o700) }
        let search = try search(environment: ["XDG_DATA_HOME": folder.path])
        #expect(
            error(of: { () throws(DatasetError) in _ = try search.locate() })?.description
                == "\(own): may not be read; ask for permission with chmod")
    }

    @Test(arguments: ["", "emnist-letters-"])
    func `compressed and plain versions of a file count as one if their content is the same`(prefix: String) throws {
        try folder.writeDataset(in: "data")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("data")) where !prefix.isEmpty {
            try FileManager.default.moveItem(
                atPath: folder.file("data/\(name)"), toPath: folder.file("data/\(prefix)\(name)"))
        }
        let name = "\(prefix)train-labels-idx1-ubyte"
        func load() throws(DatasetError) -> Dataset {
            try Dataset.load(named: "letters", dataFolder: folder.file("data"), environment: [:])
        }
        let compressed = try load()
        try folder.write(idx([2], [1, 0]), to: "data/\(name)")
        #expect(try load().checksum == compressed.checksum)
        try folder.write(idx([2], [0, 1]), to: "data/\(name)")
        #expect(
            error(of: { () throws(DatasetError) in _ = try load() })?.description
                == "\(folder.file("data"))/\(name).gz: has different content from \(name) beside it; remove one of them"
        )
    }

    @Test func `without data anywhere all folders are listed`() throws {
        let search = try search("mnist", environment: ["HOME": folder.path])
        #expect(
            error(of: { () throws(DatasetError) in _ = try search.locate() })
                == .notFound(dataset: "mnist", folders: search.folders))
    }

    @Test func `a folder with some of the files is not skipped`() throws {
        try folder.writeDataset(in: "half", except: "t10k-labels-idx1-ubyte")
        let half = folder.path + "/half"
        let search = try search(dataFolder: half)
        #expect(
            error(of: { () throws(DatasetError) in _ = try search.locate() })
                == .missingFile(folder: half, file: "t10k-labels-idx1-ubyte.gz", dataset: "fashion-mnist"))
    }

    @Test(arguments: ["", "..", ".hidden", "a/b", "a b", "a\0", "/etc", "é"])
    func `names that could lead elsewhere are refused`(name: String) {
        #expect(error(of: { () throws(DatasetError) in _ = try search(name) }) == .notAName(name))
    }

    @Test func `other common file names are recognised`() throws {
        let names = [
            "emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte",
            "emnist-letters-test-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz",
        ]
        for name in names { try folder.write([0], to: name) }
        let files = try search("letters", dataFolder: folder.path).locate().files
        #expect(FileRole.allCases.map { files[$0]?.path } == names.map { "\(folder.path)/\($0)" })
    }

    @Test func `the data set's name chooses among several files`() throws {
        for name in ["emnist-letters", "emnist-digits"] {
            for part in ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"] {
                try folder.write([0], to: "\(name)-\(part)-ubyte.gz")
            }
        }
        let files = try search("emnist-digits", dataFolder: folder.path).locate().files
        #expect(files[.trainImages]?.path == folder.path + "/emnist-digits-train-images-idx3-ubyte.gz")
        let ambiguous = try search("emnist", dataFolder: folder.path)
        #expect(
            error(of: { () throws(DatasetError) in _ = try ambiguous.locate() })
                == .severalFiles(
                    folder: folder.path,
                    files: ["digits", "letters"].map { "emnist-\($0)-train-images-idx3-ubyte.gz" }))
    }
}
