// The values that a file and its `--set` overrides give, each with its place, and the experiment they make.

import Experiments

/// Values by key path, gathered from a file and from overrides.
struct Entries {
    /// Where a value was given.
    private enum Place {
        case line(Int)
        case override(String)
    }

    private let path: String
    private var values: [String: (node: YAMLNode, place: Place)] = [:]

    /// - Parameter path: the file's path, for errors and for the name.
    init(path: String) { self.path = path }

    /// Takes the values of a file's text.
    mutating func read(_ text: String) throws(ExperimentFileError) {
        do throws(Flaw) {
            let written = WrittenYAML.parse(text)
            guard let root = written != nil ? written : try YAMLNode.parse(text), !root.isNull else {
                throw Flaw(problem: "is empty; an experiment needs at least one key, such as name")
            }
            guard case .mapping(let pairs) = root.content else {
                throw root.flaw("must be a mapping of keys such as name: vgg11")
            }
            try read(pairs, section: nil)
        } catch {
            throw located(error)
        }
        if let blocks = values["network.blocks"], values["network.variant"] != nil {
            throw error(blocks.place, "network.blocks and network.variant both name the blocks; keep one of them")
        }
    }

    private mutating func read(_ pairs: [YAMLNode.Pair], section: String?) throws(Flaw) {
        for pair in pairs {
            if section == nil, Schema.sections.contains(pair.key) {
                if pair.value.isNull { continue }
                guard case .mapping(let inner) = pair.value.content else {
                    var flaw = pair.value.flaw("\(pair.key) must be a mapping of keys")
                    flaw.problem += "; it has \(Schema.keys(in: pair.key).joined(separator: ", "))"
                    throw flaw
                }
                try read(inner, section: pair.key)
                continue
            }
            let path = (section.map { $0 + "." } ?? "") + pair.key
            guard let field = Schema.field(path) else {
                throw Flaw(line: pair.line, problem: Schema.unknown(path))
            }
            guard field.section == section else {
                let advice = "write \(field.key) under \(field.section ?? ""):"
                throw Flaw(line: pair.line, problem: "unknown key \(path); \(advice)")
            }
            values[path] = (pair.value, .line(pair.line))
        }
    }

    /// Takes a `key=value`, in place of what was there.
    mutating func override(_ text: String) throws(ExperimentFileError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw .override(text, problem: "must be key=value, such as training.lr=0.1")
        }
        let (path, value) = (parts[0], parts[1])
        guard let field = Schema.field(path) else {
            guard Schema.sections.contains(path) else { throw .override(text, problem: Schema.unknown(path)) }
            let keys = Schema.keys(in: path).map { "\(path).\($0)" }.joined(separator: ", ")
            throw .override(text, problem: "\(path) is a section; set one of its keys: \(keys)")
        }
        guard value.utf8.count <= ExperimentFile.mostBytes else {
            throw .override(text, problem: "is longer than 64 KiB")
        }
        let node: YAMLNode
        do throws(Flaw) {
            node = try YAMLNode.parse(value) ?? YAMLNode(.plain(""))
        } catch {
            // What is wrong with it as YAML would help nobody.
            let got = value.shortened(to: 60)
            throw .override(text, problem: "\(path) must be \(field.allowed) (got \(got))")
        }
        if path == "network.variant" { values["network.blocks"] = nil }
        if path == "network.blocks" { values["network.variant"] = nil }
        values[path] = (node, .override(text))
    }

    /// The experiment that the values make of `defaults`, checked as a whole.
    func experiment(_ defaults: Experiment) throws(ExperimentFileError) -> Experiment {
        var experiment = defaults
        for field in Schema.fields {
            guard let (node, place) = values[field.path] else { continue }
            do {
                try field.read(node, &experiment)
            } catch {
                switch place {
                case .line: throw located(error)
                case .override: throw self.error(place, error.problem)
                }
            }
        }
        if values["name"] == nil { experiment.name = try nameOfFile() }
        if case .line = values["network.weights"]?.place, let weights = experiment.network.weights {
            experiment.network.weights = besideFile(weights)
        }
        do {
            try experiment.check()
        } catch {
            let places = error.culprits.compactMap { values[$0]?.place }
            guard let place = places.first(where: { if case .override = $0 { true } else { false } }) ?? places.first
            else { throw .file(path: path, problem: error.problem) }
            throw self.error(place, error.problem)
        }
        return experiment
    }

    /// The file's name without folder and ending, held to the rules of names.
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

    /// A path that a file gives, as seen from that file's folder.
    private func besideFile(_ other: String) -> String {
        guard !other.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return other }
        return path[...slash] + other
    }

    private func located(_ flaw: Flaw) -> ExperimentFileError {
        flaw.line.map { .line(path: path, line: $0, problem: flaw.problem) }
            ?? .file(path: path, problem: flaw.problem)
    }

    private func error(_ place: Place, _ problem: String) -> ExperimentFileError {
        switch place {
        case .line(let line): .line(path: path, line: line, problem: problem)
        case .override(let text): .override(text, problem: problem)
        }
    }
}
