// A run that is opened again gets its own data by checksum, wherever it is, or an error.

import Datasets
import Experiments
import Foundation
import RunStore
import Runner
import TestSupport
import Testing

@Suite struct DatasetCacheTests {
    private let folder: TemporaryFolder
    private let store: RunStore

    init() throws {
        folder = try TemporaryFolder()
        store = try RunStore(folder: folder.file("store"), creates: true)
    }

    /// Writes a data set of ten images whose labels are shifted by `shift`.
    private func write(to name: String, shift: Int = 0) throws {
        let images = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 4, 0, 0, 0, 4] + (0..<160).map { UInt8($0) }
        let labels = [0, 0, 8, 1, 0, 0, 0, 10] + (0..<10).map { UInt8(($0 + shift) % 10) }
        for half in ["train", "t10k"] {
            try folder.write(images, to: "\(name)/\(half)-images-idx3-ubyte")
            try folder.write(labels, to: "\(name)/\(half)-labels-idx1-ubyte")
        }
    }

    private func run(on dataset: Dataset) throws -> RunInfo {
        try store.create(
            NewRun(
                experiment: Experiment(name: "a", data: DataRecipe(dataset: "digits")), machine: "", threads: 1,
                engine: "", program: "", dataset: "\(dataset.name) from \(dataset.folder)",
                dataChecksum: dataset.checksum, stepsPerEpoch: 1)
        ).run
    }

    /// A cache that searches for data under `home`.
    private func cache(_ dataFolder: String? = nil) -> DatasetCache {
        DatasetCache(folder: dataFolder.map(folder.file), environment: ["XDG_DATA_HOME": folder.file("home")])
    }

    @Test func `a run finds its data in its old folder, although other data has its name now`() throws {
        try write(to: "mine")
        try write(to: "home/vgglab/digits", shift: 1)
        let run = try run(on: try cache("mine").dataset(named: "digits"))
        #expect(run.dataFolder == folder.file("mine"))
        let cache = cache()
        #expect(try cache.dataset(named: "digits").folder == folder.file("home/vgglab/digits"))
        #expect(try cache.dataset(of: run).folder == folder.file("mine"))
        // Read once, even if the folder changes.
        try FileManager.default.removeItem(atPath: folder.file("mine"))
        #expect(try cache.dataset(of: run).checksum == run.dataChecksum)
    }

    @Test func `data that has moved is found by its name`() throws {
        try write(to: "mine")
        let run = try run(on: try cache("mine").dataset(named: "digits"))
        try write(to: "mine", shift: 1)
        try write(to: "home/vgglab/digits")
        #expect(try cache().dataset(of: run).folder == folder.file("home/vgglab/digits"))
        #expect(try cache("home/vgglab/digits").dataset(of: run).checksum == run.dataChecksum)
    }

    @Test func `relabelled and missing data is refused with a reason`() throws {
        try write(to: "mine")
        let mine = try cache("mine").dataset(named: "digits")
        let run = try run(on: mine)
        func reason() -> String? {
            #expect(throws: RunnerError.self) { try cache().dataset(of: run) }?.description
        }
        let begin = "run a-1: the data that it was trained on, digits from \(folder.file("mine")), was not found ("
        let end = ")"
        try write(to: "mine", shift: 1)
        #expect(reason() == begin + "\(folder.file("mine")) has different data now" + end)
        let labels = folder.file("mine/t10k-labels-idx1-ubyte")
        try Data("x".utf8).write(to: URL(filePath: labels))
        #expect(reason() == begin + "\(labels): ends after 1 of 4 bytes" + end)
        try FileManager.default.removeItem(atPath: folder.file("mine"))
        let places = [folder.file("mine"), folder.file("home/vgglab/digits"), "/usr/share/datasets/digits"]
        #expect(reason() == begin + "none of \(places.joined(separator: ", ")) has it" + end)
        try write(to: "home/vgglab/digits", shift: 2)
        #expect(reason() == begin + "\(folder.file("home/vgglab/digits")) has different data" + end)
    }

    @Test func `a run that is trained again or forked uses the same data if it still exists`() throws {
        try write(to: "mine")
        try write(to: "home/vgglab/digits", shift: 1)
        try write(to: "home/vgglab/others", shift: 2)
        let run = try run(on: try cache("mine").dataset(named: "digits"))
        var experiment = try run.experiment()
        #expect(try cache().dataset(for: experiment, like: run).folder == folder.file("mine"))
        experiment.data.dataset = "others"
        #expect(try cache().dataset(for: experiment, like: run).name == "others")
        experiment.data.dataset = "digits"
        try FileManager.default.removeItem(atPath: folder.file("mine"))
        #expect(try cache().dataset(for: experiment, like: run).folder == folder.file("home/vgglab/digits"))
    }

    @Test func `a relative folder is recorded as an absolute one`() throws {
        let name = "vgglab-relative-\(UUID().uuidString)"
        let place = "\(FileManager.default.currentDirectoryPath)/\(name)"
        try write(to: "mine")
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: folder.file("mine"))
        defer { try? FileManager.default.removeItem(atPath: place) }
        #expect(try Dataset.load(named: "digits", dataFolder: name, environment: [:]).folder == place)
    }
}
