// YAML text as a small tree in which every value has its place; Schema.swift defines keys and values.

/// A place in a text: line and column, both from 1, as YAML counts them.
struct Mark: Hashable, Sendable {
    var line: Int
    var column: Int
}

/// A problem in a piece of YAML. The caller adds the file's name or the setting that it came from.
struct Flaw: Error {
    /// `nil` if there is no single place.
    var mark: Mark?
    var problem: String
}

/// A value of a YAML text.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// A scalar without quotes, whose text must still be interpreted.
        case plain(String)
        /// A scalar that is text because it is quoted, folded or literal.
        case text(String)
        case list([YAMLNode])
        case mapping([Pair])
    }

    /// A key of a mapping with its value. Keys of one mapping are unique.
    struct Pair: Sendable {
        let key: String
        let mark: Mark
        let value: YAMLNode
    }

    let content: Content
    let mark: Mark

    init(_ content: Content, at mark: Mark = Mark(line: 1, column: 1)) {
        self.content = content
        self.mark = mark
    }

    /// A scalar's text, unless quotes prevent it from being a number, a flag or null.
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

    /// Whether it is `null`, `~`, or missing.
    var isNull: Bool { plain.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false }

    /// A short description of the value for errors.
    var summary: String {
        switch content {
        case .plain(let text): isNull ? "nothing" : text.shortened(to: 40)
        case .text(let text): "the text \"\(text.shortened(to: 40))\""
        case .list(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
        case .mapping: "a mapping"
        }
    }
}
