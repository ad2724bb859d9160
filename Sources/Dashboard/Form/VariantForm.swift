// A new experiment being edited: text fields, validated by the rules of experiment files after every keystroke.
// FormView draws it.

internal import ExperimentFiles
internal import Experiments
internal import RunLog

/// The form for a new variant of an experiment, or for a fork of a run.
struct VariantForm: Hashable {
    struct Field: Hashable {
        /// Section and key joined by a dot; the network's is that of its variant. Empty for a fork's checkpoint.
        var path: String
        var label: String
        var line: TextLine
        /// Choices for the left and right keys; empty if there are none.
        var choices: [String] = []
        /// Whether other text may be typed instead of the choices.
        var isOpen = false

        var text: String { line.text }

        /// Whether left and right change the choice instead of moving the text cursor.
        var isChoice: Bool { !choices.isEmpty && (!isOpen || text.isEmpty || choices.contains(text)) }
        /// Whether text can be typed.
        var takesText: Bool { choices.isEmpty || isOpen }
    }

    /// Why a field is invalid.
    struct Flaw: Error, Hashable {
        var problem: String
        /// Index of the invalid field, if it is a single one.
        var field: Int?
    }

    let base: Experiment
    /// The run to fork, if it is a fork.
    let parent: String?
    /// Checkpoints to fork from, the newest first; empty if unknown.
    private(set) var checkpoints: [CheckpointEntry] = []
    private(set) var fields: [Field]
    private(set) var selected = 0
    private(set) var flaws: [Flaw] = []
    /// The experiment, with the last valid values in place of invalid ones; `nil` if even that is impossible.
    private(set) var preview: Experiment?
    /// Each field's value in the preview.
    private var used: [String] = []
    /// Whether the user has typed a name, so that none is suggested any more.
    private var isNamed = false
    /// Whether the selected field's whole text is selected, so that typing replaces it.
    private(set) var isWholeSelected = true
    private(set) var isEdited = false

    /// Creates a form with the settings of `base`.
    init(from base: Experiment, forkOf parent: String? = nil) {
        self.base = base
        self.parent = parent
        fields = ExperimentKey.all.filter { parent == nil || !$0.shapesNetwork }.compactMap { key in
            key.label.map { label in
                Field(
                    path: key.path, label: label, line: TextLine(Self.text(of: key.path, in: base)),
                    choices: key.choices, isOpen: key.path == "network.variant")
            }
        }
        if parent != nil {
            fields.insert(Field(path: "", label: "begins at", line: TextLine("newest"), choices: ["newest"]), at: 0)
        }
        used = fields.map(\.text)
        selected = parent == nil ? 1 : fields.firstIndex { $0.path == "training.lr" } ?? 0
        check()
    }

    private static func text(of path: String, in experiment: Experiment) -> String {
        if path == "name" { return experiment.name }
        let own = experiment.network.layers == nil ? "network.blocks" : "network.layers"
        let path = path == "network.variant" && experiment.network.variant == nil ? own : path
        let text = ExperimentFile.value(of: path, in: experiment) ?? ExperimentKey.named(path)?.defaultValue ?? ""
        return isLimit(path) && text == "null" ? all : text
    }

    /// The form's text for an unset limit of images, which is `null` in files.
    private static let all = "all"
    private static func isLimit(_ path: String) -> Bool { path.hasPrefix("data.limit") }

    private func index(of path: String) -> Int? { fields.firstIndex { $0.path == path } }

    // MARK: Checkpoints

    /// Sets the available checkpoints. If the run has completed, the form suggests a few more epochs.
    mutating func offer(_ checkpoints: [CheckpointEntry]) {
        guard parent != nil, let place = index(of: "") else { return }
        // A step may be stored twice, before and after its evaluation.
        self.checkpoints = checkpoints.reduce(into: []) { kept, new in
            if !kept.contains(where: { $0.step == new.step }) { kept.append(new) }
        }
        fields[place].choices = checkpoints.isEmpty ? ["no checkpoint"] : self.checkpoints.indices.map(name)
        fields[place].line = TextLine(fields[place].choices[0])
        if let newest = checkpoints.first, newest.epoch > base.training.epochs,
            let epochs = index(of: "training.epochs"),
            fields[epochs].text == "\(base.training.epochs)"
        {
            fields[epochs].line = TextLine("\(newest.epoch + 4)")
        }
        check()
    }

    /// Returns a checkpoint's name: `newest, best`, `previous`, or its position.
    private func name(of index: Int) -> String {
        var words = index == 0 ? ["newest"] : index == 1 ? ["previous"] : []
        if checkpoints[index].isBest { words.append("best") }
        return words.isEmpty ? "step \(Readable.count(checkpoints[index].step))" : words.joined(separator: ", ")
    }

    /// The chosen checkpoint; `nil` if none is known.
    var checkpoint: CheckpointEntry? {
        guard let field = index(of: "").map({ fields[$0] }), !checkpoints.isEmpty,
            let place = field.choices.firstIndex(of: field.text)
        else { return nil }
        return checkpoints[place]
    }

    /// Where the new run starts, if it is a fork.
    var fork: LaunchRequest.Fork? { parent.map { LaunchRequest.Fork(run: $0, step: checkpoint?.step) } }

    // MARK: Editing

    /// Number of characters before the text cursor.
    var cursor: Int { fields[selected].line.cursor }

    /// The fields that have an effect, are to blame, or are selected.
    var shown: [Int] {
        fields.indices.filter { index in
            let key = ExperimentKey.named(fields[index].path)
            return preview.flatMap { key?.isUsed(by: $0) } ?? true || index == selected
                || flaws.contains { $0.field == index }
        }
    }

    mutating func move(by rows: Int) {
        let shown = shown
        guard let place = shown.firstIndex(of: selected) else { return }
        select(shown[(place + rows % shown.count + shown.count) % shown.count])
    }

    mutating func select(_ index: Int) {
        guard fields.indices.contains(index) else { return }
        selected = index
        fields[index].line.move(by: TextLine.maxCharacters)
        isWholeSelected = fields[index].takesText
    }

    mutating func moveCursor(by characters: Int) {
        if fields[selected].isChoice {
            choose(by: characters.signum())
        } else {
            isWholeSelected = false
            fields[selected].line.move(by: characters)
        }
    }

    mutating func insert(_ text: String) {
        guard fields[selected].takesText else { return choose(by: 1) }
        let replaces = isWholeSelected
        edit { line in
            if replaces { line.clear() }
            line.insert(text)
        }
    }

    mutating func deleteBackwards() {
        let deletesAll = isWholeSelected
        edit { deletesAll ? $0.clear() : $0.deleteBackwards() }
    }

    mutating func deleteForwards() {
        let deletesAll = isWholeSelected
        edit { deletesAll ? $0.clear() : $0.deleteForwards() }
    }

    mutating func deleteWord() { edit { $0.deleteWord() } }

    mutating func clear() { edit { $0.clear() } }

    private mutating func choose(by step: Int) {
        let (choices, text) = (fields[selected].choices, fields[selected].text)
        let index = choices.firstIndex(of: text).map { $0 + step % choices.count + choices.count } ?? 0
        fields[selected].line = TextLine(choices[index % choices.count])
        if fields[selected].text != text { isEdited = true }
        check()
    }

    private mutating func edit(_ change: (inout TextLine) -> Void) {
        guard fields[selected].takesText else { return }
        let old = fields[selected].text
        change(&fields[selected].line)
        isWholeSelected = false
        guard fields[selected].text != old else { return }
        isEdited = true
        if fields[selected].path == "name" { isNamed = !fields[selected].text.isEmpty }
        check()
    }

    // MARK: Checking

    /// The new experiment; `nil` while anything is invalid.
    var experiment: Experiment? { flaws.isEmpty ? preview : nil }

    /// Invalid fields that costs depend on, with the preview's values.
    var substitutes: [(label: String, text: String)] {
        let cheap = ["", "name", "network.dropout", "training.lr", "training.weight_decay", "training.seed"]
        return fields.indices.filter { used[$0] != fields[$0].text && !cheap.contains(fields[$0].path) }
            .map { (fields[$0].label, used[$0]) }
    }

    private mutating func check() {
        guard let place = index(of: "name") else { return }
        read()
        guard !isNamed, let preview, selected != place else { return }
        fields[place].line = TextLine(Self.suggestedName(for: preview, from: base))
        read()
    }

    /// Parses the fields. Each attempt reports one invalid field, which is then replaced by its last valid value, so
    /// that all problems are found and the rest can be shown. If the replacement is reported again, all fields are
    /// replaced.
    private mutating func read() {
        flaws = []
        preview = nil
        if used.count != fields.count { used = fields.map(\.text) }
        var texts = fields.map(\.text)
        for _ in 0...fields.count where preview == nil {
            switch experiment(of: texts) {
            case .success(let made): (preview, used) = (made, texts)
            case .failure(let flaw):
                let isNew = !flaws.contains { $0.field == flaw.field }
                if isNew { flaws.append(flaw) }
                if isNew, let field = flaw.field { texts[field] = used[field] } else { texts = used }
            }
        }
        if let checkpoint, let preview, checkpoint.epoch > preview.training.epochs {
            let done = checkpoint.epoch - 1
            let problem = "already trained for \(done) epoch\(done == 1 ? "" : "s"); enter more"
            flaws.append(Flaw(problem: problem, field: index(of: "training.epochs")))
        }
        flaws.sort { $0.field ?? -1 < $1.field ?? -1 }
    }

    private func experiment(of texts: [String]) -> Result<Experiment, Flaw> {
        // A network that lists its layers has no use for what the form says of blocks.
        let network = index(of: "network.variant").map { texts[$0] } ?? ""
        let hasBlocks = Variant(rawValue: network).map { $0.layers == nil } ?? !Self.isListOfLayers(network)
        let settings = fields.indices.filter { index in
            let key = ExperimentKey.named(fields[index].path)
            return key.map { !$0.isOfBlocks || (hasBlocks && !texts[index].isEmpty) } ?? false
        }
        let overrides = settings.map { index in
            var path = fields[index].path
            var text = texts[index]
            if path == "network.variant", text.contains("[") {
                path = Self.isListOfLayers(text) ? "network.layers" : "network.blocks"
            }
            if path == "name" { text = text.quoted }
            if Self.isLimit(path), text.isEmpty || text == Self.all { text = "null" }
            return "\(path)=\(text)"
        }
        do {
            return .success(try ExperimentFile.parse(ExperimentFile.yaml(for: base), path: "", overrides: overrides))
        } catch {
            guard case .override(let text, let problem) = error else {
                return .failure(Flaw(problem: error.description, field: nil))
            }
            return .failure(Flaw(problem: problem, field: overrides.firstIndex(of: text).map { settings[$0] }))
        }
    }

    /// Whether a text is a list of layers, and not of blocks.
    private static func isListOfLayers(_ text: String) -> Bool {
        text.hasPrefix("[") && !text.hasPrefix("[[") && !text.hasPrefix("[{convs") && text != "[]"
    }

    /// The base's name with what differs from it in place of what was there, such as `vgg11-lr0.1`.
    static func suggestedName(for experiment: Experiment, from base: Experiment) -> String {
        var name = base.name
        for difference in ExperimentFile.differences(from: base, to: experiment) where difference.path != "name" {
            let new = word(for: difference.path, difference.new)
            let old = word(for: difference.path, difference.values[0])
            if let place = name.firstRange(of: old), name.isWord(at: place) {
                name.replaceSubrange(place, with: new)
            } else {
                name += "-" + new
            }
        }
        return String(name.prefix(80))
    }

    /// Returns a setting's form in names: `ratio8`, `side96`, `vgg13`.
    private static func word(for path: String, _ value: String) -> String {
        let word = ExperimentKey.named(path)?.nameWord ?? path
        if value.hasPrefix("[") { return word + value.split { !$0.isNumber }.joined(separator: "-") }
        return word + (isLimit(path) && value == "null" ? all : value)
    }
}

extension String {
    /// Whether a range is delimited by dashes or the ends.
    fileprivate func isWord(at range: Range<Index>) -> Bool {
        !range.isEmpty && (range.lowerBound == startIndex || self[index(before: range.lowerBound)] == "-")
            && (range.upperBound == endIndex || self[range.upperBound] == "-")
    }

    /// Quoted as YAML text, so that a name such as `1e3` stays a text.
    fileprivate var quoted: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
