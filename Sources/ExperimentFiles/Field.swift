// One row of the table of settings.

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
    /// What else must be set for it to have an effect.
    let condition: Condition?
    /// Puts a value into an experiment, or says what is wrong with it.
    let read: @Sendable (YAMLNode, inout Experiment) throws(Flaw) -> Void
    /// Sets a value that does not come from YAML.
    let set: @Sendable (SettingValue, inout Experiment) throws(Flaw) -> Void
    /// Its value, also where it has no effect; `nil` where another key says it.
    let value: @Sendable (Experiment) -> SettingValue?
    /// Its value where every setting is given, in JSON; `nil` where the network has no such setting.
    let storedValue: @Sendable (Experiment) -> SettingValue?
    /// Whether only networks of blocks have it.
    let isOfBlocks: Bool
    /// Whether an experiment's network has it.
    private let exists: @Sendable (Experiment) -> Bool

    init<Value>(
        _ path: String, _ summary: String, _ codec: Codec<Value>,
        _ keyPath: any WritableKeyPath<Experiment, Value> & Sendable,
        label: String? = nil, nameWord: String? = nil, column: SettingColumn? = nil, shapesNetwork: Bool = false,
        synonyms: [String] = [], usedWith condition: Condition? = nil, isAlwaysStored: Bool = true,
        isOfBlocks: Bool = false, isOfLayers: Bool = false,
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
        self.condition = condition
        let read: @Sendable (YAMLNode, inout Experiment) throws(Flaw) -> Void = { node, experiment throws(Flaw) in
            experiment[keyPath: keyPath] = try node.read(as: codec, calling: path)
        }
        self.read = read
        set = { value, experiment throws(Flaw) in try read(value.node(none: codec.none), &experiment) }
        let value: @Sendable (Experiment) -> SettingValue = { codec.value($0[keyPath: keyPath]) }
        let exists: @Sendable (Experiment) -> Bool = { !($0.network.layers == nil ? isOfLayers : isOfBlocks) }
        self.isOfBlocks = isOfBlocks
        self.exists = exists
        self.value = { exists($0) && isWritten($0) ? value($0) : nil }
        storedValue = { experiment in
            if isOfBlocks, !exists(experiment) { return nil }
            return exists(experiment) && (isAlwaysStored || isWritten(experiment)) ? value(experiment) : .none("null")
        }
    }

    /// Its value as YAML; `nil` where another key says it, and where it is the default without any effect.
    func write(_ experiment: Experiment) -> String? {
        guard let value = value(experiment) else { return nil }
        return isUsed(by: experiment) || value != defaultValue ? value.yaml : nil
    }

    /// Whether it has an effect.
    func isUsed(by experiment: Experiment) -> Bool { exists(experiment) && condition?.isMet(experiment) ?? true }

    /// Its value where nothing is said.
    var defaultValue: SettingValue? { value(Experiment(name: "")) }

    /// What a setting needs to have an effect.
    struct Condition: Sendable {
        /// The setting that it depends on.
        let path: String
        /// What that one must be, as text.
        let value: String
        let isMet: @Sendable (Experiment) -> Bool

        init(_ path: String, _ value: String, _ isMet: @escaping @Sendable (Experiment) -> Bool) {
            (self.path, self.value, self.isMet) = (path, value, isMet)
        }
    }
}

extension Field.Condition {
    static let sgd = Self("training.optimizer", "sgd") { $0.training.optimizer == .sgd }
    static let adam = Self("training.optimizer", "adam or adamw") {
        [.adam, .adamw].contains($0.training.optimizer)
    }
    static let earlyStopping = Self("training.early_stopping", "accuracy or loss") {
        $0.training.earlyStopping != nil
    }
    static let normal = Self("training.init", "normal") { $0.training.initialization == .normal }
    private static func schedule(_ value: String, _ schedules: TrainingRecipe.Schedule...) -> Self {
        Self("training.schedule", value) { schedules.contains($0.training.schedule) }
    }
    static let step = schedule("step", .step)
    static let multistep = schedule("multistep", .multistep)
    static let falling = schedule("step, multistep or plateau", .step, .multistep, .plateau)
    static let plateau = schedule("plateau", .plateau)
    static let bounded = schedule("cosine, linear or plateau", .cosine, .linear, .plateau)
    static let oneCycle = schedule("one_cycle", .oneCycle)
    static let warmup = Self("training.schedule", "other than one_cycle") {
        $0.training.schedule != .oneCycle
    }
    static let momentum = Self("training.momentum", "above 0") { $0.training.momentum != 0 }
    static let weightDecay = Self("training.weight_decay", "above 0") { $0.training.weightDecay != 0 }
}
