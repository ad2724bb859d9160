// YAML text as a small tree in which every value knows its place; what the keys and values mean is Schema.swift's work.

/// A place in a text: line and column, both from 1, as YAML counts them.
struct Mark: Hashable, Sendable {
    var line: Int
    var column: Int
}

/// Something wrong in a piece of YAML. The reader of the piece adds the file's name or the `--set` that it came from.
struct Flaw: Error {
    /// `nil` where no single place is to blame.
    var mark: Mark?
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
        let mark: Mark
        let value: YAMLNode
    }

    let content: Content
    let mark: Mark

    /// A value by itself.
    init(_ content: Content, at mark: Mark = Mark(line: 1, column: 1)) {
        self.content = content
        self.mark = mark
    }

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

    /// What a user would call the value.
    var summary: String {
        switch content {
        case .plain(let text): isNull ? "nothing" : text.shortened(to: 40)
        case .text(let text): "the text \"\(text.shortened(to: 40))\""
        case .list(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
        case .mapping: "a mapping"
        }
    }
}
