// The records of runs as a text file, in several formats.

package import Experiments
package import Files
package import RunLog

/// A run to be written to a file of metrics.
package struct RunMetrics: Sendable {
    /// The run's records, in any order.
    package var records: [RunRecord]
    /// The settings that differ between the runs of the file, with the same keys in the same order for all of them.
    package var settings: [JSON.Member]

    package init(_ records: [RunRecord], settings: [JSON.Member] = []) {
        self.records = records
        self.settings = settings
    }
}

/// Formats of metrics.
package enum MetricsFormat: String, Sendable, Hashable, CaseIterable {
    /// A table of steps and epochs, RFC 4180.
    case csv
    /// One object for one run, a list of them for several.
    case json
    /// All records, one object per line.
    case jsonl

    /// Formats the whole file, UTF-8, with the runs in this order.
    package func text(of runs: [RunMetrics]) -> String {
        switch self {
        case .csv: return CSVTable.text(of: runs.map { (RunHistory($0.records), $0.settings) })
        case .json:
            let objects = runs.map { RunHistory($0.records).json }
            return (objects.count == 1 ? objects[0] : .array(objects)).text + "\n"
        case .jsonl:
            return runs.flatMap { run in
                run.records.sorted { $0.sequence < $1.sequence }.map { $0.json.text + "\n" }
            }.joined()
        }
    }

    /// Formats the whole file for one run, UTF-8.
    ///
    /// - Parameter records: in any order.
    package func text(of records: [RunRecord]) -> String { text(of: [RunMetrics(records)]) }

    /// Writes a file atomically.
    ///
    /// - Parameters:
    ///   - runs: the runs in the order of the file.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether to replace an existing file.
    /// - Throws: `FileError` if the system refuses, or if a file exists that must not be replaced.
    package func write(_ runs: [RunMetrics], to path: String, overwrite: Bool = false) throws(FileError) {
        try writeFile([UInt8](text(of: runs).utf8), to: path, overwrite: overwrite)
    }
}

/// Writes a file atomically.
func writeFile(_ bytes: [UInt8], to path: String, overwrite: Bool) throws(FileError) {
    var file = try AtomicFile(path, replaces: overwrite)
    try file.append(bytes)
    try file.commit()
}
