// The experiments that the dashboard lists: files, detected changes on disk, and built-in experiments.

import Dashboard
import ExperimentFiles
import Experiments
import Foundation

/// Experiment files and folders of them.
struct ExperimentIndex {
    /// Changes whenever a file changes.
    private struct Stamp: Hashable {
        let path: String
        let modified: Date?
        let size: Int?
    }

    private let places: [String]
    private let listsExamples: Bool
    private let overrides: [String]
    private var stamps: [Stamp] = []
    /// The entries last read, so that a changed file does not cause all others to be read again.
    private var entries: [ExperimentEntry] = []
    private var hasRead = false

    /// - Parameters:
    ///   - places: files, names of built-in experiments, and folders with YAML files. If empty, the folder
    ///     `experiments`, whether it exists or not, and the built-in experiments that it does not contain.
    ///   - overrides: `key=value` settings that override those of every experiment.
    init(_ places: [String], overrides: [String] = []) {
        self.places = places.isEmpty ? ["experiments"] : places
        listsExamples = places.isEmpty
        self.overrides = overrides
    }

    /// The folder for new files: the first listed folder, or the folder of the first file.
    var folder: String {
        let first = places[0]
        return listsExamples || Self.isFolder(first)
            ? first : URL(filePath: first).deletingLastPathComponent().relativePath
    }

    /// Returns all entries in order; `nil` if nothing has changed since the last call.
    mutating func read() -> [ExperimentEntry]? {
        let now = paths.map(Self.stamp)
        guard !hasRead || now != stamps else { return nil }
        let known = Dictionary(zip(stamps, entries)) { first, _ in first }
        entries = now.map { known[$0] ?? entry($0.path) }
        (stamps, hasRead) = (now, true)
        return entries + (listsExamples ? examples : [])
    }

    /// The built-in experiments whose names no file has.
    private var examples: [ExperimentEntry] {
        let names = Set(entries.compactMap { try? $0.content.get().name })
        return ExampleExperiment.all.filter { !names.contains($0.name) }.compactMap { example in
            let experiment = try? ExperimentFile.parse(example.yaml, path: example.name)
            return experiment.map { ExperimentEntry(path: example.name, content: .success($0), isExample: true) }
        }
    }

    private func entry(_ path: String) -> ExperimentEntry {
        do throws(ExperimentFileError) {
            return ExperimentEntry(
                path: path, content: .success(try ExperimentFile.load(fileOrExample: path, overrides: overrides)))
        } catch {
            return ExperimentEntry(path: path, content: .failure(Problem(error.description)))
        }
    }

    /// Writes an experiment into a new file in the folder; never overwrites a file.
    ///
    /// - Returns: the file's path.
    /// - Throws: `Failure` with the reason.
    func save(_ experiment: Experiment) throws -> String {
        mkdir(folder, 0o777)
        var number = 1
        while true {
            let path = "\(folder)/\(experiment.name)\(number == 1 ? "" : "-\(number)").yaml"
            if try NewFile.write(ExperimentFile.yaml(for: experiment), to: path) { return path }
            number += 1
        }
    }

    private var paths: [String] {
        places.flatMap { place -> [String] in
            guard Self.isFolder(place) else { return listsExamples ? [] : [place] }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            let files = names.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
            return files.sorted { $0.localizedStandardCompare($1) == .orderedAscending }.map { "\(place)/\($0)" }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func stamp(_ path: String) -> Stamp {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return Stamp(
            path: path, modified: attributes?[.modificationDate] as? Date, size: attributes?[.size] as? Int)
    }
}
