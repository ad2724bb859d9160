// The only table of settings: path, meaning, limits and place in an experiment. Experiment files, `--set`, JSON,
// suggestions, shell completion, filters, differences, columns, the form for new experiments, help and the reference in
// docs/ are derived from it.

import Experiments

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
            "network.variant", "Name of a network, in place of blocks or layers.", .choice, \.network.namedVariant,
            label: "network", nameWord: "", shapesNetwork: true,
            synonyms: ["arch", "architecture", "model"], isAlwaysStored: false, writtenIf: { $0.network.variant != nil }
        ),
        Field(
            "network.blocks", "Blocks, before their channels are divided by the ratio.",
            .list(of: .block, named: "pairs [convolutions, channels]", count: 1...64), \.network.ownBlocks,
            shapesNetwork: true,
            synonyms: ["conv_arch"], isOfBlocks: true, writtenIf: { $0.network.variant == nil }),
        Field(
            "network.layers", "All layers in order, in place of blocks.",
            .list(of: .layer, named: "layers", count: 1...1000), \.network.ownLayers, shapesNetwork: true,
            isOfLayers: true, writtenIf: { $0.network.variant == nil }),
        Field(
            "network.ratio", "Divisor of every block's channels.", .integer(1...16384), \.network.ratio,
            label: "ratio", column: SettingColumn(rank: 6, width: 5...5, help: "divisor of the channels"),
            shapesNetwork: true, isOfBlocks: true),
        Field(
            "network.kernel", "Kernel size of convolutions, odd, in blocks that do not specify it.", .integer(1...31),
            \.network.kernel,
            label: "kernel", shapesNetwork: true,
            synonyms: ["kernel_size"], isOfBlocks: true),
        Field(
            "network.norm", "Normalization of each convolution, in blocks that do not specify it.", .choice,
            \.network.norm, label: "norm", shapesNetwork: true, synonyms: ["normalization", "batch_norm"],
            isOfBlocks: true),
        Field(
            "network.classifier", "Widths of the hidden fully connected layers.",
            .list(of: .integer(1...1_048_576), named: "widths", count: 0...64), \.network.classifier,
            label: "classifier", shapesNetwork: true,
            synonyms: ["hidden", "linear"], isOfBlocks: true),
        Field(
            "network.dropout", "Dropout probability after each hidden layer.",
            .share, \.network.dropout, label: "dropout", isOfBlocks: true),
        Field(
            "network.weights",
            "Safetensors file with the initial weights; a relative path starts at the experiment file's folder.",
            .optional(
                .line("the path of a safetensors file") { !$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isVisible) },
                none: "null"), \.network.weights, synonyms: ["checkpoint", "pretrained"]),

        Field(
            "network.from",
            "Run whose best weights initialize the layers of the same shapes, in order.",
            .optional(
                .line("a run's name") { !$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isVisible) }, none: "null"),
            \.network.from, synonyms: ["init_from", "warm_start"]),

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
        Field(
            "data.normalize", "Scale pixels to mean 0 and standard deviation 1 over the training images.", .choice,
            \.data.normalize, label: "normalize", synonyms: ["normalization", "standardize"]),
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
            "data.validation",
            "Fraction of the training images, drawn by the seed, that chooses the best epoch instead of training.",
            .share, \.data.validation, label: "validation", synonyms: ["validation_split", "val"]),
        Field(
            "data.flip", "Mirror a random half of the training images from left to right.", .flag, \.data.flip,
            label: "flip", synonyms: ["hflip", "augment"]),
        Field(
            "data.shift", "Move training images by up to this many pixels, after resizing, at random.",
            .integer(0...4096), \.data.shift, label: "shift"),
        Field(
            "data.crop", "Minimum fraction of a training image's area that a random crop keeps; 1 disables cropping.",
            .number("above 0 and up to 1") { $0 > 0 && $0 <= 1 }, \.data.crop, label: "crop"),
        Field(
            "data.erase", "Probability that a training image loses a random rectangle.",
            .number("from 0 to 1") { 0...1 ~= $0 }, \.data.erase, label: "erase"),

        Field(
            "training.optimizer", "Optimizer.", .choice, \.training.optimizer,
            label: "optimizer"),
        Field(
            "training.lr", "Learning rate.", .number("greater than 0") { $0 > 0 }, \.training.learningRate,
            label: "learning rate", column: SettingColumn(rank: 5, width: 4...8, help: "learning rate"),
            synonyms: ["learning_rate", "learningrate", "rate"]),
        Field(
            "training.schedule", "How the learning rate changes during the run.", .choice, \.training.schedule,
            label: "schedule", synonyms: ["scheduler", "lr_scheduler"]),
        Field(
            "training.step_every", "Epochs between two reductions of the learning rate.", .integer(1...1_000_000),
            \.training.stepEvery, label: "every epochs", synonyms: ["step_size"], usedWith: .step),
        Field(
            "training.lr_patience",
            "Epochs without a lower loss that are tolerated before the learning rate is reduced.",
            .integer(1...1_000_000),
            \.training.ratePatience, label: "rate patience", usedWith: .plateau),
        Field(
            "training.milestones", "Epochs after which the learning rate is reduced.",
            .list(of: .integer(1...1_000_000), named: "epochs", count: 0...100), \.training.milestones,
            label: "milestones", usedWith: .multistep),
        Field(
            "training.lr_factor", "Factor of each reduction of the learning rate.",
            .number("between 0 and 1") { $0 > 0 && $0 < 1 }, \.training.rateFactor, label: "factor",
            synonyms: ["gamma", "factor"], usedWith: .falling),
        Field(
            "training.min_lr", "Learning rate at the end, or the lowest one.", .number("0 or greater") { $0 >= 0 },
            \.training.lastRate,
            label: "last rate", synonyms: ["eta_min", "end_lr"], usedWith: .bounded),
        Field(
            "training.peak_at", "Fraction of all steps after which the learning rate peaks.",
            .number("between 0 and 1") { $0 > 0 && $0 < 1 }, \.training.peakAt, label: "peak at",
            synonyms: ["pct_start"], usedWith: .oneCycle),
        Field(
            "training.warmup_epochs",
            "Epochs, or a fraction of one, in which the learning rate rises from nearly 0 to lr.",
            .number("from 0 to 1000000") { 0...1_000_000 ~= $0 }, \.training.warmupEpochs, label: "warmup epochs",
            nameWord: "warmup", synonyms: ["warmup"], usedWith: .warmup),
        Field(
            "training.warmup_steps", "Steps in which the learning rate rises from nearly 0 to lr.",
            .integer(0...1_000_000_000), \.training.warmupSteps,
            label: "warmup steps", usedWith: .warmup),
        Field(
            "training.momentum", "Fraction of the last update that is added to the next one.",
            .share, \.training.momentum, label: "momentum", usedWith: .sgd),
        Field(
            "training.nesterov", "Whether to use Nesterov momentum.", .flag, \.training.nesterov, label: "nesterov",
            usedWith: .momentum),
        Field(
            "training.beta1", "Decay rate of the running mean of the gradient.", .share, \.training.beta1,
            label: "beta 1",
            synonyms: ["betas", "beta_1"], usedWith: .adam),
        Field(
            "training.beta2", "Decay rate of the running mean of the squared gradient.", .share, \.training.beta2,
            label: "beta 2",
            synonyms: ["beta_2"], usedWith: .adam),
        Field(
            "training.eps", "Term added to the denominator of the update for numerical stability.",
            .number("greater than 0") { $0 > 0 },
            \.training.epsilon, label: "epsilon", synonyms: ["epsilon"], usedWith: .adam),
        Field(
            "training.weight_decay",
            "Fraction of each parameter that is added to its gradient or, with adamw, times lr subtracted from the parameter.",
            .number("from 0 to 1") { 0...1 ~= $0 }, \.training.weightDecay, label: "weight decay", nameWord: "decay",
            synonyms: ["l2", "wd"]),
        Field(
            "training.decay", "Parameters that decay: all, or only weights, not biases and normalization layers.",
            .choice,
            \.training.decay, label: "decay", usedWith: .weightDecay),
        Field(
            "training.clip_norm", "Maximum norm of all gradients together; longer ones are scaled down.",
            .optional(.number("greater than 0") { $0 > 0 }, none: "null"), \.training.clipNorm, label: "clip norm",
            synonyms: ["max_norm", "grad_clip"]),
        Field(
            "training.ema",
            "Evaluate and save a running mean of the weights with this decay, such as 0.999.",
            .optional(.number("between 0 and 1") { $0 > 0 && $0 < 1 }, none: "null"), \.training.ema, label: "EMA",
            nameWord: "ema", synonyms: ["ema_decay", "averaging"]),
        Field(
            "training.label_smoothing", "Fraction of each training label that is spread evenly over all classes.",
            .share,
            \.training.labelSmoothing, label: "smoothing", nameWord: "smoothing"),
        Field(
            "training.epochs", "Passes over the training images; 0 leaves the initial weights.",
            .integer(0...1_000_000), \.training.epochs, label: "epochs", synonyms: ["num_epochs", "max_epochs"]),
        Field(
            "training.max_minutes", "Minutes after which the run stops; when resumed, it gets as many again.",
            .optional(.number("greater than 0") { $0 > 0 }, none: "null"), \.training.maxMinutes,
            label: "max minutes", nameWord: "minutes"),
        Field(
            "training.early_stopping", "Metric that must keep improving, or the run ends.",
            .optional(.choice, none: "null"), \.training.earlyStopping, label: "early stopping", nameWord: "stopping"),
        Field(
            "training.patience", "Epochs without improvement after which the run ends.", .integer(1...1_000_000),
            \.training.patience, label: "patience", usedWith: .earlyStopping),
        Field(
            "training.min_delta", "Minimum change that counts as an improvement.",
            .number("0 or greater") { $0 >= 0 }, \.training.minDelta, label: "min delta", usedWith: .earlyStopping),
        Field(
            "training.seed", "Seed of initial weights, order of images and dropout.", .integer(0...UInt64.max),
            \.training.seed, label: "seed", column: SettingColumn(rank: 9, width: 4...8, help: "seed", isRare: true),
            synonyms: ["random_seed"]),
        Field(
            "training.init", "Distribution of the initial weights.", .choice, \.training.initialization,
            label: "init", synonyms: ["initialization"]),
        Field(
            "training.init_std", "Standard deviation of the initial weights.", .number("greater than 0") { $0 > 0 },
            \.training.initialDeviation, label: "deviation", usedWith: .normal),
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
        set { use(newValue) }
    }

    /// The blocks as a key sets them, in place of layers.
    fileprivate var ownBlocks: [Block] {
        get { blocks }
        set { (blocks, layers) = (newValue, nil) }
    }

    /// The layers as a key sets them; read only where there are some.
    fileprivate var ownLayers: [LayerRecipe] {
        get { layers ?? [] }
        set { layers = newValue }
    }
}
