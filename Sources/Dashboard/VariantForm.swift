// A new experiment in the making: fields that a person types into, checked by the rules of experiment files after every
// keystroke. Drawing is FormView's work.

internal import ExperimentFiles
internal import Experiments

/// The form for a new variant of an experiment.
struct VariantForm: Hashable {
    /// A line of the form.
    struct Field: Hashable {
        /// Section and key with a dot; the network's is that of its variant.
        var path: String
        var label: String
        var text: String
        /// What left and right choose from; empty where anything may be typed.
        var choices: [String] = []
    }

    /// Why there is no experiment yet.
    struct Flaw: Error, Hashable {
        var problem: String
        /// The field to blame, if it is a single one.
        var field: Int?
    }

    let base: Experiment
    /// Where the new run begins, if it is a fork.
    let parent: LaunchRequest.Fork?
    private(set) var fields: [Field]
    private(set) var selected = 0
    /// Characters before the text cursor.
    private(set) var cursor = 0
    private(set) var result: Result<Experiment, Flaw>
    /// Whether the person has typed a name, so that it is not made up any more.
    private var isNamed = false

    /// A form that says what `base` says.
    init(from base: Experiment, parent: LaunchRequest.Fork? = nil) {
        self.base = base
        self.parent = parent
        result = .success(base)
        fields = Self.keys.map { path, label, choices in
            Field(path: path, label: label, text: Self.text(of: path, in: base), choices: choices)
        }
        selected = 1
        cursor = fields[selected].text.count
        check()
    }

    private static let keys: [(path: String, label: String, choices: [String])] = [
        ("name", "name", []),
        ("network.variant", "network", []),
        ("network.ratio", "ratio", []),
        ("network.kernel", "kernel", []),
        ("network.classifier", "classifier", []),
        ("network.dropout", "dropout", []),
        ("data.resize", "resize", []),
        ("data.batch_size", "batch size", []),
        ("training.optimizer", "optimizer", TrainingRecipe.Optimizer.allCases.map(\.rawValue)),
        ("training.lr", "learning rate", []),
        ("training.momentum", "momentum", []),
        ("training.weight_decay", "weight decay", []),
        ("training.epochs", "epochs", []),
        ("training.seed", "seed", []),
        ("training.precision", "precision", TrainingRecipe.Precision.allCases.map(\.rawValue)),
    ]

    private static func text(of path: String, in experiment: Experiment) -> String {
        if path == "name" { return experiment.name }
        let path = path == "network.variant" && experiment.network.variant == nil ? "network.blocks" : path
        return ExperimentFile.value(of: path, in: experiment) ?? ""
    }

    // MARK: Editing

    mutating func move(by rows: Int) { select((selected + rows + fields.count) % fields.count) }

    mutating func select(_ index: Int) {
        guard fields.indices.contains(index) else { return }
        selected = index
        cursor = fields[index].text.count
    }

    mutating func moveCursor(by characters: Int) {
        if fields[selected].choices.isEmpty {
            cursor = min(max(cursor + characters, 0), fields[selected].text.count)
        } else {
            choose(by: characters)
        }
    }

    mutating func insert(_ text: String) {
        guard fields[selected].choices.isEmpty else { return choose(by: 1) }
        var characters = Array(fields[selected].text)
        let new = Array(text.filter { !$0.isNewline })
        characters.insert(contentsOf: new, at: cursor)
        cursor += new.count
        replace(with: String(characters.prefix(200)))
    }

    mutating func deleteBackwards() {
        guard cursor > 0 else { return }
        cursor -= 1
        deleteForwards()
    }

    mutating func deleteForwards() {
        var characters = Array(fields[selected].text)
        guard fields[selected].choices.isEmpty, cursor < characters.count else { return }
        characters.remove(at: cursor)
        replace(with: String(characters))
    }

    mutating func clear() {
        guard fields[selected].choices.isEmpty else { return }
        replace(with: "")
    }

    private mutating func choose(by step: Int) {
        let (choices, text) = (fields[selected].choices, fields[selected].text)
        guard let index = choices.firstIndex(of: text) else { return }
        replace(with: choices[(index + step % choices.count + choices.count) % choices.count])
    }

    private mutating func replace(with text: String) {
        fields[selected].text = text
        cursor = min(cursor, text.count)
        if selected == 0 { isNamed = !text.isEmpty }
        check()
    }

    // MARK: Checking

    private mutating func check() {
        result = experiment(named: fields[0].text)
        guard !isNamed, case .success(let experiment) = result else { return }
        let name = Self.suggestedName(for: experiment, from: base)
        guard selected != 0 || fields[0].text.isEmpty else { return }
        fields[0].text = name
        result = self.experiment(named: name)
    }

    private func experiment(named name: String) -> Result<Experiment, Flaw> {
        let overrides = fields.map { field in
            var path = field.path
            if path == "network.variant", field.text.contains("[") { path = "network.blocks" }
            return "\(path)=\(path == "name" ? name.quoted : field.text)"
        }
        do {
            return .success(try ExperimentFile.parse(ExperimentFile.yaml(for: base), path: "", overrides: overrides))
        } catch {
            guard case .override(let text, let problem) = error else {
                return .failure(Flaw(problem: error.description, field: nil))
            }
            return .failure(Flaw(problem: problem, field: overrides.firstIndex(of: text)))
        }
    }

    /// The base's name with what differs from it, such as `vgg11-lr0.1`.
    static func suggestedName(for experiment: Experiment, from base: Experiment) -> String {
        let words = ExperimentFile.differences(from: base, to: experiment).compactMap { difference -> String? in
            let key = difference.path.split(separator: ".").last.map(String.init) ?? difference.path
            switch key {
            case "name": return nil
            case "variant": return difference.new
            case "blocks", "classifier":
                let numbers = difference.new.split { !$0.isNumber }
                return key + numbers.joined(separator: "-")
            case "resize": return "side\(difference.new)"
            case "batch_size": return "batch\(difference.new)"
            case "weight_decay": return "decay\(difference.new)"
            default: return key + difference.new
            }
        }
        return String(([base.name] + words).joined(separator: "-").prefix(80))
    }
}

extension String {
    /// As a YAML text, so that a name such as `1e3` stays one.
    fileprivate var quoted: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
