// A fast parser for the subset of YAML in which this program writes experiments, because a list of ten thousand runs
// parses as many. Any other text is left to YAMLParser.swift, which reports errors.

/// Parses `key: value` lines, with two spaces before those in a section.
struct WrittenYAML {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private var lineStart = 0

    /// Returns the same tree as the full YAML parser; `nil` for a text outside of the subset.
    static func parse(_ text: String) -> YAMLNode? {
        var reader = WrittenYAML(bytes: Array(text.utf8))
        guard let pairs = reader.sections(), !pairs.isEmpty else { return nil }
        return YAMLNode(.mapping(pairs))
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The place of the next byte.
    private var mark: Mark { Mark(line: line, column: place - lineStart + 1) }

    private mutating func sections() -> [YAMLNode.Pair]? {
        var pairs: [YAMLNode.Pair] = []
        while place < bytes.count {
            let mark = mark
            guard let key = key(), !pairs.contains(where: { $0.key == key }) else { return nil }
            guard take(UInt8(ascii: "\n")) else {
                guard let value = lineEnd() else { return nil }
                pairs.append(.init(key: key, mark: mark, value: value))
                continue
            }
            beginLine()
            guard let inner = section(), let first = inner.first else { return nil }
            pairs.append(.init(key: key, mark: mark, value: YAMLNode(.mapping(inner), at: first.mark)))
        }
        return pairs
    }

    private mutating func section() -> [YAMLNode.Pair]? {
        var pairs: [YAMLNode.Pair] = []
        while take(UInt8(ascii: " ")) {
            guard take(UInt8(ascii: " ")) else { return nil }
            let mark = mark
            guard let key = key(), !pairs.contains(where: { $0.key == key }), let value = lineEnd() else { return nil }
            pairs.append(.init(key: key, mark: mark, value: value))
        }
        return pairs
    }

    /// Parses a key and the colon after it.
    private mutating func key() -> String? {
        let word = word { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
        // YAML takes it for no word.
        return word.isEmpty || word == "null" || !take(UInt8(ascii: ":")) ? nil : word
    }

    /// Parses the rest of the line after a colon.
    private mutating func lineEnd() -> YAMLNode? {
        guard take(UInt8(ascii: " ")), let value = value(depth: 0), take(UInt8(ascii: "\n")) else { return nil }
        beginLine()
        return value
    }

    private mutating func beginLine() {
        line += 1
        lineStart = place
    }

    private mutating func value(depth: Int) -> YAMLNode? {
        let mark = mark
        if take(UInt8(ascii: "\"")) {
            // Only characters that YAML takes literally: no escapes, and no line breaks, of which Unicode has several.
            let text = word { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            return take(UInt8(ascii: "\"")) ? YAMLNode(.text(text), at: mark) : nil
        }
        guard take(UInt8(ascii: "[")) else {
            let text = word(where: Self.isPlain)
            let startsPlainly = text.utf8.first.map { Self.isPlain($0) && !"._+-".utf8.contains($0) } ?? false
            return startsPlainly ? YAMLNode(.plain(text), at: mark) : nil
        }
        var items: [YAMLNode] = []
        if take(UInt8(ascii: "]")) { return YAMLNode(.list(items), at: mark) }
        guard depth < 2 else { return nil }
        repeat {
            guard items.isEmpty || take(UInt8(ascii: " ")), let item = value(depth: depth + 1) else { return nil }
            items.append(item)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? YAMLNode(.list(items), at: mark) : nil
    }

    /// Letters and digits, and other characters of numbers and names.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func word(where isPart: (UInt8) -> Bool) -> String {
        let begin = place
        while place < bytes.count, isPart(bytes[place]) { place += 1 }
        return String(decoding: bytes[begin..<place], as: UTF8.self)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }
}
