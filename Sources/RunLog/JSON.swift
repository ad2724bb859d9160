// JSON on its way out: a value and its text. RunRecord+JSONLines.swift reads what becomes of records.

internal import TerminalText

/// A JSON value whose objects keep the order in which their keys were given.
package enum JSON: Sendable, Hashable {
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A whole number that may be beyond the largest `Int`.
    case unsigned(UInt64)
    /// Any other number; what is not finite is written as `null`, for JSON has no word for it.
    case number(Double)
    case string(String)
    /// A list.
    case array([JSON])
    /// Keys, each given once, with their values.
    case object([Member])

    /// A key with its value.
    package struct Member: Sendable, Hashable {
        /// The key.
        package var key: String
        /// Its value.
        package var value: JSON

        package init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// A whole number, or `null`.
    package static func optional(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }

    /// A number, or `null`.
    package static func optional(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }

    /// Text, or `null`.
    package static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }

    /// A list of whole numbers.
    package static func integers(_ values: [Int]) -> JSON { .array(values.map(JSON.integer)) }

    /// The value at a path of keys such as `training.lr`; `nil` where there is none.
    package subscript(path path: String) -> JSON? {
        path.split(separator: ".").reduce(self) { value, key in
            guard case .object(let members)? = value else { return nil }
            return members.first { $0.key == key }?.value
        }
    }

    /// The value as a table's cell: texts without quotes, a list of texts with spaces between them, nothing for null.
    package var cellText: String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        case .array(let values):
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return texts.count == values.count ? texts.joined(separator: " ") : text
        default: return text
        }
    }

    /// Whether it is a number.
    package var isNumber: Bool {
        switch self {
        case .integer, .unsigned, .number: true
        case .null, .bool, .string, .array, .object: false
        }
    }

    /// In one line, nothing but what is needed between values. Characters that act on a terminal or hide are
    /// escaped, so a line of it may be shown as it is.
    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value): text += value.isFinite ? value.description : "null"
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where DisplayText.isHidden(scalar):
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
    /// An object with its keys in this order.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0, $1) })
    }

    /// A list.
    package init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    package init(stringLiteral value: String) {
        self = .string(value)
    }
}
