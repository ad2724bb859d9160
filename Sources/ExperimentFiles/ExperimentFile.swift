// Experiments from YAML files and back. Every problem becomes one sentence with its place; what the keys mean is
// Schema.swift's table.

package import Experiments
import Glibc

/// Reads experiments from YAML and writes them.
package enum ExperimentFile {
    /// The largest file that is read, in bytes.
    static let maxBytes = 65536

    /// The experiment in a file.
    ///
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - overrides: `key=value` each, such as `training.lr=0.1`; a later one wins over an earlier one and over the file.
    /// - Throws: `ExperimentFileError` with the place of the first problem.
    package static func load(_ path: String, overrides: [String] = []) throws(ExperimentFileError) -> Experiment {
        let bytes = try contents(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .file(path: path, problem: "is not UTF-8 text; save it as UTF-8")
        }
        return try parse(text, path: path, overrides: overrides)
    }

    /// The experiment in a text that was read from `path`.
    ///
    /// - Parameter defaults: what a key means that is missing.
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

    /// The experiment as a YAML text that reads back to an equal one, with every key.
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

    /// Whether an experiment may have this name, which is also part of a folder's.
    package static func isName(_ text: String) -> Bool {
        1...100 ~= text.utf8.count && text.unicodeScalars.allSatisfy { $0.isVisible && $0 != "/" }
            && ![text.first, text.last].contains { $0 == "." || $0?.isWhitespace == true }
    }

    /// An experiment that was read from elsewhere, checked as strictly as a file.
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
        // A named pipe would wait for a writer; one of a shell's <(…), which lies there, has it.
        var status = stat()
        if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT), !path.hasPrefix("/dev/") {
            throw .file(path: path, problem: "is not a regular file; copy it to one")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, problem: sentence(for: errno)) }
        defer { close(descriptor) }
        // Not fstat's size: pipes have none, and it may change. One byte more tells a file that is too large.
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

/// A setting: a key of experiment files, for help, forms and other formats.
package struct ExperimentKey: Sendable, Hashable {
    /// Section and key with a dot, such as `training.lr`.
    package let path: String
    /// What it means, in one line.
    package let summary: String
    /// What it may be.
    package let allowed: String
    /// The words that may be chosen from; empty where there are others.
    package let choices: [String]
    /// What it is where nothing is said, as YAML; `nil` for none.
    package let defaultValue: String?
    /// What the form for new experiments calls it; `nil` where it is not in the form.
    package let label: String?
    /// What names of variants call it, such as `side` in `vgg11-side96`.
    package let nameWord: String
    /// Whether it shapes the network, whose weights a fork takes over as they are.
    package let shapesNetwork: Bool
    /// Whether only networks of blocks have it.
    package let isOfBlocks: Bool

    private init(_ field: Field) {
        (path, allowed, choices) = (field.path, field.allowed, field.choices)
        summary =
            field.condition.map { "\(field.summary.dropLast()), with \($0.path) \($0.value)." } ?? field.summary
        (label, nameWord) = (field.label, field.nameWord)
        (shapesNetwork, isOfBlocks) = (field.shapesNetwork, field.isOfBlocks)
        defaultValue = ["name", "description"].contains(path) ? nil : field.defaultValue?.yaml
    }

    /// Every key in the order in which files are written.
    package static let all = Schema.fields.map(ExperimentKey.init)

    /// Whether it has an effect in an experiment: momentum has none on adam.
    package func isUsed(by experiment: Experiment) -> Bool { Schema.field(path)?.isUsed(by: experiment) ?? true }

    /// Those that decide how a run is trained: all but name and description.
    package static let settings = all.filter { !["name", "description"].contains($0.path) }

    /// The key with this path.
    package static func named(_ path: String) -> ExperimentKey? { all.first { $0.path == path } }
}

extension Experiment {
    /// What experiments that versions before this one stored mean where they say nothing.
    package static var storedDefaults: Experiment {
        var defaults = Experiment(name: "")
        defaults.data.sampling = .first
        return defaults
    }

    /// Every setting with its value, in sections; the blocks of a variant, too.
    package var settings: [(section: String?, values: [(key: String, value: SettingValue)])] {
        var sections: [(section: String?, values: [(key: String, value: SettingValue)])] = []
        for field in Schema.fields {
            if sections.last?.section != field.section || sections.isEmpty { sections.append((field.section, [])) }
            guard let value = field.storedValue(self) else { continue }
            sections[sections.count - 1].values.append((field.key, value))
        }
        return sections
    }

    /// An experiment from values by their paths. A key that is missing is as in `storedDefaults`, and one that is unknown is
    /// skipped.
    ///
    /// - Throws: `ExperimentFileError` with the first value that cannot be.
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
    /// A value for each experiment; a dash where another key says it.
    package let values: [String]

    /// The last experiment's value.
    package var new: String { values.last ?? "" }
}

extension ExperimentFile {
    /// The keys whose values are not the same in all of these experiments, in the order of files.
    package static func differences(among experiments: [Experiment]) -> [SettingDifference] {
        Schema.fields.compactMap { field in
            let values = experiments.map { field.write($0) ?? "–" }
            return Set(values).count > 1 ? SettingDifference(path: field.path, values: values) : nil
        }
    }

    /// The keys whose values an experiment has changed from another's; not those that other keys say.
    package static func differences(from old: Experiment, to new: Experiment) -> [SettingDifference] {
        differences(among: [old, new]).filter { $0.new != "–" && $0.path != "description" }
    }
}
