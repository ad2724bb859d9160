// The only table of settings: path, meaning, limits and place in an experiment. Experiment files, `--set`, JSON,
// suggestions, shell completion, filters, differences, columns, the form for new experiments, help and the reference in
// docs/ are derived from it.

import Experiments

/// A setting: a key of an experiment file and its access to an experiment.
struct Field: Sendable {
    /// Section and key with a dot, or only the key at the top level.
    let path: String
    /// The section before the dot; `nil` at the top level.
    let section: String?
    /// The word after the dot.
    let key: String
    /// Its meaning in one line.
    let summary: String
    let allowed: String
    /// The allowed words; empty for other kinds of values.
    let choices: [String]
    /// Its names in other programs, for suggestions.
    let synonyms: [String]
    /// Its label in the form for new experiments; `nil` if it is not in the form.
    let label: String?
    /// Its word in names of variants, such as `side` in `vgg11-side96`.
    let nameWord: String
    /// Its column in the dashboard's list; `nil` if it has none.
    let column: SettingColumn?
    /// Whether it determines the shapes of the weights, which a fork cannot change.
    let shapesNetwork: Bool
    /// Parses a value and sets it in an experiment; throws if it is invalid.
    let read: @Sendable (YAMLNode, inout Experiment) throws(Flaw) -> Void
    /// Sets a value that does not come from YAML.
    let set: @Sendable (SettingValue, inout Experiment) throws(Flaw) -> Void
    /// Returns its value; `nil` if another key determines it.
    let value: @Sendable (Experiment) -> SettingValue?
    /// Returns its value where every setting is written, as in JSON.
    let storedValue: @Sendable (Experiment) -> SettingValue

    init<Value>(
        _ path: String, _ summary: String, _ codec: Codec<Value>,
        _ keyPath: any WritableKeyPath<Experiment, Value> & Sendable,
        label: String? = nil, nameWord: String? = nil, column: SettingColumn? = nil, shapesNetwork: Bool = false,
        synonyms: [String] = [], isAlwaysStored: Bool = true,
        writtenIf isWritten: @escaping @Sendable (Experiment) -> Bool = { _ in true }
    ) {
        self.path = path
        let parts = path.split(separator: ".").map(String.init)
        section = parts.count > 1 ? parts[0] : nil
        key = parts[parts.count - 1]
        self.summary = summary
        allowed = codec.allowed
        choices = codec.choices
        self.synonyms = synonyms
        self.label = label
        self.nameWord = nameWord ?? key
        self.column = column
        self.shapesNetwork = shapesNetwork
        let read: @Sendable (YAMLNode, inout Experiment) throws(Flaw) -> Void = { node, experiment throws(Flaw) in
            experiment[keyPath: keyPath] = try node.read(as: codec, calling: path)
        }
        self.read = read
        set = { value, experiment throws(Flaw) in try read(value.node(none: codec.none), &experiment) }
        let value: @Sendable (Experiment) -> SettingValue = { codec.value($0[keyPath: keyPath]) }
        self.value = { isWritten($0) ? value($0) : nil }
        storedValue = { isAlwaysStored || isWritten($0) ? value($0) : .none("null") }
    }

    /// Formats its value as YAML; `nil` if another key determines it.
    func write(_ experiment: Experiment) -> String? { value(experiment)?.yaml }
}

enum Schema {
    static let fields = [
        Field(
            "name", "Short name, unique among experiments; by default the file's name without its extension.",
            .line(
                "1 to 100 bytes without control characters, slashes, or a dot or space at either end",
                ExperimentFile.isName), \.name, label: "name"),
        Field(
            "description", "Description, on one line or several.",
            .line("text of at most 1000 characters, none of them a control character", joinsLines: true) {
                $0.unicodeScalars.count <= 1000 && $0.unicodeScalars.allSatisfy(\.isVisible)
            }, \.description),

        Field(
            "network.variant", "A network of the VGG paper, instead of blocks.", .choice, \.network.namedVariant,
            label: "network", nameWord: "", shapesNetwork: true,
            synonyms: ["arch", "architecture", "model"], isAlwaysStored: false, writtenIf: { $0.network.variant != nil }
        ),
        Field(
            "network.blocks", "The blocks before division by the ratio.",
            .list(of: .block, named: "pairs [convolutions, channels]", count: 1...64), \.network.blocks,
            shapesNetwork: true,
            synonyms: ["conv_arch"], writtenIf: { $0.network.variant == nil }),
        Field(
            "network.ratio", "Divisor of every block's channels.", .integer(1...16384), \.network.ratio,
            label: "ratio", column: SettingColumn(rank: 5, width: 5...5, help: "divisor of the channels"),
            shapesNetwork: true),
        Field(
            "network.kernel", "Height and width of the convolutions' window; odd.", .integer(1...31), \.network.kernel,
            label: "kernel", shapesNetwork: true,
            synonyms: ["kernel_size"]),
        Field(
            "network.classifier", "Widths of the hidden fully connected layers.",
            .list(of: .integer(1...1_048_576), named: "widths", count: 0...64), \.network.classifier,
            label: "classifier", shapesNetwork: true,
            synonyms: ["hidden", "linear"]),
        Field(
            "network.dropout", "Dropout probability after each of them.",
            .number("from 0 up to, but not including, 1") { 0..<1 ~= $0 }, \.network.dropout, label: "dropout"),
        Field(
            "network.weights",
            "Safetensors file with the initial weights; a relative path starts at the experiment file's folder.",
            .optional(
                .line("the path of a safetensors file") { !$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isVisible) },
                none: "null"), \.network.weights, synonyms: ["checkpoint", "pretrained", "init"]),

        Field(
            "data.dataset", "Name of the data set and of the folder with its IDX files.",
            .line("a plain name such as fashion-mnist or mnist") { name in
                let isPlain: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
                return (1...100).contains(name.count) && name.allSatisfy(isPlain)
            }, \.data.dataset),
        Field(
            "data.resize", "Image size: height and width in pixels that images are resized to.", .integer(1...4096),
            \.data.resize,
            label: "resize", nameWord: "side", column: SettingColumn(rank: 13, width: 4...4, help: "image size"),
            shapesNetwork: true,
            synonyms: ["size", "side", "image_size"]),
        Field(
            "data.batch_size", "Images per step.", .integer(1...65536), \.data.batchSize, label: "batch size",
            nameWord: "batch", column: SettingColumn(rank: 14, width: 5...5, help: "images per step"),
            synonyms: ["batch", "batchsize"]),
        Field("data.shuffle", "Whether each epoch uses the training images in a new order.", .flag, \.data.shuffle),
        Field(
            "data.limit_train", "Use only this many training images.",
            .optional(.integer(1...1_000_000_000), none: "null"), \.data.limitTrain, label: "train images",
            nameWord: "train"),
        Field(
            "data.limit_test", "Use only this many test images.",
            .optional(.integer(1...1_000_000_000), none: "null"), \.data.limitTest, label: "test images",
            nameWord: "test"),
        Field(
            "data.sampling",
            "How limits select images: the same fraction of every class, drawn by the seed, or the first ones.",
            .choice, \.data.sampling),

        Field(
            "training.optimizer", "Optimizer.", .choice, \.training.optimizer,
            label: "optimizer"),
        Field(
            "training.lr", "Learning rate.", .number("greater than 0") { $0 > 0 }, \.training.learningRate,
            label: "learning rate", column: SettingColumn(rank: 6, width: 4...8, help: "learning rate"),
            synonyms: ["learning_rate", "learningrate", "rate"]),
        Field(
            "training.momentum", "Fraction of the last update that is added to the next.",
            .number("from 0 up to, but not including, 1") { 0..<1 ~= $0 }, \.training.momentum, label: "momentum"),
        Field(
            "training.weight_decay", "Fraction of each parameter that is added to its gradient.",
            .number("from 0 to 1") { 0...1 ~= $0 }, \.training.weightDecay, label: "weight decay", nameWord: "decay",
            synonyms: ["l2", "decay"]),
        Field(
            "training.epochs", "Passes over the training images; 0 leaves the initial weights.",
            .integer(0...1_000_000), \.training.epochs, label: "epochs", synonyms: ["num_epochs", "max_epochs"]),
        Field(
            "training.seed", "Seed of initial weights, order of images and dropout.", .integer(0...UInt64.max),
            \.training.seed, label: "seed", column: SettingColumn(rank: 9, width: 4...8, help: "seed", isRare: true),
            synonyms: ["random_seed"]),
        Field(
            "training.precision", "Number format of the computation.", .choice, \.training.precision,
            label: "precision"),

        Field("engine.convolution", "Algorithm for convolutions.", .choice, \.engine.convolution),
        Field(
            "engine.chunk", "Number of images that pass through the convolutions together.",
            .optional(.integer(1...65536), none: "auto"), \.engine.chunk),

        Field(
            "checkpoint.every_epochs", "Save a checkpoint after this many epochs.",
            .optional(.integer(1...1_000_000), none: "null"), \.checkpoint.everyEpochs),
        Field(
            "checkpoint.every_minutes", "Save a checkpoint after this many minutes.",
            .optional(.number("greater than 0") { $0 > 0 }, none: "null"), \.checkpoint.everyMinutes),
        Field(
            "checkpoint.every_steps", "Save a checkpoint after this many steps.",
            .optional(.integer(1...1_000_000_000), none: "null"), \.checkpoint.everySteps),
    ]

    /// The sections in the order of the table.
    static let sections: [String] = fields.compactMap(\.section).reduce(into: []) { if $0.last != $1 { $0.append($1) } }

    private static let places = Dictionary(uniqueKeysWithValues: zip(fields.map(\.path), fields.indices))

    static func field(_ path: String) -> Field? { places[path].map { fields[$0] } }

    /// Returns the keys at the top level, or in a section.
    static func keys(in section: String?) -> [String] {
        fields.filter { $0.section == section }.map(\.key) + (section == nil ? sections : [])
    }

    /// Returns the error for an unknown key.
    static func unknown(_ path: String) -> String {
        let parts = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let section = parts.count == 2 ? parts[0].nearest(in: sections) : nil
        let key = parts.last ?? path
        let said = "unknown key \(path.shortened(to: 60))"
        // Searches the key's section first, then the whole table: lr alone means training.lr.
        let neighbours = fields.filter { $0.section == section }
        if let near = meant(by: key, among: neighbours) ?? key.nearest(in: parts.count == 1 ? sections : [])
            ?? meant(by: key, among: fields)
        {
            return "\(said); did you mean \(near)?"
        }
        let place = section.map { "\($0) has" } ?? "known keys:"
        return "\(said); \(place) \(keys(in: section).joined(separator: ", "))"
    }

    private static func meant(by key: String, among fields: [Field]) -> String? {
        let names = fields.flatMap { field in ([field.key] + field.synonyms).map { (name: $0, path: field.path) } }
        guard let near = key.nearest(in: names.map(\.name)) else { return nil }
        return names.first { $0.name == near }?.path
    }
}

extension NetworkRecipe {
    /// The variant as a key sets it; only read if there is one.
    fileprivate var namedVariant: Variant {
        get { variant ?? .vgg11 }
        set { blocks = newValue.blocks }
    }
}
