// Builds the tree of a YAML text from libyaml's events. The only file that uses libyaml.

import CYAML

extension YAMLNode {
    /// Parses the single document of a text; `nil` if there are only spaces and comments.
    static func parse(_ yaml: String) throws(Flaw) -> YAMLNode? {
        let yaml = yaml.hasPrefix("\u{FEFF}") ? String(yaml.dropFirst()) : yaml
        return try Array(yaml.utf8).withUnsafeBufferPointer { bytes throws(Flaw) in
            let events = EventReader(bytes)
            guard case .document = try events.next().kind else { return nil }
            let root = try YAMLNode(events.next(), of: events, depth: 0)
            guard case .end = try events.next().kind else {
                throw Flaw(problem: "has more than one document; keep one and remove the lines with ---")
            }
            return root
        }
    }

    /// Sections, keys, lists and pairs need four.
    private static let maxDepth = 16

    private init(_ event: Event, of events: EventReader, depth: Int) throws(Flaw) {
        guard depth <= Self.maxDepth else {
            throw Flaw(mark: event.mark, problem: "is nested too deeply; sections, keys and lists are all there is")
        }
        switch event.kind {
        case .scalar(let text, let isPlain): self.init(isPlain ? .plain(text) : .text(text), at: event.mark)
        case .list:
            var items: [YAMLNode] = []
            while let item = try events.item() {
                items.append(try YAMLNode(item, of: events, depth: depth + 1))
            }
            self.init(.list(items), at: event.mark)
        case .mapping:
            var pairs: [Pair] = []
            var known: Set<String> = []
            while let item = try events.item() {
                guard case .scalar = item.kind else {
                    throw Flaw(mark: item.mark, problem: "a key must be a word, not a list or a mapping")
                }
                let key = try YAMLNode(item, of: events, depth: depth + 1)
                guard let name = key.text else {
                    throw Flaw(mark: key.mark, problem: "a key must be a word (got \(key.summary))")
                }
                guard known.insert(name).inserted else {
                    throw Flaw(mark: key.mark, problem: "\(name.shortened(to: 40)): given more than once; keep one")
                }
                let value = try YAMLNode(events.next(), of: events, depth: depth + 1)
                pairs.append(Pair(key: name, mark: key.mark, value: value))
            }
            self.init(.mapping(pairs), at: event.mark)
        case .document, .end: preconditionFailure("a value stands between the events of its document")
        }
    }
}

/// A parsing event.
private struct Event {
    enum Kind {
        case document
        case scalar(String, isPlain: Bool)
        case list
        case mapping
        /// The end of a list, a mapping, or the whole text.
        case end
    }

    let kind: Kind
    let mark: Mark
}

/// libyaml's parser for a text, which must outlive it.
private final class EventReader {
    private let text: UnsafeBufferPointer<UInt8>
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        precondition(yaml_parser_initialize(parser) == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Returns the next event of a list or a mapping; `nil` at its end.
    func item() throws(Flaw) -> Event? {
        let event = try next()
        if case .end = event.kind { return nil }
        return event
    }

    /// Returns the next event that is not the start of a stream or document.
    ///
    /// - Throws: `Flaw` if the text is invalid YAML, and for anchors, aliases and tags: an alias always follows its
    ///   anchor, so refusing anchors also prevents alias bombs.
    func next() throws(Flaw) -> Event {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw flaw() }
            defer { yaml_event_delete(&event) }
            let mark = Mark(event.start_mark)
            switch event.type {
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
            case YAML_DOCUMENT_START_EVENT: return Event(kind: .document, mark: mark)
            case YAML_SCALAR_EVENT:
                let scalar = event.data.scalar
                try refuse(anchor: scalar.anchor, at: mark)
                let tag = scalar.tag.map { String(cString: $0) }
                guard tag == nil || tag == YAML_STR_TAG else { throw .tag(at: mark) }
                let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
                let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == nil
                return Event(kind: .scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain), mark: mark)
            case YAML_SEQUENCE_START_EVENT:
                try refuse(anchor: event.data.sequence_start.anchor, at: mark)
                guard event.data.sequence_start.tag == nil else { throw .tag(at: mark) }
                return Event(kind: .list, mark: mark)
            case YAML_MAPPING_START_EVENT:
                try refuse(anchor: event.data.mapping_start.anchor, at: mark)
                guard event.data.mapping_start.tag == nil else { throw .tag(at: mark) }
                return Event(kind: .mapping, mark: mark)
            case YAML_ALIAS_EVENT: throw .alias(at: mark)
            default: return Event(kind: .end, mark: mark)
            }
        }
    }

    private func refuse(anchor: UnsafeMutablePointer<yaml_char_t>?, at mark: Mark) throws(Flaw) {
        if anchor != nil { throw .alias(at: mark) }
    }

    /// Explains why there is no next event.
    private func flaw() -> Flaw {
        let parser = parser.pointee
        let problem = parser.problem.map { String(cString: $0) } ?? ""
        let text = String(decoding: text, as: UTF8.self)
        if parser.error == YAML_READER_ERROR {
            // The reader is ahead of the scanner, and only counts bytes.
            let before = YAMLLines(String(decoding: self.text.prefix(parser.problem_offset), as: UTF8.self))
            return YAMLLines(text).flaw(problem, at: before.end, context: nil)
        }
        let context = parser.context == nil ? nil : Mark(parser.context_mark)
        return YAMLLines(text).flaw(problem, at: Mark(parser.problem_mark), context: context)
    }
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}

extension Flaw {
    fileprivate static func alias(at mark: Mark) -> Flaw {
        Flaw(mark: mark, problem: "anchors and aliases (&name, *name) are not understood; write the value out")
    }

    fileprivate static func tag(at mark: Mark) -> Flaw {
        Flaw(mark: mark, problem: "tags (!name) are not understood; write the value alone")
    }
}
