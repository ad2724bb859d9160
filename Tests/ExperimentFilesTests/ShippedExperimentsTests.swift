// The files in experiments/: each can be trained, and matches its name.

import ExperimentFiles
import Experiments
import Foundation
import Testing

@Suite struct ShippedExperimentsTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "experiments")

    static func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }.sorted()
    }

    func load(_ file: String) throws -> Experiment { try ExperimentFile.load(Self.folder.appending(path: file).path) }

    @Test func `every file loads under its own name, with a network and a description`() throws {
        let files = try Self.files()
        #expect(files.count >= 12)
        for file in files {
            let experiment = try load(file)
            #expect(experiment.name + ".yaml" == file.split(separator: "/").last.map(String.init))
            #expect(!experiment.description.isEmpty)
            #expect(try experiment.network(numClasses: 10).layers.last?.outputShape == [10])
        }
    }

    @Test func `every file is a built-in experiment`() throws {
        let examples = ExampleExperiment.all
        #expect(Set(examples.map(\.file)) == Set(try Self.files()))
        for example in examples {
            let file = Self.folder.appending(path: example.file)
            #expect(try String(contentsOf: file, encoding: .utf8) == example.yaml)
        }
    }

    @Test func `the notebook's cell is the default`() throws {
        var experiment = try load("vgg11-ratio4.yaml")
        experiment.description = ""
        #expect(experiment == Experiment(name: "vgg11-ratio4"))
    }

    @Test func `names list what differs from the notebook`() throws {
        for file in try Self.files() where file.hasPrefix("vgg") && file != "vgg-fast.yaml" {
            var experiment = try load(file)
            let parts = experiment.name.split(separator: "-").map(String.init)
            let variant = try #require(Variant(rawValue: parts[0]))
            func value(_ prefix: String) -> String? {
                parts.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            }
            let expected = Experiment(
                name: experiment.name,
                network: NetworkRecipe(blocks: variant.blocks, ratio: value("ratio").flatMap { Int($0) } ?? 1),
                data: DataRecipe(resize: value("side").flatMap { Int($0) } ?? 224),
                training: TrainingRecipe(learningRate: value("lr").flatMap { Double($0) } ?? 0.05))
            experiment.description = ""
            #expect(experiment == expected)
        }
    }

    /// Recipes as *Dive into Deep Learning* prints them, with its networks' parameters.
    @Test(arguments: [
        ("lenet", 0.9, 256, 28, 61_706), ("lenet-bn", 1.0, 256, 28, 44_878), ("alexnet", 0.01, 128, 224, 46_764_746),
        ("vgg11", 0.05, 128, 224, 43_093_322),
    ])
    func `the book's experiments are the book's`(
        name: String, rate: Double, batch: Int, side: Int, parameters: Int
    ) throws {
        let experiment = try load("book/book-\(name).yaml")
        #expect(experiment.training == TrainingRecipe(learningRate: rate))
        #expect(experiment.data == DataRecipe(resize: side, batchSize: batch))
        #expect(try experiment.network(numClasses: 10).parameters == parameters)
    }
}
