// The kinds of values of keys: how each is parsed from YAML and validated, and its representation apart from YAML.

import Experiments

/// How one kind of value is parsed and described.
struct Codec<Value>: Sendable {
    /// The allowed values, for help and errors, such as "a whole number from 1 to 64".
    let allowed: String
    /// The allowed words; empty for other kinds of values.
    var choices: [String] = []
    /// Parses and validates a value. Problems begin with "must" or an item such as "item 2 must"; the key is put before
    /// them.
    let read: @Sendable (YAMLNode) throws(Flaw) -> Value
    /// Converts a value to a setting's value.
    let value: @Sendable (Value) -> SettingValue
    /// The word for no value; `nil` if a value is required.
    var none: String?
}

extension YAMLNode {
    /// Returns the error that this value violates a requirement, with advice if there is any.
    func flaw(_ requirement: String, _ advice: String? = nil) -> Flaw {
        Flaw(mark: mark, problem: "\(requirement) (got \(summary))\(advice.map { "; \($0)" } ?? "")")
    }
}

extension Codec where Value: FixedWidthInteger & Sendable {
    /// A whole number in decimal digits.
    static func integer(_ range: ClosedRange<Value>) -> Codec {
        let limits = "from \(range.lowerBound) to \(range.upperBound)"
        return Codec(allowed: "a whole number \(limits)") { node throws(Flaw) in
            guard let text = node.plain, text.isWholeNumber else {
                var digits = node.text ?? ""
                if digits.wholeMatch(of: #/\d{1,3}(?:[,_]\d{3})+/#) != nil { digits.removeAll { ",_".contains($0) } }
                throw node.flaw("must be a whole number \(limits)", digits.isWholeNumber ? "write \(digits)" : nil)
            }
            guard let value = Value(text), range.contains(value) else { throw node.flaw("must be \(limits)") }
            return value
        } value: {
            Int(exactly: $0).map(SettingValue.integer) ?? .unsigned(UInt64($0))
        }
    }
}

extension String {
    /// Decimal digits with an optional sign, but not 010, which is eight to some YAML parsers and ten to others.
    fileprivate var isWholeNumber: Bool {
        let digits = utf8.drop { "+-".utf8.contains($0) }
        let hasOneSign = utf8.count - digits.count <= 1
        let startsWithZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
        return hasOneSign && !digits.isEmpty && !startsWithZero && digits.allSatisfy("0123456789".utf8.contains)
    }
}

extension Codec<Double> {
    /// A number from 0 up to, but not including, 1.
    static let share = number("from 0 up to, but not including, 1") { 0..<1 ~= $0 }

    /// A number, in the limits also after rounding to the single precision that the engine computes with.
    static func number(_ limits: String, _ isAllowed: @escaping @Sendable (Double) -> Bool) -> Codec {
        Codec(allowed: "a number \(limits)") { node throws(Flaw) in
            guard let text = node.plain, !node.isNull, let value = Double(decimal: text) else {
                let text = node.text ?? ""
                let pointed = text.replacing(",", with: ".")
                let advice = pointed == text ? "write \(text)" : "write a point, not a comma: \(pointed)"
                throw node.flaw("must be a number \(limits)", Double(decimal: pointed) == nil ? nil : advice)
            }
            let rounded = Float(value)
            guard rounded.isFinite else { throw node.flaw("must be a finite number") }
            guard isAllowed(value), isAllowed(Double(rounded)) else { throw node.flaw("must be \(limits)") }
            return value
        } value: {
            .number($0)
        }
    }
}

extension Double {
    /// Accepts `5e-2`, `.05`, `+1.`, and YAML's `.inf` and `.nan`, but not the names and hexadecimal numbers that Swift
    /// also parses.
    fileprivate init?(decimal text: String) {
        switch text.lowercased() {
        case ".inf", "+.inf": self = .infinity
        case "-.inf": self = -.infinity
        case ".nan": self = .nan
        default:
            guard text.utf8.allSatisfy("0123456789+-.eE".utf8.contains) else { return nil }
            self.init(text)
        }
    }
}

extension Codec<Bool> {
    /// `true` or `false`; none of YAML 1.1's other words.
    static let flag = Codec(allowed: "true or false", choices: ["true", "false"]) { node throws(Flaw) in
        switch node.plain {
        case "true": return true
        case "false": return false
        default:
            let advice: String? =
                switch node.text?.lowercased() {
                case "true", "yes", "y", "on", "1": "write true"
                case "false", "no", "n", "off", "0": "write false"
                default: nil
                }
            throw node.flaw("must be true or false", advice)
        }
    } value: {
        .flag($0)
    }
}

extension Codec<String> {
    /// Text on one line that passes a check.
    ///
    /// - Parameter joinsLines: whether several lines in the file are joined.
    static func line(
        _ allowed: String, joinsLines: Bool = false, _ isAllowed: @escaping @Sendable (String) -> Bool
    ) -> Codec {
        Codec(allowed: allowed) { node throws(Flaw) in
            guard var text = node.isNull ? "" : node.text else { throw node.flaw("must be \(allowed)") }
            if joinsLines { text = text.joinedLines }
            guard isAllowed(text) else {
                throw node.flaw("must be \(allowed)")
            }
            return text
        } value: {
            .text($0)
        }
    }

    /// One of some words.
    static func word(_ words: [String]) -> Codec {
        let allowed = [words.dropLast().joined(separator: ", "), words.last ?? ""]
            .filter { !$0.isEmpty }.joined(separator: " or ")
        return Codec(allowed: allowed) { node throws(Flaw) in
            guard let text = node.text, words.contains(text) else {
                let near = node.text?.nearest(in: words).map { "did you mean \($0)?" }
                throw node.flaw("must be \(allowed)", near ?? (words.count == 1 ? "write \(words[0])" : nil))
            }
            return text
        } value: {
            .text($0)
        }
    }
}

extension Codec where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of an enumeration's names.
    static var choice: Codec {
        let words = Value.allCases.map(\.rawValue)
        let word = Codec<String>.word(words)
        return Codec(allowed: word.allowed, choices: words) { node throws(Flaw) in
            guard let value = Value(rawValue: try word.read(node)) else { throw node.flaw("must be \(word.allowed)") }
            return value
        } value: {
            .text($0.rawValue)
        }
    }
}

extension Codec {
    /// A value, or a word for none. `null` is such a word in all YAML spellings.
    static func optional<Wrapped>(_ wrapped: Codec<Wrapped>, none word: String) -> Codec where Value == Wrapped? {
        var codec = Codec(allowed: "\(word) or \(wrapped.allowed)") { node throws(Flaw) in
            if node.plain == word || (word == "null" && node.isNull) { return nil }
            do throws(Flaw) {
                return try wrapped.read(node)
            } catch {
                throw Flaw(mark: error.mark, problem: error.problem.replacing("must be ", with: "must be \(word) or "))
            }
        } value: {
            $0.map(wrapped.value) ?? .none(word)
        }
        codec.none = word
        if !wrapped.choices.isEmpty { codec.choices = [word] + wrapped.choices }
        return codec
    }

    /// A list in square brackets.
    static func list<Item>(
        of item: Codec<Item>, named name: String, count: ClosedRange<Int>
    ) -> Codec where Value == [Item] {
        let limits = "a list of \(count.lowerBound) to \(count.upperBound) \(name)"
        return Codec(allowed: "\(limits), each \(item.allowed)") { node throws(Flaw) in
            guard case .list(let items) = node.content, count.contains(items.count) else {
                let isItem = count.contains(1) && (try? item.read(node)) != nil
                throw node.flaw("must be \(limits)", isItem ? node.text.map { "write [\($0)]" } : nil)
            }
            var values: [Item] = []
            for (number, node) in zip(1..., items) { values.append(try node.read(as: item, calling: "item \(number)")) }
            return values
        } value: {
            .list($0.map(item.value))
        }
    }
}

extension YAMLNode {
    /// Parses a part of a larger value, and names it in errors.
    func read<Value>(as codec: Codec<Value>, calling name: String) throws(Flaw) -> Value {
        do {
            return try codec.read(self)
        } catch {
            throw Flaw(mark: error.mark, problem: "\(name) \(error.problem)")
        }
    }
}
