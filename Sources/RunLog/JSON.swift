// Writes JSON. RunRecord+JSONLines.swift reads records.

internal import TerminalText

/// A JSON value whose objects preserve the order of their keys.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A whole number that may be beyond the largest `Int`.
    case unsigned(UInt64)
    /// Any other number; one that is not finite is written as `null`, because JSON cannot express it.
    case number(Double)
    case string(String)
    case array([JSON])
    /// Unique keys with their values.
    case object([Member])

    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSON

        package init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    package static func optional(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }

    package static func optional(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }

    package static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }

    package static func integers(_ values: [Int]) -> JSON { .array(values.map(JSON.integer)) }

    /// The value at a path of keys such as `training.lr`; `nil` if there is none.
    package subscript(path path: String) -> JSON? {
        path.split(separator: ".").reduce(self) { value, key in
            guard case .object(let members)? = value else { return nil }
            return members.first { $0.key == key }?.value
        }
    }

    /// The value as a table cell: texts without quotes, a list of texts separated by spaces, empty for null.
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

    package var isNumber: Bool {
        switch self {
        case .integer, .unsigned, .number: true
        case .null, .bool, .string, .array, .object: false
        }
    }

    /// Compact JSON on one line. Control and invisible characters are escaped, so a line can be displayed as it is.
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
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0, $1) })
    }

    package init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    package init(stringLiteral value: String) {
        self = .string(value)
    }
}
