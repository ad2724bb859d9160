// The meaning of files and overrides: defaults, every key, and round trips.

import ExperimentFiles
import Experiments
import Foundation
import Testing

@Suite struct ExperimentFileTests {
    /// Differs from the defaults in every key, but in those of other optimizers.
    static let unusual: Experiment = {
        var experiment = plainlyUnusual
        (experiment.training.nesterov, experiment.training.decay) = (true, .weights)
        (experiment.training.schedule, experiment.training.stepEvery) = (.step, 3)
        (experiment.training.initialization, experiment.training.initialDeviation) = (.normal, 0.1)
        experiment.data.validation = 0.1
        (experiment.data.flip, experiment.data.shift) = (true, 2)
        (experiment.data.crop, experiment.data.erase) = (0.5, 0.25)
        (experiment.training.clipNorm, experiment.training.labelSmoothing) = (1, 0.1)
        (experiment.training.maxMinutes, experiment.training.earlyStopping) = (30, .loss)
        (experiment.training.patience, experiment.training.minDelta) = (2, 0.01)
        (experiment.training.rateFactor, experiment.training.warmupSteps) = (0.5, 100)
        return experiment
    }()
    /// Differs in the rest of them.
    static let adaptive: Experiment = {
        var experiment = Experiment(name: "a")
        experiment.training.optimizer = .adamw
        (experiment.training.schedule, experiment.training.lastRate) = (.cosine, 1e-4)
        experiment.training.warmupEpochs = 0.5
        (experiment.training.beta1, experiment.training.beta2, experiment.training.epsilon) = (0.5, 0.25, 1e-3)
        return experiment
    }()
    static let multistep: Experiment = {
        var experiment = Experiment(name: "a")
        (experiment.training.schedule, experiment.training.milestones) = (.multistep, [5, 8])
        return experiment
    }()
    static let oneCycle: Experiment = {
        var experiment = Experiment(name: "a")
        (experiment.training.schedule, experiment.training.peakAt) = (.oneCycle, 0.4)
        return experiment
    }()
    static let plateau: Experiment = {
        var experiment = Experiment(name: "a")
        (experiment.training.schedule, experiment.training.ratePatience) = (.plateau, 4)
        (experiment.training.ema, experiment.network.from) = (0.99, "a-1")
        experiment.data.normalize = .meanDeviation
        return experiment
    }()
    private static let plainlyUnusual = Experiment(
        name: "5 é", description: "yes: \"no\" \\ # \u{FEFF}\u{1F600}",
        network: NetworkRecipe(
            blocks: [Block(numConvs: 3, outChannels: 6), Block(numConvs: 1, outChannels: 9)], ratio: 3, kernel: 5,
            norm: .batch, classifier: [], dropout: 0.1, weights: "/w é/null"),
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

    @Test(arguments: [Variant.vgg11, .vgg13, .vgg16, .vgg19])
    func `variants and their blocks are the same network`(variant: Variant) throws {
        let blocks = variant.blocks.map { "[\($0.numConvs), \($0.outChannels)]" }.joined(separator: ", ")
        let named = try parse("name: a\nnetwork: { variant: \(variant.rawValue) }")
        #expect(named.network.blocks == variant.blocks)
        #expect(try parse("name: a\nnetwork: { blocks: [\(blocks)] }") == named)
    }

    @Test(arguments: Variant.allCases) func `every variant reads and writes`(variant: Variant) throws {
        let named = try parse("name: a\nnetwork: { variant: \(variant.rawValue) }")
        #expect(named == Experiment(name: "a", network: NetworkRecipe(variant)))
        #expect(named.network.variant == variant)
        #expect(try parse(ExperimentFile.yaml(for: named)) == named)
    }

    @Test func `blocks that need more than a pair are mappings`() throws {
        let text = """
            name: a
            network:
              norm: batch
              blocks:
                - [1, 8]
                - { convs: 3, channels: 16, kernel: [5, 3, 1], norm: none, activation: tanh, pool: avg }
                - { convs: 1, channels: 16, kernel: 2, norm: local_response, pool: none, stride: 2, padding: 0 }
            """
        let experiment = try parse(text)
        #expect(
            experiment.network.blocks == [
                Block(numConvs: 1, outChannels: 8),
                Block(
                    numConvs: 3, outChannels: 16, kernels: [5, 3, 1], norm: Block.Norm.none, activation: .tanh,
                    pool: .average),
                Block(
                    numConvs: 1, outChannels: 16, kernels: [2], norm: .localResponse, pool: .none, stride: 2,
                    padding: 0),
            ])
        #expect(experiment.network.norm == .batch)
        #expect(try parse(ExperimentFile.yaml(for: experiment)) == experiment)
    }

    @Test func `any sequential network is a list of layers`() throws {
        let text = """
            name: a
            network:
              layers:
                - conv: { channels: 8, kernel: 11, stride: 4, padding: 1 }
                - batch_norm
                - leaky_relu
                - local_response_norm: { size: 3, k: 1 }
                - max_pool: { kernel: 3, stride: 2 }
                - conv: { channels: 4 }
                - avg_pool
                - sigmoid
                - dropout: 0.25
                - global_avg_pool
                - flatten
                - linear: 16
                - gelu
                - linear: classes
            """
        let experiment = try parse(text)
        #expect(
            experiment.network.layers == [
                .convolution(channels: .count(8), kernel: 11, stride: 4, padding: 1), .batchNorm,
                .activation(.leakyReLU), .localResponseNorm(size: 3, k: 1), .pooling(.max, kernel: 3, stride: 2),
                .convolution(channels: .count(4), kernel: 3), .pooling(.average), .activation(.sigmoid),
                .dropout(0.25), .globalAveragePool, .flatten, .linear(.count(16)), .activation(.gelu),
                .linear(.classes),
            ])
        #expect(experiment.network.variant == nil)
        #expect(try parse(ExperimentFile.yaml(for: experiment)) == experiment)
    }

    @Test func `an override by layers takes the place of blocks and what a file says of them`() throws {
        let text = "name: a\nnetwork: { variant: vgg16, ratio: 8, norm: batch }"
        let layered = try parse(text, "network.variant=lenet")
        #expect(layered == Experiment(name: "a", network: NetworkRecipe(.leNet)))
        let listed = try parse(text, "network.layers=[flatten, linear: classes]")
        #expect(listed.network == NetworkRecipe(layers: [.flatten, .linear(.classes)]))
        #expect(try parse(text, "network.variant=lenet", "network.variant=vgg13", "network.ratio=2").network.ratio == 2)
        #expect(try parse(ExperimentFile.yaml(for: layered), "network.blocks=[[1, 8]]").network.layers == nil)
    }

    @Test(arguments: [
        unusual, adaptive, multistep, oneCycle, Experiment(name: "a"), Experiment(name: "null", description: "- a: [b"),
    ])
    func `what is written reads back to the same experiment`(experiment: Experiment) throws {
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
              norm: none
              classifier: [4096, 4096]
              dropout: 0.5
              weights: null
              from: null
            data:
              dataset: fashion-mnist
              resize: 224
              batch_size: 128
              normalize: none
              shuffle: true
              limit_train: null
              limit_test: null
              sampling: stratified
              validation: 0.0
              flip: false
              shift: 0
              crop: 1.0
              erase: 0.0
            training:
              optimizer: sgd
              lr: 0.05
              schedule: constant
              warmup_epochs: 0.0
              warmup_steps: 0
              momentum: 0.0
              weight_decay: 0.0
              clip_norm: null
              ema: null
              label_smoothing: 0.0
              epochs: 10
              max_minutes: null
              early_stopping: null
              seed: 0
              init: xavier_uniform
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
        // One key at a time from the unusual experiments; variant and layers, which these cannot have, are tested below.
        let keys = try [Self.unusual, Self.adaptive, Self.multistep, Self.oneCycle, Self.plateau].flatMap(
            keysSetOneByOne)
        #expect(Set(keys).union(["network.variant", "network.layers"]) == Set(ExperimentKey.all.map(\.path)))
        let text = ExperimentFile.yaml(for: Self.unusual)
        #expect(try parse(text, "network.variant=vgg13", "network.ratio=1", "data.resize=32").network.variant == .vgg13)
    }

    private func keysSetOneByOne(_ experiment: Experiment) throws -> [String] {
        var overrides: [String] = []
        var keys: [String] = []
        var section = ""
        for line in ExperimentFile.yaml(for: experiment).split(separator: "\n").map(String.init) {
            if line.hasSuffix(":") {
                section = String(line.dropLast()) + "."
            } else if let colon = line.firstIndex(of: ":") {
                let key = (line.hasPrefix(" ") ? section : "") + line[..<colon].trimmingPrefix("  ")
                keys.append(key)
                overrides.append("\(key)=\(line[colon...].dropFirst(2))")
            }
        }
        #expect(try ExperimentFile.parse("name: b", path: "a", overrides: overrides) == experiment)
        return keys
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
        #expect(keys.count == 60)
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
