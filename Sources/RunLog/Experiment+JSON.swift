// An experiment in JSON, with the keys of the experiment files.

internal import ExperimentFiles
package import Experiments

extension Experiment {
    /// The experiment with the keys of experiment files and all defaults filled in. Includes the blocks of a variant.
    package var json: JSON {
        .object(
            settings.flatMap { section, values in
                let members = values.map { JSON.Member($0.key, JSON($0.value)) }
                return section.map { [JSON.Member($0, .object(members))] } ?? members
            })
    }
}

extension JSON {
    fileprivate init(_ value: SettingValue) {
        self =
            switch value {
            case .none: .null
            case .flag(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .unsigned(let value): .unsigned(value)
            case .number(let value): .number(value)
            case .text(let text): .string(text)
            case .list(let values): .array(values.map(JSON.init))
            case .mapping(let pairs): .object(pairs.map { JSON.Member($0.key, JSON($0.value)) })
            }
    }
}
