// The meaning of files and overrides: defaults, every key, and round trips.

import ExperimentFiles
import Experiments
import Foundation
import Testing

@Suite struct ExperimentFileTests {
    /// Differs from the defaults in every key.
    static let unusual = Experiment(
        name: "5 é", description: "yes: \"no\" \\ # \u{FEFF}\u{1F600}",
        network: NetworkRecipe(
            blocks: [Block(numConvs: 3, outChannels: 6), Block(numConvs: 1, outChannels: 9)], ratio: 3, kernel: 5,
            classifier: [], dropout: 0.1, weights: "/w é/null"),
        data: DataRecipe(resize: 7, batchSize: 1, shuffle: false, limitTrain: 1000, limitTest: 1),
        training: TrainingRecipe(learningRate: 1e-7, momentum: 0.9, weightDecay: 5e-4, epochs: 0, seed: UInt64.max),
        engine: EngineOptions(convolution: .winograd, chunk: 16),
        checkpoint: CheckpointRecipe(everyEpochs: nil, everyMinutes: 0.5, everySteps: 100))

    func parse(_ text: String, _ overrides: String...) throws -> Experiment {
        try ExperimentFile.parse(text, path: "experiments/a.yaml", overrides: overrides)
    }

    @Test(arguments: [
        "name: a", "training:\nname: a", "# only a name\n\nname: 'a'\ndata: ~", "{name: a}", "\u{FEFF}name: a\r\n",
    ])
    func `missing keys have the notebook's values`(text: String) throws {
        #expect(try parse(text) == Experiment(name: "a"))
    }

    @Test func `the file's name is the default name`() throws {
        #expect(try ExperimentFile.parse("data: {}", path: "a/vgg11-lr0.1.yaml").name == "vgg11-lr0.1")
        #expect(try ExperimentFile.parse("data: {}", path: "vgg").name == "vgg")
        let sentence = "/.yaml: the file's name cannot serve as the experiment's; give one with name:"
        #expect(throws: ExperimentFileError.self) { try ExperimentFile.parse("data: {}", path: "/.yaml") }
        do { _ = try ExperimentFile.parse("data: {}", path: "/.yaml") } catch { #expect("\(error)" == sentence) }
    }

    @Test func `the whole format is read`() throws {
        let text = """
            name: b
            description: The notebook's small VGG-11
            network: { variant: vgg16, ratio: 8, kernel: 5, classifier: [256, 128], dropout: .25 }
            data: { dataset: fashion-mnist, resize: 96, batch_size: 64, shuffle: false, limit_train: 500, limit_test: ~ }
            training: { optimizer: sgd, lr: 5e-2, momentum: 0.9, weight_decay: 1E-4, epochs: 3, seed: 7, precision: float32 }
            engine: { convolution: direct, chunk: 32 }
            """
        #expect(
            try parse(text)
                == Experiment(
                    name: "b", description: "The notebook's small VGG-11",
                    network: NetworkRecipe(
                        blocks: Variant.vgg16.blocks, ratio: 8, kernel: 5, classifier: [256, 128], dropout: 0.25),
                    data: DataRecipe(resize: 96, batchSize: 64, shuffle: false, limitTrain: 500),
                    training: TrainingRecipe(momentum: 0.9, weightDecay: 1e-4, epochs: 3, seed: 7),
                    engine: EngineOptions(convolution: .direct, chunk: 32)))
    }

    @Test(arguments: Variant.allCases)
    func `variants and their blocks are the same network`(variant: Variant) throws {
        let blocks = variant.blocks.map { "[\($0.numConvs), \($0.outChannels)]" }.joined(separator: ", ")
        let named = try parse("name: a\nnetwork: { variant: \(variant.rawValue) }")
        #expect(named.network.blocks == variant.blocks)
        #expect(try parse("name: a\nnetwork: { blocks: [\(blocks)] }") == named)
    }

    @Test(arguments: [unusual, Experiment(name: "a"), Experiment(name: "null", description: "- a: [b")])
    func `a written experiment is read back unchanged`(experiment: Experiment) throws {
        #expect(try parse(ExperimentFile.yaml(for: experiment)) == experiment)
    }

    @Test func `a written experiment has every key in the order of the table`() {
        let expected = """
            name: a
            description: ""
            network:
              variant: vgg11
              ratio: 4
              kernel: 3
              classifier: [4096, 4096]
              dropout: 0.5
              weights: null
            data:
              dataset: fashion-mnist
              resize: 224
              batch_size: 128
              shuffle: true
              limit_train: null
              limit_test: null
              sampling: stratified
            training:
              optimizer: sgd
              lr: 0.05
              momentum: 0.0
              weight_decay: 0.0
              epochs: 10
              seed: 0
              precision: float32
            engine:
              convolution: auto
              chunk: auto
            checkpoint:
              every_epochs: 1
              every_minutes: 5.0
              every_steps: null

            """
        #expect(ExperimentFile.yaml(for: Experiment(name: "a")) == expected)
    }

    @Test func `every key can be set from the command line`() throws {
        // One key at a time from the unusual experiment, except variant, which it cannot have and which is tested
        // below.
        var text = "name: a"
        var overrides: [String] = []
        var section = ""
        for line in ExperimentFile.yaml(for: Self.unusual).split(separator: "\n").map(String.init) {
            if line.hasSuffix(":") {
                section = String(line.dropLast()) + "."
            } else if let colon = line.firstIndex(of: ":") {
                let key = (line.hasPrefix(" ") ? section : "") + line[..<colon].trimmingPrefix("  ")
                #expect(ExperimentKey.all.contains { $0.path == key })
                overrides.append("\(key)=\(line[colon...].dropFirst(2))")
            }
        }
        #expect(overrides.count == ExperimentKey.all.count - 1)
        #expect(try ExperimentFile.parse(text, path: "a", overrides: overrides) == Self.unusual)
        text = ExperimentFile.yaml(for: Self.unusual)
        #expect(try parse(text, "network.variant=vgg13", "network.ratio=1", "data.resize=32").network.variant == .vgg13)
    }

    @Test func `the path of weights is relative to the file's folder or, in an override, to the current one`() throws {
        let text = "name: a\nnetwork: { weights: w/start.safetensors }"
        func weights(_ path: String, _ text: String = text, _ overrides: String...) throws -> String? {
            try ExperimentFile.parse(text, path: path, overrides: overrides).network.weights
        }
        #expect(try weights("a.yaml") == "w/start.safetensors")
        #expect(try weights("/x/y/a.yaml") == "/x/y/w/start.safetensors")
        #expect(try weights("y/a.yaml", "name: a\nnetwork: { weights: /s }") == "/s")
        #expect(try weights("y/a.yaml", text, "network.weights=b") == "b")
        #expect(try weights("y/a.yaml", text, "network.weights=null") == nil)
    }

    @Test func `overrides take precedence over the file, and later ones over earlier ones`() throws {
        let text = "name: a\ntraining: { lr: -1, epochs: 2 }\nnetwork: { variant: vgg19 }"
        let experiment = try parse(
            text, "training.lr=0.1", "training.lr=.2", "network.blocks=[[1, 8]]", "description=a=b", "data.limit_test=")
        #expect(experiment.training.learningRate == 0.2)
        #expect(experiment.training.epochs == 2)
        #expect(experiment.network.blocks == [Block(numConvs: 1, outChannels: 8)])
        #expect(experiment.description == "a=b")
        #expect(
            try parse(text, "training.lr=1", "network.blocks=[[1, 8]]", "network.variant=vgg11").network.variant
                == .vgg11)
    }

    @Test(arguments: [
        ("description: >\n  a small\n  network\n\n  for a first look\nname: a\n", "a small network for a first look"),
        ("description: |\n  a small\n    network\nname: a\n", "a small network"),
        ("description: a small\n  network\nname: a\n", "a small network"), ("description: 'a  b '", "a  b "),
        ("description: |\n  \n", ""),
    ]) func `a description may have several lines`(text: String, description: String) throws {
        #expect(try ExperimentFile.parse(text, path: "a.yaml").description == description)
    }

    @Test(arguments: ["Exercise 1: small", "*bold*", "a: b: c", "[draft", "\"a", "@home", "!x y"])
    func `an override may be any text if its key takes a text`(text: String) throws {
        #expect(try parse("name: a", "description=\(text)").description == text)
    }

    @Test func `the help lists keys with limits and defaults`() throws {
        let keys = ExperimentKey.all
        #expect(keys.count == 28)
        let lr = try #require(keys.first { $0.path == "training.lr" })
        #expect(lr.allowed == "a number greater than 0")
        #expect(lr.defaultValue == "0.05")
        #expect(keys.first { $0.path == "engine.convolution" }?.allowed == "auto, direct or winograd")
        #expect(keys.first { $0.path == "engine.chunk" }?.allowed == "auto or a whole number from 1 to 65536")
        #expect(keys.allSatisfy { $0.summary.hasSuffix(".") })
    }

    @Test func `a file is read from disk, or through a pipe`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "experiment-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data("name: a\ntraining: { lr: 0.1 }\n".utf8).write(to: url)
        #expect(try ExperimentFile.load(url.path, overrides: ["training.epochs=1"]).training.learningRate == 0.1)
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("name: b".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(try ExperimentFile.load(path) == Experiment(name: "b"))
    }
}
