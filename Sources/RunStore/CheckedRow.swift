// Validates rows as they are read: SQLite stores any value in any column, whatever its declared type, so every value is
// checked.

internal import Experiments
internal import GRDB

/// A row whose values are checked as they are read.
struct CheckedRow {
    private let row: Row
    /// Identifies the row in errors, such as `run a-1, step`.
    private let title: String

    init(_ row: Row, _ title: String) {
        self.row = row
        self.title = title
    }

    private func value(_ column: String) -> DatabaseValue {
        let value: DatabaseValue? = row[column]
        return value ?? .null
    }

    private func flaw(_ column: String, _ problem: String) -> RunStoreError {
        RunStoreError("\(title): \(column) \(problem)")
    }

    func text(_ column: String) throws(RunStoreError) -> String {
        guard let text = try optionalText(column) else { throw flaw(column, "is missing") }
        return text
    }

    func optionalText(_ column: String) throws(RunStoreError) -> String? {
        switch value(column).storage {
        case .null: return nil
        case .string(let text): return text
        case .int64, .double, .blob: throw flaw(column, "is not text")
        }
    }

    func count(_ column: String, in range: ClosedRange<Int> = RunLimits.counts) throws(RunStoreError) -> Int {
        guard let count = try optionalCount(column, in: range) else { throw flaw(column, "is missing") }
        return count
    }

    func optionalCount(
        _ column: String, in range: ClosedRange<Int> = RunLimits.counts
    ) throws(RunStoreError) -> Int? {
        switch value(column).storage {
        case .null: return nil
        case .int64(let count) where range.contains(Int(count)): return Int(count)
        case .int64: throw flaw(column, "is out of range")
        case .double, .string, .blob: throw flaw(column, "is not a whole number")
        }
    }

    /// Reads a number; SQLite stores NaN as NULL.
    func number(_ column: String) throws(RunStoreError) -> Double { try optionalNumber(column) ?? .nan }

    func optionalNumber(_ column: String) throws(RunStoreError) -> Double? {
        switch value(column).storage {
        case .null: return nil
        case .double(let number): return number
        case .int64(let number): return Double(number)
        case .string, .blob: throw flaw(column, "is not a number")
        }
    }

    /// Reads a duration, or a time since 1970.
    func seconds(_ column: String) throws(RunStoreError) -> Double {
        let seconds = try number(column)
        guard RunLimits.seconds.contains(seconds) else { throw flaw(column, "is out of range") }
        return seconds
    }

    func optionalSeconds(_ column: String) throws(RunStoreError) -> Double? {
        try optionalNumber(column) == nil ? nil : seconds(column)
    }
}
