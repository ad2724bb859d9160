// All mistakes in a file or an override, with the sentence for users.

import ExperimentFiles
import Experiments
import Foundation
import Testing

@Suite struct ExperimentFileErrorTests {
    static let trainingKeys = ExperimentKey.all.map(\.path).filter { $0.hasPrefix("training.") }.map {
        String($0.dropFirst(9))
    }

    /// What is said about a text; empty when it is read.
    func sentence(_ text: String, _ overrides: String...) -> String {
        do throws(ExperimentFileError) {
            _ = try ExperimentFile.parse(text, path: "a.yaml", overrides: overrides)
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        (
            "name", "''",
            "1 to 100 bytes without control characters, slashes, or a dot or space at either end (got the text \"\")"
        ),
        (
            "name", "a/b",
            "1 to 100 bytes without control characters, slashes, or a dot or space at either end (got a/b)"
        ),
        ("name", "..", "1 to 100 bytes without control characters, slashes, or a dot or space at either end (got ..)"),
        (
            "name", "[a]",
            "1 to 100 bytes without control characters, slashes, or a dot or space at either end (got a list of 1)"
        ),
        (
            "description", "\"a\\tb\"",
            "text of at most 1000 characters, none of them a control character (got the text \"a\u{FFFD}b\")"
        ),
        ("description", "{}", "text of at most 1000 characters, none of them a control character (got a mapping)"),
        (
            "network.variant", "vgg12",
            "lenet, lenet-bn, alexnet, mlp, vgg11, vgg11-lrn, vgg13, vgg16-c, vgg16 or vgg19 (got vgg12); did you mean vgg11?"
        ),
        (
            "network.variant", "resnet",
            "lenet, lenet-bn, alexnet, mlp, vgg11, vgg11-lrn, vgg13, vgg16-c, vgg16 or vgg19 (got resnet)"
        ),
        (
            "network.variant", "~",
            "lenet, lenet-bn, alexnet, mlp, vgg11, vgg11-lrn, vgg13, vgg16-c, vgg16 or vgg19 (got nothing)"
        ),
        ("network.blocks", "[]", "a list of 1 to 64 pairs [convolutions, channels] (got an empty list)"),
        ("network.blocks", "5", "a list of 1 to 64 pairs [convolutions, channels] (got 5)"),
        ("network.from", "''", "null or a run's name (got the text \"\")"),
        ("data.normalize", "minmax", "none or mean_std (got minmax)"),
        ("training.ema", "1", "null or between 0 and 1 (got 1)"),
        ("training.lr_patience", "0", "from 1 to 1000000 (got 0)"),
        ("network.layers", "[]", "a list of 1 to 1000 layers (got an empty list)"),
        ("network.layers", "relu", "a list of 1 to 1000 layers (got relu); write [relu]"),
        ("network.norm", "layer", "none, batch or local_response (got layer)"),
        ("network.ratio", "0", "from 1 to 16384 (got 0)"),
        ("network.ratio", "1.5", "a whole number from 1 to 16384 (got 1.5)"),
        ("network.kernel", "33", "from 1 to 31 (got 33)"),
        ("network.classifier", "4096", "a list of 0 to 64 widths (got 4096); write [4096]"),
        ("network.classifier", "fast", "a list of 0 to 64 widths (got fast)"),
        ("network.dropout", "1", "from 0 up to, but not including, 1 (got 1)"),
        ("network.dropout", "0.99999999999", "from 0 up to, but not including, 1 (got 0.99999999999)"),
        ("network.dropout", "-0.1", "from 0 up to, but not including, 1 (got -0.1)"),
        ("data.dataset", "a/b", "a plain name such as fashion-mnist or mnist (got a/b)"),
        ("data.resize", "4097", "from 1 to 4096 (got 4097)"),
        ("data.resize", "0x10", "a whole number from 1 to 4096 (got 0x10)"),
        ("data.resize", "010", "a whole number from 1 to 4096 (got 010)"),
        ("data.resize", "'32'", "a whole number from 1 to 4096 (got the text \"32\"); write 32"),
        ("data.resize", "1,5", "a whole number from 1 to 4096 (got 1,5)"),
        ("data.resize", "1e2", "a whole number from 1 to 4096 (got 1e2)"),
        ("data.batch_size", "65537", "from 1 to 65536 (got 65537)"),
        ("data.batch_size", "-1", "from 1 to 65536 (got -1)"),
        ("data.batch_size", "99999999999999999999", "from 1 to 65536 (got 99999999999999999999)"),
        ("data.batch_size", "null", "a whole number from 1 to 65536 (got nothing)"),
        ("data.shuffle", "yes", "true or false (got yes); write true"),
        ("data.shuffle", "1", "true or false (got 1); write true"),
        ("data.shuffle", "maybe", "true or false (got maybe)"),
        (
            "data.limit_train", "60,000",
            "null or a whole number from 1 to 1000000000 (got 60,000); write 60000"
        ),
        ("data.limit_train", "0", "null or from 1 to 1000000000 (got 0)"),
        ("data.limit_test", "all", "null or a whole number from 1 to 1000000000 (got all)"),
        ("training.optimizer", "adamx", "sgd, adam or adamw (got adamx); did you mean adam?"),
        ("training.lr", "-0.1", "greater than 0 (got -0.1)"),
        ("training.lr", "0", "greater than 0 (got 0)"),
        ("training.lr", "1e-60", "greater than 0 (got 1e-60)"),
        ("training.lr", "fast", "a number greater than 0 (got fast)"),
        ("training.lr", "0,05", "a number greater than 0 (got 0,05); write a point, not a comma: 0.05"),
        ("training.lr", "'0.1'", "a number greater than 0 (got the text \"0.1\"); write 0.1"),
        ("training.lr", "true", "a number greater than 0 (got true)"),
        ("training.lr", ".inf", "a finite number (got .inf)"),
        ("training.lr", "1e39", "a finite number (got 1e39)"),
        ("training.lr", "nan", "a number greater than 0 (got nan)"),
        ("training.lr", ".nan", "a finite number (got .nan)"),
        ("training.momentum", "1.0", "from 0 up to, but not including, 1 (got 1.0)"),
        ("training.weight_decay", "1.1", "from 0 to 1 (got 1.1)"),
        ("training.epochs", "1000001", "from 0 to 1000000 (got 1000001)"),
        ("training.seed", "-1", "from 0 to 18446744073709551615 (got -1)"),
        ("training.seed", "18446744073709551616", "from 0 to 18446744073709551615 (got 18446744073709551616)"),
        ("training.precision", "float16", "float32 or bfloat16 (got float16); did you mean bfloat16?"),
        ("engine.convolution", "winograt", "auto, direct or winograd (got winograt); did you mean winograd?"),
        ("engine.chunk", "0", "auto or from 1 to 65536 (got 0)"),
        ("engine.chunk", "null", "auto or a whole number from 1 to 65536 (got nothing)"),
    ])
    func `a value outside its limits is refused with the limits, in a file and in an override`(
        path: String, value: String, requirement: String
    ) {
        let parts = path.split(separator: ".").map(String.init)
        let text =
            parts.count == 2 ? "# one\n\n\(parts[0]):\n  \(parts[1]): \(value)\n" : "# one\n\n\n\(path): \(value)\n"
        #expect(sentence(text) == "a.yaml:4: \(path) must be \(requirement)")
        #expect(sentence("name: a", "\(path)=\(value)") == "\(path)=\(value): \(path) must be \(requirement)")
    }

    @Test(arguments: [
        (
            "network:\n  classifier:\n    - 8\n    - 0",
            "a.yaml:4: network.classifier item 2 must be from 1 to 1048576 (got 0)"
        ),
        (
            "network:\n  blocks:\n    - [1, 64]\n    - 64",
            "a.yaml:4: network.blocks item 2 must be a pair [convolutions, channels] such as [2, 512] (got 64)"
        ),
        (
            "network:\n  blocks:\n    - [65, 8]",
            "a.yaml:3: network.blocks item 1 convolutions must be from 1 to 64 (got 65)"
        ),
        (
            "network:\n  blocks:\n    - { convs: 1, chanels: 8 }",
            "a.yaml:3: network.blocks item 1 has no key chanels; did you mean channels?"
        ),
        (
            "network:\n  blocks:\n    - { convs: 1 }",
            "a.yaml:3: network.blocks item 1 needs channels, a whole number from 1 to 16384"
        ),
        (
            "network:\n  blocks:\n    - { convs: 1, channels: 8, pool: mean }",
            "a.yaml:3: network.blocks item 1 pool must be max, avg or none (got mean)"
        ),
        (
            "network:\n  blocks:\n    - { convs: 2, channels: 8, kernel: [3, 0] }",
            "a.yaml:3: network.blocks item 1 kernel item 2 must be from 1 to 31 (got 0)"
        ),
        (
            "network:\n  layers:\n    - flatten\n    - reluu",
            "a.yaml:4: network.layers item 2 is no layer that is known (got reluu); did you mean relu?"
        ),
        (
            "network:\n  layers:\n    - conv",
            "a.yaml:3: network.layers item 1 needs more than a name; write conv: {channels: 64, kernel: 3}"
        ),
        (
            "network:\n  layers:\n    - conv: { kernel: 3 }",
            "a.yaml:3: network.layers item 1 conv needs channels, classes or a whole number from 1 to 16384"
        ),
        (
            "network:\n  layers:\n    - conv: 8",
            "a.yaml:3: network.layers item 1 conv must be a mapping of channels, kernel, stride, padding (got 8)"
        ),
        (
            "network:\n  layers:\n    - conv: { channels: 8, kernel: 32 }",
            "a.yaml:3: network.layers item 1 conv kernel must be from 1 to 31 (got 32)"
        ),
        (
            "network:\n  layers:\n    - max_pool: { size: 2 }",
            "a.yaml:3: network.layers item 1 max_pool has no key size; it has kernel, stride, padding"
        ),
        (
            "network:\n  layers:\n    - relu: 3",
            "a.yaml:3: network.layers item 1 relu takes no settings (got 3); write relu alone"
        ),
        (
            "network:\n  layers:\n    - { flatten: , relu: }",
            "a.yaml:3: network.layers item 1 must be one layer (got a mapping); begin each layer with a dash of its own"
        ),
        (
            "network:\n  layers:\n    - linear: many",
            "a.yaml:3: network.layers item 1 linear must be a whole number from 1 to 1048576 (got many)"
        ),
        (
            "network:\n  layers:\n    - dropout: 1",
            "a.yaml:3: network.layers item 1 dropout must be from 0 up to, but not including, 1 (got 1)"
        ),
        ("network: { blocks: [[1, 0]] }", "a.yaml:1: network.blocks item 1 channels must be from 1 to 16384 (got 0)"),
        (
            "name: \(String(repeating: "x", count: 101))",
            "a.yaml:1: name must be 1 to 100 bytes without control characters, slashes, or a dot or space at either end (got \(String(repeating: "x", count: 40))…)"
        ),
    ])
    func `an item of a list is reported on its own line`(text: String, expected: String) {
        #expect(sentence(text) == expected)
    }

    @Test(arguments: [
        ("name: a\nlr: 0.1", "a.yaml:2: unknown key lr; did you mean training.lr?"),
        ("nmae: a", "a.yaml:1: unknown key nmae; did you mean name?"),
        ("Name: a", "a.yaml:1: unknown key Name; did you mean name?"),
        ("training:\n  learning_rate: 1", "a.yaml:2: unknown key training.learning_rate; did you mean training.lr?"),
        ("training:\n  batch-size: 1", "a.yaml:2: unknown key training.batch-size; did you mean data.batch_size?"),
        ("traning: {}", "a.yaml:1: unknown key traning; did you mean training?"),
        (
            "xyzzy: 1",
            "a.yaml:1: unknown key xyzzy; known keys: name, description, network, data, training, engine, checkpoint"
        ),
        ("engine: { xyzzy: 1 }", "a.yaml:1: unknown key engine.xyzzy; engine has convolution, chunk"),
        ("training.lr: 1", "a.yaml:1: unknown key training.lr; write lr under training:"),
        ("? [a]\n: 1", "a.yaml:1: a key must be a word, not a list or a mapping"),
        (
            "training: fast",
            "a.yaml:1: training must be a mapping of keys (got fast); it has \(Self.trainingKeys.joined(separator: ", "))"
        ),
        ("name: a\ntraining:\n  lr: 1\n  lr: 2", "a.yaml:4: lr: given more than once; keep one"),
        (
            "network:\n  variant: vgg11\n  blocks: [[1, 8]]",
            "a.yaml:3: network.blocks and network.variant both name the blocks; keep one of them"
        ),
        (
            "network:\n  variant: vgg11\n  layers: [flatten, linear: classes]",
            "a.yaml:3: network.layers and network.variant both name the layers; keep one of them"
        ),
        (
            "network:\n  variant: lenet\n  ratio: 8",
            "a.yaml:3: network.ratio is of networks of blocks such as vgg11, and lenet is a list of layers; leave it out"
        ),
        (
            "network:\n  norm: batch\n  layers: [flatten, linear: classes]",
            "a.yaml:2: network.norm is of networks of blocks such as vgg11, and network.layers is a list of layers; leave it out"
        ),
        (
            "data:\n  resize: 28\nnetwork:\n  variant: alexnet",
            "a.yaml:4: layer 6, max_pool, has a window of 3×3, larger than its input of 2×2; use a smaller kernel, more padding, larger images or fewer layers that shrink them"
        ),
        (
            "network:\n  layers: [flatten, relu, conv: {channels: 8}, linear: classes]",
            "a.yaml:2: layer 3, conv, takes images, and its input has been flattened; put it before flatten"
        ),
        (
            "data: { resize: 28 }\nnetwork:\n  layers: [max_pool, linear: classes]",
            "a.yaml:3: layer 2, linear, takes features, and its input is images of 1 × 14 × 14; put flatten before it"
        ),
        (
            "network:\n  layers: [flatten, flatten, linear: classes]",
            "a.yaml:2: layer 2, flatten, flattens what is flat already; leave one of them out"
        ),
        (
            "network:\n  layers: [max_pool: {kernel: 16}, flatten, linear: classes]",
            "a.yaml:2: layer 1, max_pool, has a window of 16×16; use at most 15×15"
        ),
        (
            "network:\n  layers: [max_pool: {kernel: 3, padding: 2}, flatten, linear: classes]",
            "a.yaml:2: layer 1, max_pool, has a padding of 2, more than half of its window of 3×3; use at most 1"
        ),
        (
            "network:\n  layers: [local_response_norm: {size: 1}, flatten, linear: classes]",
            "a.yaml:2: layer 1, local_response_norm, has a size of 1; use at least 3"
        ),
        (
            "network:\n  layers: [local_response_norm: {size: 4}, flatten, linear: classes]",
            "a.yaml:2: layer 1, local_response_norm, has a size of 4, which has no middle; use an odd one such as 5"
        ),
        (
            "network:\n  layers: [flatten, linear: 32]",
            "a.yaml:2: the output of the last layer is 32, but there are 10 classes; end with linear: classes"
        ),
        (
            "data: { resize: 28 }\nnetwork:\n  layers: [conv: {channels: classes}]",
            "a.yaml:3: the output of the last layer is 10 × 26 × 26, but there are 10 classes; end with flatten and linear: classes"
        ),
        (
            "network:\n  blocks: [{convs: 2, channels: 4, kernel: [3, 3, 1]}]",
            "a.yaml:2: block 1 has 3 kernels for 2 convolutions; give one for all, or one for each"
        ),
        (
            "data: { resize: 4 }\nnetwork: { ratio: 1, blocks: [{convs: 2, channels: 4, kernel: 5, padding: 0}] }",
            "a.yaml:2: a layer of block 1, conv, has a window of 5×5, larger than its input of 4×4; use a smaller kernel, more padding, larger images or fewer layers that shrink them"
        ),
    ])
    func `an unknown or duplicate key is reported with a suggestion`(text: String, expected: String) {
        #expect(sentence(text) == expected)
    }

    @Test(arguments: [
        ("training.learning_rate=0.1", "unknown key training.learning_rate; did you mean training.lr?"),
        ("batch_size=1", "unknown key batch_size; did you mean data.batch_size?"),
        (
            "training=1",
            "training is a section; set one of its keys: \(Self.trainingKeys.map { "training.\($0)" }.joined(separator: ", "))"
        ),
        ("training.lr", "must be key=value, such as training.lr=0.1"),
        ("=1", "must be key=value, such as training.lr=0.1"),
        ("training.lr=[1", "training.lr must be a number greater than 0 (got [1)"),
        ("training.lr=1\n--- 2", "training.lr must be a number greater than 0 (got 1\u{FFFD}--- 2)"),
        (
            "network.ratio=3",
            "ratio 3 does not divide the channels 64, 128, 256, 512, 512; ratios that do: 1, 2, 4, 8, 16, 32, 64"
        ),
    ])
    func `an invalid override is repeated with the reason`(override: String, problem: String) {
        let shown = override.replacingOccurrences(of: "\n", with: "\u{FFFD}")
        #expect(sentence("name: a", override) == "\(shown): \(problem)")
    }

    @Test(arguments: [
        (
            "network:\n  kernel: 3\n  ratio: 3", 3,
            "ratio 3 does not divide the channels 64, 128, 256, 512, 512; ratios that do: 1, 2, 4, 8, 16, 32, 64"
        ),
        ("network:\n  blocks: [[1, 6]]", 2, "ratio 4 does not divide the channels 6; ratios that do: 1, 2, 3, 6"),
        (
            "network:\n  kernel: 4", 2,
            "kernel 4 is even, so no padding preserves the image size; use an odd one such as 3"
        ),
        (
            "network:\n  variant: vgg11\ndata:\n  resize: 31", 4,
            "each of the 5 blocks halves the side, and 31 / 2^5 is below 1; resize to at least 32 or at most 4 blocks "
                + "(224 / 2^5 = 7 is why VGG has five)"
        ),
        (
            "network:\n  kernel: 31\n  ratio: 1\n  blocks: [[64, 16384], [64, 16384]]\ndata:\n  resize: 4096", 2,
            "the network would take more than 10000000000000 multiplications per image; "
                + "make the side, kernel, channels or classifier smaller"
        ),
    ])
    func `an impossible network is an error on the key that causes it`(
        text: String, line: Int, problem: String
    ) {
        #expect(sentence(text) == "a.yaml:\(line): \(problem)")
    }

    @Test(arguments: [
        (
            "training:\n  optimizer: adam\n  momentum: 0.9", 3,
            "training.momentum is only used with training.optimizer sgd; remove it, or set it to 0.0"
        ),
        (
            "training:\n  beta1: 0.5", 2,
            "training.beta1 is only used with training.optimizer adam or adamw; remove it, or set it to 0.9"
        ),
        (
            "training:\n  nesterov: true", 2,
            "training.nesterov is only used with training.momentum above 0; remove it, or set it to false"
        ),
        (
            "training:\n  decay: weights", 2,
            "training.decay is only used with training.weight_decay above 0; remove it, or set it to all"
        ),
        (
            "training:\n  patience: 3", 2,
            "training.patience is only used with training.early_stopping accuracy or loss; remove it, or set it to 5"
        ),
        (
            "training:\n  milestones: [5]", 2,
            "training.milestones is only used with training.schedule multistep; remove it, or set it to []"
        ),
        (
            "training:\n  schedule: multistep", 2,
            "training.milestones must be rising epochs such as [5, 8] with training.schedule multistep"
        ),
        (
            "training:\n  schedule: multistep\n  milestones: [8, 5]", 3,
            "training.milestones must be rising epochs such as [5, 8] with training.schedule multistep"
        ),
        (
            "training:\n  schedule: cosine\n  min_lr: 0.05", 3, "training.min_lr must be below training.lr"
        ),
        (
            "training:\n  schedule: one_cycle\n  warmup_steps: 5", 3,
            "training.warmup_steps is only used with training.schedule other than one_cycle; remove it, or set it to 0"
        ),
        (
            "training:\n  warmup_epochs: 1\n  warmup_steps: 5", 3,
            "training.warmup_steps and training.warmup_epochs both say how long the warmup is; keep one of them"
        ),
        (
            "training:\n  schedule: cosine\n  lr_patience: 2", 3,
            "training.lr_patience is only used with training.schedule plateau; remove it, or set it to 3"
        ),
        (
            "network:\n  from: a-1\n  weights: b.safetensors", 2,
            "network.weights and network.from both give the initial weights; keep one of them"
        ),
        (
            "training:\n  warmup_epochs: 3\n  epochs: 2", 2,
            "training.warmup_epochs must be at most training.epochs, which is 2"
        ),
    ])
    func `a setting without effect is refused`(text: String, line: Int, problem: String) {
        #expect(sentence(text) == "a.yaml:\(line): \(problem)")
    }

    @Test(arguments: [
        ("", "a.yaml: is empty; an experiment needs at least one key, such as name"),
        ("# nothing\n---\n", "a.yaml: is empty; an experiment needs at least one key, such as name"),
        ("- a\n- b", "a.yaml:1: must be a mapping of keys such as name: vgg11 (got a list of 2)"),
        ("\nvgg11", "a.yaml:2: must be a mapping of keys such as name: vgg11 (got vgg11)"),
        ("name: a\n---\nname: b", "a.yaml: has more than one document; keep one and remove the lines with ---"),
        ("name: a\ndescription: \u{1}", "a.yaml:2: a control character; remove it"),
        (
            "name: &x a\ndescription: *x",
            "a.yaml:1: anchors and aliases (&name, *name) are not understood; write the value out"
        ),
        ("name: *x", "a.yaml:1: anchors and aliases (&name, *name) are not understood; write the value out"),
        ("training:\n  lr: !!float 1", "a.yaml:2: tags (!name) are not understood; write the value alone"),
        (String(repeating: "#", count: 65537), "a.yaml: is larger than 64 KiB; an experiment takes a few lines"),
    ])
    func `a text that is not an experiment is refused in one sentence`(text: String, expected: String) {
        #expect(sentence(text) == expected)
    }

    @Test func `an unreadable file is refused in one sentence`() throws {
        func sentence(_ path: String) -> String {
            do { _ = try ExperimentFile.load(path) } catch { return error.description }
            return ""
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "experiments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "a.yaml").path
        #expect(sentence(path) == "\(path): there is no such file")
        #expect(sentence(folder.path) == "\(folder.path): is a folder; give a YAML file in it")
        try Data([0x6E, 0xFF, 0xFE]).write(to: URL(filePath: path))
        #expect(sentence(path) == "\(path): is not UTF-8 text; save it as UTF-8")
        #expect(sentence("/dev/zero") == "/dev/zero: is larger than 64 KiB; an experiment takes a few lines")
    }
}
