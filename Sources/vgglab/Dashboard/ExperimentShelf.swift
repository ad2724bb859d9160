// The experiment files that the dashboard lists: which there are, and whether they have changed on disk.

import Dashboard
import ExperimentFiles
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
    private var stamps: [Stamp] = []
    private var hasRead = false

    /// - Parameter places: files, and folders whose YAML files are meant.
    init(_ places: [String]) { self.places = places }

    /// The folder that new files go to: the first one that is listed, or that of the first file.
    var folder: String {
        guard let first = places.first else { return "experiments" }
        return Self.isFolder(first) ? first : URL(filePath: first).deletingLastPathComponent().relativePath
    }

    /// Every file in order, read again; `nil` if nothing has changed since the last call.
    mutating func read() -> [ExperimentEntry]? {
        let now = paths.map(Self.stamp)
        guard !hasRead || now != stamps else { return nil }
        (stamps, hasRead) = (now, true)
        return now.map { stamp in
            do throws(ExperimentFileError) {
                return ExperimentEntry(path: stamp.path, content: .success(try ExperimentFile.load(stamp.path)))
            } catch {
                return ExperimentEntry(path: stamp.path, content: .failure(Problem(error.description)))
            }
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
