// A run's records as a text file: which formats there are, and writing them.

public import Experiments
internal import RunLog
internal import Safetensors

/// Formats for what a run has said.
public enum MetricsFormat: String, Sendable, Hashable, CaseIterable {
    /// A table of steps and epochs, RFC 4180.
    case csv
    /// One object for the whole run.
    case json
    /// Every record, one object a line.
    case jsonl

    /// The whole file, UTF-8.
    ///
    /// - Parameter records: of one run, in any order.
    public func text(of records: [RunRecord]) -> String {
        switch self {
        case .csv: CSVTable.text(of: RunHistory(records))
        case .json: RunHistory(records).json.text + "\n"
        case .jsonl: records.sorted { $0.sequence < $1.sequence }.map { $0.json.text + "\n" }.joined()
        }
    }

    /// Writes a file that is there whole or not at all.
    ///
    /// - Parameters:
    ///   - records: of one run, in any order.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether it may take the place of a file that is there.
    /// - Throws: `ExportError` when the system refuses, or a file is there that must stay.
    public func write(_ records: [RunRecord], to path: String, overwrite: Bool = false) throws(ExportError) {
        try writeFile([UInt8](text(of: records).utf8), to: path, overwrite: overwrite)
    }
}

/// Writes these bytes to a file that is there whole or not at all.
func writeFile(_ bytes: [UInt8], to path: String, overwrite: Bool) throws(ExportError) {
    do throws(SafetensorsError) {
        var file = try AtomicFile(path, replaces: overwrite)
        try file.append(bytes)
        try file.commit()
    } catch {
        throw ExportError(error)
    }
}

extension AtomicFile {
    /// Appends all of `bytes`.
    func append(_ bytes: [UInt8]) throws(SafetensorsError) {
        try bytes.span.withUnsafeBytes { bytes throws(SafetensorsError) in try append(bytes) }
    }
}
