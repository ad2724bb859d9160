// Reads a form's texts by the rules of experiment files. Where some are invalid, it finds each of them, and the
// experiment with their last valid values.

internal import ExperimentFiles
internal import Experiments

/// The experiment that a form describes, and why it is none.
struct FormCheck {
    typealias Row = VariantForm.Row
    typealias Flaw = VariantForm.Flaw

    /// What takes the place of an own network's name.
    private let lines: NetworkLines?
    private let fields: [VariantForm.Field]
    private let base: Experiment
    private let yaml: String
    private let networkRow: Row?
    /// The others.
    private let rows: [Row]
    /// The last valid texts.
    private let valid: [Row: String]

    /// At most one for each row.
    private(set) var flaws: [Flaw] = []
    /// The texts that the experiment is made of: the form's, or the last valid one where that is invalid. A new line
    /// without a valid text is left out.
    private(set) var texts: [Row: String] = [:]
    /// `nil` if it is still invalid with the last valid texts in place of invalid ones.
    private(set) var experiment: Experiment?

    init(base: Experiment, fields: [VariantForm.Field], lines: NetworkLines?) {
        (self.base, self.fields, self.lines) = (base, fields, lines)
        yaml = ExperimentFile.yaml(for: base)
        var valid: [Row: String] = [:]
        for (index, field) in fields.enumerated() {
            (texts[.setting(index)], valid[.setting(index)]) = (field.text, field.valid)
        }
        for (index, line) in (lines?.lines ?? []).enumerated() {
            (texts[.line(index)], valid[.line(index)]) = (line.text.text, line.valid)
        }
        let place = fields.firstIndex { $0.path == VariantForm.network }
        networkRow = place.map(Row.setting)
        rows = (lines?.lines.indices.map(Row.line) ?? []) + fields.indices.filter { $0 != place }.map(Row.setting)
        self.valid = valid
        readLines()
        while experiment == nil {
            switch parse(texts) {
            case .success(let made): experiment = made
            case .failure(let flaw):
                let culprit = culprit(of: flaw)
                // Where lines were removed or moved, none of them is wrong by itself.
                blame(culprit == networkRow ? flaw.row ?? culprit : culprit ?? flaw.row, flaw.problem)
                guard let culprit else { return }
                texts[culprit] = valid[culprit]
            }
        }
    }

    private mutating func blame(_ row: Row?, _ problem: String) {
        if !flaws.contains(where: { $0.row == row }) { flaws.append(Flaw(problem: problem, row: row)) }
    }

    /// Blames each line that is wrong by itself.
    private mutating func readLines() {
        guard let lines, isOwn(texts) else { return }
        for (index, text) in lines.texts.enumerated() {
            let row = Row.line(index)
            do throws(ExperimentFileError) {
                guard !text.isEmpty else {
                    throw .override(text, problem: "is empty; type \(lines.example), or remove it")
                }
                _ = try lines.part.item(text)
            } catch {
                guard case .override(_, _, let problem) = error else { continue }
                blame(row, problem)
                texts[row] = valid[row]
            }
        }
    }

    /// Returns the row that was changed and whose last valid text solves a problem: where a network cannot be built,
    /// the row where that is noticed may be right. `nil` if there is no such row.
    private func culprit(of flaw: Flaw) -> Row? {
        let likely = flaw.row == networkRow ? nil : flaw.row
        return ([likely] + rows + [networkRow]).compactMap(\.self).first { row in
            guard texts[row] != valid[row] else { return false }
            var restored = texts
            restored[row] = valid[row]
            if case .failure(let other) = parse(restored) { return other.problem != flaw.problem }
            return true
        }
    }

    // MARK: The network

    /// Whether the lines are the network.
    private func isOwn(_ texts: [Row: String]) -> Bool { networkRow.map { texts[$0] == lines?.title } ?? false }

    /// Whether the experiment is made of the lines.
    var usesLines: Bool { experiment != nil && isOwn(texts) }

    /// Returns the key and value that describe the network; `nil` for a fork, which keeps its parent's.
    private func network(_ texts: [Row: String]) -> (path: String, value: String)? {
        guard let networkRow, let lines, let text = texts[networkRow] else { return nil }
        if isOwn(texts) {
            let items = used(texts).compactMap { texts[.line($0)] }.compactMap { try? lines.part.item($0) }
            return (lines.part.path, "[\(items.joined(separator: ", "))]")
        }
        guard text.contains("[") else { return ("network.variant", text) }
        let isLayers = text.hasPrefix("[") && !text.hasPrefix("[[") && !text.hasPrefix("[{convs") && text != "[]"
        return ((isLayers ? NetworkPart.layer : .block).path, text)
    }

    /// The network's value in the experiment.
    var network: String? { network(texts)?.value }

    /// Returns the indices of the lines that are not left out.
    private func used(_ texts: [Row: String]) -> [Int] {
        (lines?.lines.indices ?? 0..<0).filter { texts[.line($0)] != nil }
    }

    // MARK: Parsing

    private func parse(_ texts: [Row: String]) -> Result<Experiment, Flaw> {
        let network = network(texts)
        // A network that lists its layers has no use for what the form says of blocks.
        let hasBlocks =
            network.map { $0.path != NetworkPart.layer.path && Variant(rawValue: $0.value)?.layers == nil }
            ?? (base.network.layers == nil)
        let settings = fields.indices.filter { index in
            let key = ExperimentKey.named(fields[index].path)
            return key.map { !$0.isOfBlocks || hasBlocks } ?? false
        }
        let overrides = settings.map { index in
            var (path, text) = (fields[index].path, texts[.setting(index)] ?? "")
            if .setting(index) == networkRow, let network { (path, text) = network }
            if path == "name" { text = text.quoted }
            if VariantForm.isLimit(path), text.isEmpty || text == VariantForm.all { text = "null" }
            return "\(path)=\(text)"
        }
        do {
            return .success(try ExperimentFile.parse(yaml, path: "", overrides: overrides))
        } catch {
            guard case .override(let text, let item, let problem) = error else {
                return .failure(Flaw(problem: error.description))
            }
            let row = overrides.firstIndex(of: text).map { Row.setting(settings[$0]) }
            guard row == networkRow, let item, isOwn(texts) else { return .failure(Flaw(problem: problem, row: row)) }
            return .failure(Flaw(problem: problem, row: .line(used(texts)[item - 1])))
        }
    }
}

extension String {
    /// Quoted as YAML text, so that a name such as `1e3` stays a text.
    fileprivate var quoted: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
