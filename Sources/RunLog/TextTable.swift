// A table in plain text: columns as wide as their longest cell, numbers aligned to the right.

internal import TerminalText

package struct TextTable: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        let title: String
        let isNumber: Bool

        /// Creates a column of texts, or of numbers, which are aligned to the right.
        package init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row with a cell for each column.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(Readable.visible))
    }

    /// One line per row, with two spaces between columns and none at the end.
    package var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { DisplayText.width(of: $0[column]) }.max() ?? 0 }
        return all.map { cells in
            let line = zip(zip(cells, widths), columns).map { cell, column in
                column.isNumber ? cell.0.leftPadded(cell.1) : cell.0.padded(cell.1)
            }.joined(separator: "  ")
            return line.withoutTrailingSpaces + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        let spaces = utf8.reversed().prefix { $0 == UInt8(ascii: " ") }.count
        return String(decoding: utf8.dropLast(spaces), as: UTF8.self)
    }
}
