// The values of a file and its `--set` overrides with their places, and the experiment that they define.

import Experiments

/// Values by key path, collected from a file and from overrides.
struct Entries {
    /// Where a value comes from.
    private enum Place {
        case file(Mark)
        case override(String)
    }

    /// The keys that say which layers there are; one of them does.
    private static let forms = ["network.variant", "network.blocks", "network.layers"]

    private let path: String
    private var text = ""
    private var values: [String: (node: YAMLNode, place: Place)] = [:]

    /// - Parameter path: the file's path, for errors and for the name.
    init(path: String) { self.path = path }

    /// Collects the values of a file's text.
    mutating func read(_ text: String) throws(ExperimentFileError) {
        self.text = text
        do throws(Flaw) {
            let written = WrittenYAML.parse(text)
            guard let root = written != nil ? written : try YAMLNode.parse(text), !root.isNull else {
                throw Flaw(problem: "is empty; an experiment needs at least one key, such as name")
            }
            guard case .mapping(let pairs) = root.content else {
                throw root.slip ?? root.flaw("must be a mapping of keys such as name: vgg11")
            }
            try read(pairs, section: nil)
        } catch {
            throw located(error)
        }
        let given = Self.forms.filter { values[$0] != nil }
        if given.count > 1, let later = values[given[1]] {
            let what = given[1] == "network.blocks" ? "blocks" : "layers"
            throw error(later.place, "\(given[1]) and \(given[0]) both name the \(what); keep one of them")
        }
    }

    private mutating func read(_ pairs: [YAMLNode.Pair], section: String?) throws(Flaw) {
        for (index, pair) in pairs.enumerated() {
            if section == nil, Schema.sections.contains(pair.key) {
                if pair.value.isNull { continue }
                guard case .mapping(let inner) = pair.value.content else {
                    if let slip = pair.value.slip { throw slip }
                    var flaw = pair.value.flaw("\(pair.key) must be a mapping of keys")
                    flaw.problem += "; it has \(Schema.keys(in: pair.key).joined(separator: ", "))"
                    throw flaw
                }
                try read(inner, section: pair.key)
                continue
            }
            let path = (section.map { $0 + "." } ?? "") + pair.key
            guard let field = Schema.field(path) else {
                // In braces, YAML reads `ratio:8` as a key.
                if let slip = pair.key.wholeMatch(of: #/([^:]+):(.+)/#), pair.value.isNull {
                    throw .missingSpace(at: pair.mark, key: String(slip.1), value: String(slip.2))
                }
                // And `0,05` as 0 and a key 05.
                if pair.value.isNull, pair.key.allSatisfy(\.isWholeNumber), index > 0,
                    let whole = pairs[index - 1].value.plain
                {
                    let advice = "\(pairs[index - 1].key): \(whole).\(pair.key)"
                    throw Flaw(mark: pair.mark, problem: "a comma ends the value; write a point: \(advice)")
                }
                throw Flaw(mark: pair.mark, problem: Schema.unknown(path))
            }
            guard field.section == section else {
                let advice = "write \(field.key) under \(field.section ?? ""):"
                throw Flaw(mark: pair.mark, problem: "unknown key \(path); \(advice)")
            }
            values[path] = (pair.value, .file(pair.mark))
        }
    }

    /// Applies a `key=value` override.
    mutating func override(_ text: String) throws(ExperimentFileError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw .override(text, problem: "must be key=value, such as training.lr=0.1")
        }
        let (path, value) = (parts[0], parts[1])
        guard Schema.field(path) != nil else {
            guard Schema.sections.contains(path) else { throw .override(text, problem: Schema.unknown(path)) }
            let keys = Schema.keys(in: path).map { "\(path).\($0)" }.joined(separator: ", ")
            throw .override(text, problem: "\(path) is a section; set one of its keys: \(keys)")
        }
        guard value.utf8.count <= ExperimentFile.maxBytes else {
            throw .override(text, problem: "is longer than 64 KiB")
        }
        // YAML reads a text with a colon as a mapping, or as no value; but no key takes a mapping.
        var node = YAMLNode(.plain(value))
        if let parsed = try? YAMLNode.parse(value) {
            if case .mapping = parsed.content, !value.hasPrefix("{") {} else { node = parsed }
        }
        if Self.forms.contains(path) { for other in Self.forms { values[other] = nil } }
        values[path] = (node, .override(text))
    }

    /// Builds the experiment from the values and `defaults`, and validates it as a whole.
    func experiment(_ defaults: Experiment) throws(ExperimentFileError) -> Experiment {
        var experiment = defaults
        for field in Schema.fields {
            guard let (node, place) = values[field.path] else { continue }
            if field.isOfBlocks, experiment.network.layers != nil {
                // What a file says of the blocks that an override has replaced goes with them.
                if case .file = place, let form = Self.forms.compactMap({ values[$0]?.place }).first,
                    case .override = form
                {
                    continue
                }
                let what = experiment.network.variant.map { "\($0.rawValue) is" } ?? "network.layers is"
                throw error(
                    place,
                    "\(field.path) is of networks of blocks such as vgg11, and \(what) a list of layers; leave it out")
            }
            do {
                try field.read(node, &experiment)
            } catch {
                switch place {
                case .file: throw located(error)
                case .override: throw self.error(place, error.problem)
                }
            }
        }
        if values["name"] == nil { experiment.name = try nameOfFile() }
        if case .file = values["network.weights"]?.place, let weights = experiment.network.weights {
            experiment.network.weights = besideFile(weights)
        }
        if let conflict = experiment.conflict {
            let places = conflict.culprits.compactMap { values[$0]?.place }
            guard let place = places.first(where: { if case .override = $0 { true } else { false } }) ?? places.first
            else { throw .file(path: path, problem: conflict.problem) }
            throw self.error(place, conflict.problem, item: conflict.item)
        }
        return experiment
    }

    /// Returns the file's name without folder and extension, validated as an experiment's name.
    private func nameOfFile() throws(ExperimentFileError) -> String {
        let file = path.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        var experiment = Experiment(name: "")
        let node = YAMLNode(.text(String(stem)))
        do {
            try Schema.field("name")?.read(node, &experiment)
        } catch {
            throw .file(path: path, problem: "the file's name cannot serve as the experiment's; give one with name:")
        }
        return experiment.name
    }

    /// Resolves a path in a file relative to that file's folder.
    private func besideFile(_ other: String) -> String {
        guard !other.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return other }
        return path[...slash] + other
    }

    private func located(_ flaw: Flaw) -> ExperimentFileError {
        flaw.mark.map { error(.file($0), flaw.problem) } ?? .file(path: path, problem: flaw.problem)
    }

    private func error(_ place: Place, _ problem: String, item: Int? = nil) -> ExperimentFileError {
        switch place {
        case .file(let mark):
            .line(path: path, line: mark.line, excerpt: YAMLLines(text).excerpt(at: mark), problem: problem)
        case .override(let text): .override(text, item: item, problem: problem)
        }
    }
}
