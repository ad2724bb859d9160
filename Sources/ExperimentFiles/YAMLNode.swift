// YAML text as a small tree in which every value knows its line. The only file that knows Yams; what the keys and
// values mean is Schema.swift's work.

import Yams

/// Something wrong in a piece of YAML. The reader of the piece adds the file's name or the `--set` that it came from.
struct Flaw: Error {
    /// Line of the text, from 1; `nil` where no single line is to blame.
    var line: Int?
    /// What is wrong.
    var problem: String
}

/// A value of a YAML text.
struct YAMLNode: Sendable {
    /// What kind of value it is.
    enum Content: Sendable {
        /// A scalar without quotes, whose text still has to be interpreted.
        case plain(String)
        /// A scalar that is text because it is quoted, folded or literal.
        case text(String)
        case list([YAMLNode])
        case mapping([Pair])
    }

    /// A key of a mapping with its value. Keys of one mapping are distinct.
    struct Pair: Sendable {
        let key: String
        let line: Int
        let value: YAMLNode
    }

    let content: Content
    let line: Int

    /// A scalar's text, unless quotes keep it from being a number, a flag or null.
    var plain: String? {
        if case .plain(let text) = content { text } else { nil }
    }

    /// A scalar's text, quoted or not; `nil` for null.
    var text: String? {
        switch content {
        case .plain(let text): isNull ? nil : text
        case .text(let text): text
        case .list, .mapping: nil
        }
    }

    /// Whether nothing is said: `null`, `~`, or no value at all.
    var isNull: Bool { plain.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false }

    /// What a person would call the value.
    var summary: String {
        switch content {
        case .plain(let text): isNull ? "nothing" : text.shortened(to: 40)
        case .text(let text): "the text \"\(text.shortened(to: 40))\""
        case .list(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
        case .mapping: "a mapping"
        }
    }

    /// The single document of a text; `nil` where there is nothing but spaces and comments.
    static func parse(_ yaml: String) throws(Flaw) -> YAMLNode? {
        let yaml = yaml.hasPrefix("\u{FEFF}") ? String(yaml.dropFirst()) : yaml
        try refuseManyAliases(in: yaml)
        do {
            // No resolver: what a scalar means depends on its key. Anchors live only as long as the parser.
            let parser = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8)
            return try withExtendedLifetime(parser) {
                guard let root = try parser.nextRoot() else { return nil }
                let node = try YAMLNode(root)
                guard try parser.nextRoot() == nil else {
                    throw Flaw(problem: "holds more than one document; keep one and drop the lines with ---")
                }
                return node
            }
        } catch let flaw as Flaw {
            throw flaw
        } catch {
            throw Flaw(error, yaml: yaml)
        }
    }

    /// A value by itself.
    init(_ content: Content, line: Int = 1) {
        self.content = content
        self.line = line
    }

    private init(_ node: Node) throws(Flaw) {
        line = node.mark?.line ?? 1
        // An alias always follows its anchor, so stopping here also stops every alias bomb.
        guard node.anchor == nil else { throw .aliases(line: line) }
        switch node {
        case .scalar(let scalar):
            guard [.implicit, Tag(.str)].contains(scalar.tag) else { throw .tag(line: line) }
            let isPlain = scalar.style == .plain && scalar.tag == .implicit
            content = isPlain ? .plain(scalar.string) : .text(scalar.string)
        case .sequence(let sequence):
            guard sequence.tag == .implicit else { throw .tag(line: line) }
            var items: [YAMLNode] = []
            for item in sequence { items.append(try YAMLNode(item)) }
            content = .list(items)
        case .mapping(let mapping):
            guard mapping.tag == .implicit else { throw .tag(line: line) }
            var pairs: [Pair] = []
            for (key, value) in mapping {
                guard case .scalar = key else {
                    throw Flaw(line: key.mark?.line ?? line, problem: "a key must be a word, not a list or a mapping")
                }
                let key = try YAMLNode(key)
                guard let name = key.text else {
                    throw Flaw(line: key.line, problem: "a key must be a word (got \(key.summary))")
                }
                pairs.append(Pair(key: name, line: key.line, value: try YAMLNode(value)))
            }
            content = .mapping(pairs)
        case .alias:
            throw .aliases(line: line)
        }
    }

    /// Yams hashes mapping keys while it reads, before anybody can look for anchors; keys made of nested aliases would
    /// keep it busy for ever. A few cannot do harm, and are refused with their line later.
    private static func refuseManyAliases(in yaml: String) throws(Flaw) {
        var count = 0
        var line = 1
        var previous: UInt8?
        for byte in yaml.utf8 {
            // Behind a letter or digit a star is part of a word.
            if byte == UInt8(ascii: "*"), previous.map(isWordPart) != true {
                count += 1
                if count > 8 { throw .aliases(line: line) }
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
}

extension Flaw {
    fileprivate static func aliases(line: Int) -> Flaw {
        Flaw(line: line, problem: "anchors and aliases (&name, *name) are not understood; write the value out")
    }

    fileprivate static func tag(line: Int) -> Flaw {
        Flaw(line: line, problem: "tags (!name) are not understood; write the value alone")
    }

    /// What Yams has to say, as one sentence with a line.
    fileprivate init(_ error: any Error, yaml: String) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
            let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            let hasTab = lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains("\t")
            let advice = hasTab ? "; indent with spaces, not tabs" : ""
            self.init(line: mark.line, problem: "not valid YAML: \(words)\(advice)")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { yaml.prefix($0).count(where: \.isNewline) + 1 }
            self.init(line: line, problem: "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let list = keys.map { $0.shortened(to: 40) }.joined(separator: ", ")
            self.init(line: context.mark.line, problem: "\(list): given more than once; keep one")
        default:
            self.init(problem: "not valid YAML, or nested too deeply")
        }
    }
}
