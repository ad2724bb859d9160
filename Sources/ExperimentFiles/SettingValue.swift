// The value of a setting, independent of YAML or JSON.

package enum SettingValue: Sendable, Hashable {
    /// No value, with the word for it in experiment files.
    case none(String)
    case flag(Bool)
    case integer(Int)
    /// A whole number that may be beyond the largest `Int`.
    case unsigned(UInt64)
    case number(Double)
    case text(String)
    case list([SettingValue])
    case mapping([Pair])

    package struct Pair: Sendable, Hashable {
        package let key: String
        package let value: SettingValue

        init(_ key: String, _ value: SettingValue) {
            self.key = key
            self.value = value
        }
    }

    /// Formats YAML that parses to the same value.
    package var yaml: String {
        switch self {
        case .none(let word): word
        case .flag(let value): String(value)
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .number(let value): String(value)
        case .text(let text): text.quotedAsNeeded
        case .list(let values): "[\(values.map(\.yaml).joined(separator: ", "))]"
        case .mapping(let pairs): "{\(pairs.map { "\($0.key): \($0.value.yaml)" }.joined(separator: ", "))}"
        }
    }

    /// Converts to a value of a YAML text.
    ///
    /// - Parameter none: the setting's word for no value.
    func node(none: String?) -> YAMLNode {
        switch self {
        case .none: return YAMLNode(.plain(none ?? "null"))
        case .text(let text): return YAMLNode(.text(text))
        case .list(let values): return YAMLNode(.list(values.map { $0.node(none: nil) }))
        case .mapping(let pairs):
            let mark = Mark(line: 1, column: 1)
            return YAMLNode(
                .mapping(pairs.map { YAMLNode.Pair(key: $0.key, mark: mark, value: $0.value.node(none: nil)) }))
        case .flag, .integer, .unsigned, .number: return YAMLNode(.plain(yaml))
        }
    }
}

extension SettingValue: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none("null")
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let values = try? container.decode([String: SettingValue].self) {
            self = .mapping(values.sorted { $0.key < $1.key }.map { Pair($0.key, $0.value) })
        } else {
            self = .list(try container.decode([SettingValue].self))
        }
    }
}
