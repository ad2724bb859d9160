// A new experiment being edited: text fields, validated by the rules of experiment files after every keystroke.
// FormView draws it.

internal import ExperimentFiles
internal import Experiments
internal import RunLog

/// The form for a new variant of an experiment, or for a fork of a run.
struct VariantForm: Hashable {
    let base: Experiment
    /// The run to fork, if it is a fork.
    let parent: String?
    /// Checkpoints to fork from, the newest first; empty if unknown.
    private(set) var checkpoints: [CheckpointEntry] = []
    private(set) var fields: [Field]
    /// The network's blocks or layers, below the field with its name; `nil` for a fork, which keeps its parent's.
    private(set) var lines: NetworkLines?
    private(set) var selected = Row.setting(0)
    private(set) var flaws: [Flaw] = []
    /// The experiment, with the last valid values in place of invalid ones; `nil` if even that is impossible.
    private(set) var preview: Experiment?
    /// Whether the preview's network is an earlier one than the lines with their last valid texts.
    private var isNetworkOld = false
    /// The network that was edited before a named one was chosen, to return to it.
    private var ownLines: NetworkLines?
    /// Whether the user has typed a name, so that none is suggested any more.
    private var isNamed = false
    /// Whether the selected field's whole text is selected, so that typing replaces it.
    private(set) var isWholeSelected = true
    private(set) var isEdited = false
    /// A search for a learning rate for the experiment in the form.
    var rateSearch: RateSearch?
    /// Number of rows scrolled out at the top.
    var top = 0

    /// Creates a form with the settings of `base`.
    init(from base: Experiment, forkOf parent: String? = nil) {
        self.base = base
        self.parent = parent
        fields = ExperimentKey.all.filter { parent == nil || !$0.shapesNetwork }.compactMap { key in
            key.label.map { label in
                Field(
                    path: key.path, label: label, text: Self.text(of: key, in: base), choices: key.choices,
                    isOpen: key.path == Self.network)
            }
        }
        if parent != nil {
            fields.insert(Field(path: "", label: "begins at", text: "newest", choices: ["newest"]), at: 0)
        } else {
            lines = NetworkLines(of: base.network)
        }
        if let place = networkPlace, let lines, base.network.variant == nil {
            fields[place].line = TextLine(lines.title)
        }
        selected = .setting(parent == nil ? 1 : index(of: "training.lr") ?? 0)
        check()
    }

    private static func text(of key: ExperimentKey, in experiment: Experiment) -> String {
        if key.path == "name" { return experiment.name }
        let text = ExperimentFile.value(of: key.path, in: experiment) ?? key.defaultValue ?? ""
        return isLimit(key.path) && text == "null" ? all : text
    }

    static let network = "network.variant"

    /// The form's text for an unset limit of images, which is `null` in files.
    static let all = "all"
    static func isLimit(_ path: String) -> Bool { path.hasPrefix("data.limit") }

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

    // MARK: Rows

    /// All rows in order: the network's lines follow its name.
    private var rows: [Row] {
        let lines = lines?.lines.indices.map(Row.line) ?? []
        return fields.indices.flatMap { [.setting($0)] + ($0 == networkPlace ? lines : []) }
    }

    /// The rows that have an effect, are to blame, or are selected.
    var shown: [Row] {
        rows.filter { row in
            guard case .setting(let index) = row, let key = ExperimentKey.named(fields[index].path) else { return true }
            return preview.map(key.isUsed) ?? true || row == selected || flaws.contains { $0.row == row }
        }
    }

    /// Returns a row's label and text.
    func field(_ row: Row) -> Field {
        switch row {
        case .setting(let index): fields[index]
        case .line(let index):
            Field(label: lines?.label(of: index) ?? "", line: lines?[index].text ?? TextLine())
        }
    }

    /// Whether the selected row is a block or layer.
    var isLineSelected: Bool { if case .line = selected { true } else { false } }

    /// The selected row's text.
    private var line: TextLine {
        get { field(selected).line }
        set {
            switch selected {
            case .setting(let index): fields[index].line = newValue
            case .line(let index): lines?[index].text = newValue
            }
        }
    }

    /// Goes to a row further down; from the last one to the first.
    mutating func move(by rows: Int) { go(by: rows, in: shown) }

    /// Goes to another field, past the lines of the network.
    mutating func moveField(by fields: Int) {
        go(by: fields, in: shown.filter { $0 == selected || !isLine($0) })
    }

    /// Goes to a row further down, at most to the last one.
    mutating func movePage(by rows: Int) {
        let shown = shown
        guard let place = shown.firstIndex(of: selected) else { return }
        select(shown[min(max(place + rows, 0), shown.count - 1)])
    }

    private func isLine(_ row: Row) -> Bool { if case .line = row { true } else { false } }

    private mutating func go(by step: Int, in rows: [Row]) {
        guard let place = rows.firstIndex(of: selected) else { return }
        select(rows[(place + step % rows.count + rows.count) % rows.count])
    }

    mutating func select(_ row: Row) {
        guard rows.contains(row) else { return }
        let isMove = row != selected
        selected = row
        // A network that was typed is shown by its lines, once it is complete.
        if isMove, let place = networkPlace, row != .setting(place), NetworkLines(ofNetwork: networkText) != nil,
            !fields[place].choices.contains(networkText)
        {
            makeOwn()
            check()
        }
        line.move(by: TextLine.maxCharacters)
        isWholeSelected = field(row).takesText
    }

    // MARK: Editing

    mutating func moveCursor(by characters: Int) {
        if field(selected).isChoice {
            choose(by: characters.signum())
        } else {
            isWholeSelected = false
            line.move(by: characters)
        }
    }

    mutating func insert(_ text: String) {
        guard field(selected).takesText else { return choose(by: 1) }
        if text.count > 1, take(pasted: text) { return }
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
        guard case .setting(let index) = selected else { return }
        let (choices, text) = (fields[index].choices, fields[index].text)
        let place = choices.firstIndex(of: text).map { $0 + step % choices.count + choices.count } ?? 0
        let new = choices[place % choices.count]
        if index == networkPlace {
            if isOwn { ownLines = lines }
            if let ownLines, ownLines.title == new { lines = ownLines }
        }
        fields[index].line = TextLine(new)
        if new != text { isEdited = true }
        check()
    }

    private mutating func edit(_ change: (inout TextLine) -> Void) {
        guard field(selected).takesText else { return }
        let old = line.text
        change(&line)
        isWholeSelected = false
        guard line.text != old else { return }
        isEdited = true
        switch selected {
        case .setting(let index): if fields[index].path == "name" { isNamed = !line.text.isEmpty }
        case .line: makeOwn()
        }
        check()
    }

    /// Replaces a setting's text, as if it had been typed.
    mutating func set(_ path: String, to text: String) {
        guard let place = index(of: path), fields[place].text != text else { return }
        fields[place].line = TextLine(text)
        isEdited = true
        check()
    }

    // MARK: The network's lines

    private var networkPlace: Int? { index(of: Self.network) }

    private var networkText: String { networkPlace.map { fields[$0].text } ?? "" }

    /// Whether the network is the lines, and not a named one or a list in its field.
    private var isOwn: Bool { lines?.title == networkText }

    /// Makes the lines the network.
    private mutating func makeOwn() {
        guard let place = networkPlace, let lines else { return }
        fields[place].line = TextLine(lines.title)
    }

    /// Adds an empty line below the selected one.
    mutating func addLine() {
        changeLines { lines, index in
            lines.insert([""], at: index + 1)
            return index + 1
        }
    }

    mutating func copyLine() {
        changeLines { lines, index in
            lines.insert([lines.texts[index]], at: index + 1)
            return index + 1
        }
    }

    /// Removes the selected line, unless it is the only one.
    mutating func removeLine() {
        changeLines { lines, index in
            if lines.lines.count > 1 { lines.remove(at: index) }
            return min(index, lines.lines.count - 1)
        }
    }

    mutating func moveLine(down: Bool) { changeLines { $0.move($1, down: down) } }

    /// Changes the lines, and selects the one whose index is returned.
    private mutating func changeLines(_ change: (inout NetworkLines, Int) -> Int) {
        guard case .line(let index) = selected, var lines else { return }
        let place = change(&lines, index)
        guard lines != self.lines || place != index else { return }
        self.lines = lines
        (isEdited, isWholeSelected, selected) = (true, true, .line(place))
        makeOwn()
        line.move(by: TextLine.maxCharacters)
        check()
    }

    /// Takes a whole list that was pasted: into the network's field, as the network; into a line, as more lines after
    /// it. Returns whether it is one.
    private mutating func take(pasted text: String) -> Bool {
        guard let (part, texts) = NetworkPart.texts(ofList: text) else { return false }
        if case .line(let index) = selected {
            guard text.contains("\n"), part == lines?.part else { return false }
            changeLines { lines, _ in
                let isEmpty = lines.texts[index].isEmpty
                lines.insert(texts, at: index + 1)
                if isEmpty { lines.remove(at: index) }
                return index + texts.count - (isEmpty ? 1 : 0)
            }
            return true
        }
        guard let place = networkPlace, selected == .setting(place) else { return false }
        lines = NetworkLines(ofNetwork: text)
        (isEdited, isWholeSelected) = (true, true)
        makeOwn()
        check()
        return true
    }

    /// Makes the lines those of the network's field, and offers the network of one's own among its choices.
    private mutating func matchLines() {
        guard let place = networkPlace else { return }
        if !isOwn, let new = NetworkLines(ofNetwork: networkText), new.texts != lines?.texts || new.part != lines?.part
        {
            lines = new
        }
        let own = isOwn ? lines : ownLines
        fields[place].choices = Variant.allCases.map(\.rawValue) + (own.map { [$0.title] } ?? [])
    }

    // MARK: Checking

    /// The new experiment; `nil` while anything is invalid.
    var experiment: Experiment? { flaws.isEmpty ? preview : nil }

    /// Invalid fields that costs depend on, with the preview's values.
    var substitutes: [(label: String, text: String)] {
        let cheap = [
            "", "name", "network.dropout", "data.shift", "data.crop", "data.erase", "training.lr",
            "training.weight_decay", "training.seed",
        ]
        let settings = fields.filter { field in
            field.valid != field.text && !cheap.contains(field.path) && !(field.path == Self.network && isOwn)
        }
        var values = settings.map { (label: $0.label, text: $0.valid) }
        if isNetworkOld { return values + [("the network", "as it was")] }
        guard let lines, isOwn else { return values }
        for (index, line) in lines.lines.enumerated() where line.valid != line.text.text {
            values.append((lines.label(of: index), line.valid ?? "left out"))
        }
        return values
    }

    private mutating func check() {
        matchLines()
        read()
        guard let place = index(of: "name"), !isNamed, let preview, selected != .setting(place) else { return }
        fields[place].line = TextLine(Self.suggestedName(for: preview, from: base))
        read()
    }

    private mutating func read() {
        let check = FormCheck(base: base, fields: fields, lines: lines)
        (flaws, isNetworkOld) = (check.flaws, isOwn && !check.usesLines)
        if let experiment = check.experiment {
            preview = experiment
            for (row, text) in check.texts {
                switch row {
                case .setting(let index): fields[index].valid = text
                case .line(let index): if check.usesLines { lines?[index].valid = text }
                }
            }
            if let place = networkPlace, let network = check.network { fields[place].valid = network }
            // Lines that are a named network's again have its name.
            if flaws.isEmpty, isOwn, let place = networkPlace, let variant = experiment.network.variant {
                fields[place].line = TextLine(variant.rawValue)
            }
        }
        if let checkpoint, let preview, checkpoint.epoch > preview.training.epochs {
            let done = checkpoint.epoch - 1
            let problem = "already trained for \(done) epoch\(done == 1 ? "" : "s"); enter more"
            flaws.append(Flaw(problem: problem, row: index(of: "training.epochs").map(Row.setting)))
        }
        let rows = rows
        func place(_ flaw: Flaw) -> Int { flaw.row.flatMap(rows.firstIndex) ?? -1 }
        flaws.sort { place($0) < place($1) }
    }
}
