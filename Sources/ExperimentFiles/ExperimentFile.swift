// Reads experiments from YAML files and writes them. Every problem is one sentence with its place; Schema.swift defines
// the keys.

package import Experiments
import Glibc

package enum ExperimentFile {
    /// Maximum size of a file in bytes.
    static let maxBytes = 65536

    /// Reads the experiment in a file.
    ///
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - overrides: `key=value` each, such as `training.lr=0.1`; later ones take precedence over earlier ones and
    ///     over the file.
    /// - Throws: `ExperimentFileError` with the place of the first problem.
    package static func load(_ path: String, overrides: [String] = []) throws(ExperimentFileError) -> Experiment {
        let bytes = try contents(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .file(path: path, problem: "is not UTF-8 text; save it as UTF-8")
        }
        return try parse(text, path: path, overrides: overrides)
    }

    /// Parses the experiment in the text of the file at `path`.
    ///
    /// - Parameter defaults: the values of missing keys.
    /// - Throws: `ExperimentFileError` with the place of the first problem.
    package static func parse(
        _ text: String, path: String, overrides: [String] = [], defaults: Experiment = Experiment(name: "")
    ) throws(ExperimentFileError) -> Experiment {
        guard text.utf8.count <= maxBytes else {
            throw .file(path: path, problem: "is larger than 64 KiB; an experiment takes a few lines")
        }
        var entries = Entries(path: path)
        try entries.read(text)
        for text in overrides { try entries.override(text) }
        return try entries.experiment(defaults)
    }

    /// Formats an experiment as YAML with every key; parsing it returns an equal experiment.
    package static func yaml(for experiment: Experiment) -> String {
        var lines: [String] = []
        var section: String?
        for field in Schema.fields {
            guard let value = field.write(experiment) else { continue }
            if let name = field.section, name != section { lines.append("\(name):") }
            section = field.section
            lines.append("\(section == nil ? "" : "  ")\(field.key): \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Returns whether an experiment can have this name, which is also used in folder names.
    package static func isName(_ text: String) -> Bool {
        1...100 ~= text.utf8.count && text.unicodeScalars.allSatisfy { $0.isVisible && $0 != "/" }
            && ![text.first, text.last].contains { $0 == "." || $0?.isWhitespace == true }
    }

    /// Validates an experiment from another source as strictly as a file.
    ///
    /// - Throws: `ExperimentFileError` with the first problem.
    package static func check(_ experiment: Experiment) throws(ExperimentFileError) {
        _ = try parse(yaml(for: experiment), path: experiment.name)
    }

    /// The value of a key such as `training.lr` as YAML; `nil` where another key says it, where it is the default without
    /// any effect, or where there is no such key.
    package static func value(of path: String, in experiment: Experiment) -> String? {
        Schema.field(path)?.write(experiment)
    }

    private static func contents(of path: String) throws(ExperimentFileError) -> [UInt8] {
        // Opening a named pipe would wait for a writer; that of a shell's <(…), which is in /dev/fd or /proc, has one.
        var status = stat()
        if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT), !path.hasPrefix("/dev/") {
            throw .file(path: path, problem: "is not a regular file; copy it to one")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, problem: sentence(for: errno)) }
        defer { close(descriptor) }
        // Not fstat's size: pipes have none, and a file may change. Reading one more byte detects a file that is too
        // large.
        var bytes = [UInt8](repeating: 0, count: maxBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .file(path: path, problem: sentence(for: errno)) }
            if got == 0 { break }
            count += got
        }
        guard count <= maxBytes else {
            throw .file(path: path, problem: "is larger than 64 KiB; an experiment takes a few lines")
        }
        return Array(bytes.prefix(count))
    }

    private static func sentence(for code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EISDIR: "is a folder; give a YAML file in it"
        case EACCES: "may not be read; ask for permission with chmod"
        default: "cannot be read: \(String(cString: strerror(code)))"
        }
    }
}

/// A setting's column in the dashboard's list.
package struct SettingColumn: Sendable, Hashable {
    /// Columns of a higher rank are further right and are dropped first where room is scarce.
    package let rank: Int
    /// Minimum and maximum width in cells; the minimum keeps it from jumping.
    package let width: ClosedRange<Int>
    /// Its description in the sort menu.
    package let help: String
    /// Whether it is shown only if some value differs from the default.
    package var isRare = false
}

/// A setting: a key of experiment files, for help, forms and other formats.
package struct ExperimentKey: Sendable, Hashable {
    /// Section and key with a dot, such as `training.lr`.
    package let path: String
    /// Its meaning in one line.
    package let summary: String
    /// Its allowed values.
    package let allowed: String
    /// The allowed words; empty for other kinds of values.
    package let choices: [String]
    /// Its default as YAML; `nil` for none.
    package let defaultValue: String?
    /// Its label in the form for new experiments; `nil` if it is not in the form.
    package let label: String?
    /// Its word in names of variants, such as `side` in `vgg11-side96`.
    package let nameWord: String
    /// Its column in the dashboard's list; `nil` if it has none.
    package let column: SettingColumn?
    /// Whether it determines the shapes of the weights, which a fork cannot change.
    package let shapesNetwork: Bool
    /// Whether only networks of blocks have it.
    package let isOfBlocks: Bool

    private init(_ field: Field) {
        (path, allowed, choices) = (field.path, field.allowed, field.choices)
        summary =
            field.condition.map { "\(field.summary.dropLast()), with \($0.path) \($0.value)." } ?? field.summary
        (label, nameWord, column) = (field.label, field.nameWord, field.column)
        (shapesNetwork, isOfBlocks) = (field.shapesNetwork, field.isOfBlocks)
        defaultValue = ["name", "description"].contains(path) ? nil : field.defaultValue?.yaml
    }

    /// Returns its value; `nil` if another key determines it.
    package func value(in experiment: Experiment) -> SettingValue? { Schema.field(path)?.value(experiment) }

    /// All keys in the order of written files.
    package static let all = Schema.fields.map(ExperimentKey.init)

    /// Whether it has an effect in an experiment: momentum has none on adam.
    package func isUsed(by experiment: Experiment) -> Bool { Schema.field(path)?.isUsed(by: experiment) ?? true }

    /// Those that decide how a run is trained: all but name and description.
    package static let settings = all.filter { !["name", "description"].contains($0.path) }

    /// Returns the key with this path.
    package static func named(_ path: String) -> ExperimentKey? { all.first { $0.path == path } }
}

extension Experiment {
    /// The values of missing settings in experiments stored by earlier versions.
    package static var storedDefaults: Experiment {
        var defaults = Experiment(name: "")
        defaults.data.sampling = .first
        return defaults
    }

    /// All settings with their values, by section, including the blocks of a variant.
    package var settings: [(section: String?, values: [(key: String, value: SettingValue)])] {
        var sections: [(section: String?, values: [(key: String, value: SettingValue)])] = []
        for field in Schema.fields {
            if sections.last?.section != field.section || sections.isEmpty { sections.append((field.section, [])) }
            guard let value = field.storedValue(self) else { continue }
            sections[sections.count - 1].values.append((field.key, value))
        }
        return sections
    }

    /// Creates an experiment from values by path. Missing keys have the values of `storedDefaults`; unknown ones are
    /// ignored.
    ///
    /// - Throws: `ExperimentFileError` with the first invalid value.
    package init(stored values: [String: SettingValue]) throws(ExperimentFileError) {
        self = .storedDefaults
        let hasLayers = if case .list = values["network.layers"] { true } else { false }
        for field in Schema.fields {
            guard let value = values[field.path] else { continue }
            // Where there are blocks or layers, too, they are what counts.
            if field.path == "network.variant", values["network.blocks"] != nil || hasLayers { continue }
            if field.path == "network.layers", !hasLayers { continue }
            do throws(Flaw) { try field.set(value, &self) } catch {
                throw .file(path: "experiment", problem: error.problem)
            }
        }
    }
}

/// A key whose value differs between experiments, with the values as YAML.
package struct SettingDifference: Sendable, Hashable {
    /// Section and key with a dot.
    package let path: String
    /// One value per experiment; a dash if another key determines it.
    package let values: [String]

    package var new: String { values.last ?? "" }
}

extension ExperimentFile {
    /// Returns the keys whose values differ among these experiments, in the order of files.
    package static func differences(among experiments: [Experiment]) -> [SettingDifference] {
        Schema.fields.compactMap { field in
            let values = experiments.map { field.write($0) ?? "–" }
            return Set(values).count > 1 ? SettingDifference(path: field.path, values: values) : nil
        }
    }

    /// Returns the keys whose values differ between two experiments, except those that other keys determine.
    package static func differences(from old: Experiment, to new: Experiment) -> [SettingDifference] {
        differences(among: [old, new]).filter { $0.new != "–" && $0.path != "description" }
    }
}
