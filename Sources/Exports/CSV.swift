// Comma-separated values that pandas and spreadsheets can read.
//
// Source: RFC 4180; leading characters that a spreadsheet would evaluate, after OWASP's "CSV Injection". CSVTable
// defines the columns of a run's table.

package import RunLog

package enum CSV {
    /// Formats rows of cells, one line each.
    package static func text(of rows: [[JSON]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cell(_ value: JSON) -> String {
        switch value {
        // JSON has no such numbers; this is how PyTorch and pandas write them.
        case .number(let number): "\(number)"
        case .string, .array, .object: cell(value.cellText)
        case .null, .bool, .integer, .unsigned: value.cellText
        }
    }

    /// Formats text as a cell: quoted if needed, and with an apostrophe before what would start a formula.
    private static func cell(_ text: String) -> String {
        // By scalars: a quote with a combining accent is a different character in Swift, but not for readers of CSV.
        var scalars = Array(text.unicodeScalars)
        if let first = scalars.first, "=+-@\t\r".unicodeScalars.contains(first) { scalars.insert("'", at: 0) }
        if scalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) {
            scalars = ["\""] + scalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] } + ["\""]
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
