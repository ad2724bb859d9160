// Comma-separated values that pandas and spreadsheets read at once.
//
// Source: RFC 4180; leading characters that a spreadsheet would calculate with, after OWASP's "CSV Injection".
// Which columns a run's table has is CSVTable's work.

package import RunLog

/// Text of comma-separated values.
package enum CSV {
    /// Rows of cells, a line each.
    package static func text(of rows: [[JSON]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cell(_ value: JSON) -> String {
        switch value {
        // As PyTorch and pandas write what is not finite, for which JSON has no word.
        case .number(let number): "\(number)"
        case .string, .array, .object: cell(value.cellText)
        case .null, .bool, .integer, .unsigned: value.cellText
        }
    }

    /// Text as a cell: in quotes where it needs them, and with an apostrophe before what would start a formula.
    private static func cell(_ text: String) -> String {
        // By scalars: a quote with an accent on it is another character to Swift, but the same one to readers.
        var scalars = Array(text.unicodeScalars)
        if let first = scalars.first, "=+-@\t\r".unicodeScalars.contains(first) { scalars.insert("'", at: 0) }
        if scalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) {
            scalars = ["\""] + scalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] } + ["\""]
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
