// Searches for a data set's four files by folder and name. Reads only folders.

import Foundation

/// The folders to search for a data set, in order.
package struct DatasetSearch: Sendable, Equatable {
    /// The origin of a folder.
    package enum Origin: Sendable, Equatable {
        /// The caller's `dataFolder`.
        case argument
        /// `$VGGLAB_DATA`.
        case environment
        /// A usual folder, which may or may not have data.
        case usual
    }

    /// Name of the data set.
    package let dataset: String
    /// The origin of the folders. A folder given by the user is the only one.
    package let origin: Origin
    /// The folders in the order of the search.
    package let folders: [String]

    /// Determines the folders for a data set: `dataFolder`, else `$VGGLAB_DATA`, else `$XDG_DATA_HOME/vgglab/<name>`
    /// (`~/.local/share` by default) and `<systemFolder>/<name>`, where Debian's packages install data.
    ///
    /// - Throws: `DatasetError.notAName` if the name could lead elsewhere.
    package init(
        named dataset: String, dataFolder: String?, environment: [String: String],
        systemFolder: String = "/usr/share/datasets"
    ) throws(DatasetError) {
        guard Self.isName(dataset) else { throw .notAName(dataset) }
        self.dataset = dataset
        if let dataFolder {
            origin = .argument
            folders = [dataFolder]
        } else if let folder = environment["VGGLAB_DATA"], !folder.isEmpty {
            origin = .environment
            folders = [folder]
        } else {
            origin = .usual
            let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.local/share" }
            // The XDG base directory specification ignores relative paths.
            let dataHome = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
            folders = [dataHome.map { "\($0)/vgglab/\(dataset)" }, "\(systemFolder)/\(dataset)"].compactMap(\.self)
        }
    }

    /// Finds the first folder with any of the files, and the path of each.
    ///
    /// - Throws: `DatasetError` if there is no such folder, or if it does not have each file exactly once.
    package func locate() throws(DatasetError) -> (folder: String, files: [FileRole: DataFile]) {
        for folder in folders {
            let entries = try entries(of: folder)
            let names = FileRole.allCases.map { role in (role, role.candidates(in: entries, dataset: dataset)) }
            if names.allSatisfy({ $0.1.isEmpty }) { continue }
            var files: [FileRole: DataFile] = [:]
            for (role, candidates) in names {
                guard let name = candidates.first else {
                    throw .missingFile(folder: folder, file: role.usualName + ".gz", dataset: dataset)
                }
                if candidates.count > 1 { throw .severalFiles(folder: folder, files: candidates) }
                let place = folder.hasSuffix("/") ? folder : "\(folder)/"
                let twin = name.hasSuffix(".gz") ? String(name.dropLast(3)) : "\(name).gz"
                files[role] = DataFile(
                    path: place + name, dataset: dataset, twin: entries.contains(twin) ? place + twin : nil)
            }
            return (folder, files)
        }
        if origin != .usual, let folder = folders.first {
            throw .noDataInFolder(folder: folder, askedBy: origin, dataset: dataset)
        }
        throw .notFound(dataset: dataset, folders: folders)
    }

    /// Returns the sorted names in a folder; none if a usual folder is missing.
    private func entries(of folder: String) throws(DatasetError) -> [String] {
        guard let stream = opendir(folder) else {
            let code = errno
            // A usual folder inside an unreadable one may not exist.
            var status = stat()
            if origin == .usual, stat(folder, &status) != 0 { return [] }
            let reason =
                switch code {
                case ENOENT: "there is no such folder"
                case ENOTDIR: "is not a folder; give the one that holds the IDX files"
                case EACCES: "may not be read; ask for permission with chmod"
                default: "cannot be read: \(String(cString: strerror(code)))"
                }
            throw .unreadableFolder(folder: folder, askedBy: origin, reason: reason)
        }
        closedir(stream)
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private static func isName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain && !name.isEmpty && !name.hasPrefix(".")
    }
}

extension FileRole {
    /// The name of such a file in MNIST, without `.gz`.
    var usualName: String {
        switch self {
        case .trainImages: "train-images-idx3-ubyte"
        case .trainLabels: "train-labels-idx1-ubyte"
        case .testImages: "t10k-images-idx3-ubyte"
        case .testLabels: "t10k-labels-idx1-ubyte"
        }
    }

    /// Possible endings of such a file's name: MNIST's name, EMNIST's `test`, `idx4` for colour images, and a dot
    /// that some unpackers insert.
    private var endings: [String] {
        let parts =
            switch self {
            case .trainImages, .trainLabels: [usualName]
            case .testImages: [usualName, "test-images-idx3-ubyte"]
            case .testLabels: [usualName, "test-labels-idx1-ubyte"]
            }
        let all = parts + parts.filter { $0.contains("-idx3-") }.map { $0.replacing("-idx3-", with: "-idx4-") }
        return all + all.map { $0.replacing("-idx", with: ".idx") }
    }

    /// Returns the matching names among `entries`; only one if it is the usual name or the data set's.
    func candidates(in entries: [String], dataset: String) -> [String] {
        for prefix in ["", "\(dataset)-"] {
            for ending in endings {
                for name in [prefix + ending + ".gz", prefix + ending] where entries.contains(name) { return [name] }
            }
        }
        return entries.filter { entry in
            let stem = entry.hasSuffix(".gz") ? String(entry.dropLast(3)) : entry
            // Of a compressed and an uncompressed version, only the compressed one counts.
            return endings.contains { stem.hasSuffix("-" + $0) } && (stem != entry || !entries.contains(entry + ".gz"))
        }
    }
}
