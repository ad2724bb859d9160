// The experiment files that the dashboard lists: which there are, and whether they have changed on disk.

import Dashboard
import ExperimentFiles
import Experiments
import Foundation

/// Experiment files and folders of them.
struct ExperimentShelf {
    /// What tells whether a file is another than it was.
    private struct Stamp: Hashable {
        let path: String
        let modified: Date?
        let size: Int?
    }

    private let places: [String]
    private let overrides: [String]
    private var stamps: [Stamp] = []
    /// What was read of each file, so that one that changes does not have all others read again.
    private var entries: [ExperimentEntry] = []
    private var hasRead = false

    /// - Parameters:
    ///   - places: files, and folders whose YAML files are meant.
    ///   - overrides: settings of all of them that are replaced, `key=value` each.
    init(_ places: [String], overrides: [String] = []) {
        self.places = places
        self.overrides = overrides
    }

    /// The folder that new files go to: the first one that is listed, or that of the first file.
    var folder: String {
        guard let first = places.first else { return "experiments" }
        return Self.isFolder(first) ? first : URL(filePath: first).deletingLastPathComponent().relativePath
    }

    /// Every file in order, read again; `nil` if nothing has changed since the last call.
    mutating func read() -> [ExperimentEntry]? {
        let now = paths.map(Self.stamp)
        guard !hasRead || now != stamps else { return nil }
        let known = Dictionary(zip(stamps, entries)) { first, _ in first }
        entries = now.map { known[$0] ?? entry($0.path) }
        (stamps, hasRead) = (now, true)
        return entries
    }

    private func entry(_ path: String) -> ExperimentEntry {
        do throws(ExperimentFileError) {
            return ExperimentEntry(path: path, content: .success(try ExperimentFile.load(path, overrides: overrides)))
        } catch {
            return ExperimentEntry(path: path, content: .failure(Problem(error.description)))
        }
    }

    /// Writes an experiment into a file of its own in the folder. Nobody's file is written over.
    ///
    /// - Returns: its path.
    /// - Throws: `Failure` that says why not.
    func save(_ experiment: Experiment) throws -> String {
        mkdir(folder, 0o777)
        var number = 1
        while true {
            let path = "\(folder)/\(experiment.name)\(number == 1 ? "" : "-\(number)").yaml"
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if file < 0, errno == EEXIST {
                number += 1
                continue
            }
            guard file >= 0 else {
                throw Failure(message: "\(path) cannot be made: \(String(cString: strerror(errno)))")
            }
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            do {
                try handle.write(contentsOf: Data(ExperimentFile.yaml(for: experiment).utf8))
            } catch {
                unlink(path)
                throw Failure(message: "\(path) cannot be written: \(error.localizedDescription)")
            }
            return path
        }
    }

    private var paths: [String] {
        places.flatMap { place -> [String] in
            guard Self.isFolder(place) else { return [place] }
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
