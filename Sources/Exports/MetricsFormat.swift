// The records of runs as a text file: which formats there are, and writing them.

package import Experiments
internal import Files
package import RunLog
internal import Safetensors

/// A run for a file of metrics.
package struct RunMetrics: Sendable {
    /// What the run has said, in any order.
    package var records: [RunRecord]
    /// The settings that tell it from the other runs of the file, the same keys in the same order in all of them.
    package var settings: [JSON.Member]

    /// A run by itself has nothing to be told from.
    package init(_ records: [RunRecord], settings: [JSON.Member] = []) {
        self.records = records
        self.settings = settings
    }
}

/// Formats for what runs have said.
package enum MetricsFormat: String, Sendable, Hashable, CaseIterable {
    /// A table of steps and epochs, RFC 4180.
    case csv
    /// One object for a run, a list of them for several.
    case json
    /// Every record, one object a line.
    case jsonl

    /// The whole file, UTF-8, with the runs in this order.
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

    /// The whole file for one run, UTF-8.
    ///
    /// - Parameter records: in any order.
    package func text(of records: [RunRecord]) -> String { text(of: [RunMetrics(records)]) }

    /// Writes a file that is there whole or not at all.
    ///
    /// - Parameters:
    ///   - runs: in the order in which they are to come.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether it may take the place of a file that is there.
    /// - Throws: `ExportError` when the system refuses, or a file is there that must stay.
    package func write(_ runs: [RunMetrics], to path: String, overwrite: Bool = false) throws(ExportError) {
        try writeFile([UInt8](text(of: runs).utf8), to: path, overwrite: overwrite)
    }
}

/// Writes these bytes to a file that is there whole or not at all.
func writeFile(_ bytes: [UInt8], to path: String, overwrite: Bool) throws(ExportError) {
    do throws(FileError) {
        var file = try AtomicFile(path, replaces: overwrite)
        try file.append(bytes)
        try file.commit()
    } catch {
        throw ExportError(error)
    }
}
