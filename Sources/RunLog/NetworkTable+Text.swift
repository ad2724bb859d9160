// The rows of a network's table and their alignment.

internal import Experiments
internal import TerminalText

extension NetworkTable {
    /// The cells of a row.
    struct Row {
        var cells: [String]

        static let heading = Row(cells: ["layer", "", "output", "parameters", "MACs"])

        /// The row of totals.
        static func total(of network: Network) -> Row {
            Row(cells: [
                "total", "", "", Readable.count(network.parameters), Readable.magnitude(network.forwardMACs),
            ])
        }
    }

    /// One row per block, then one for each layer of the classifier.
    var rows: [Row] {
        let blocks = network.blocks.enumerated().map { index, layers in
            let convolutions = layers.compactMap(\.convolution)
            let (kernel, channels) = (convolutions[0].kernel, convolutions[0].outChannels)
            return Self.row(
                "block \(index + 1)",
                "\(convolutions.count) conv \(kernel)×\(kernel) → \(channels) channels, pool", layers)
        }
        return blocks
            + network.layers.filter { $0.block == nil }.map { layer in
                Self.row(layer.label, layer.dropout.map { Readable.short($0.probability) } ?? layer.detail, [layer])
            }
    }

    private static func row(_ name: String, _ what: String, _ layers: [Layer]) -> Row {
        Row(cells: [
            name, what, layers.last?.outputShape.map(String.init).joined(separator: " × ") ?? "",
            Readable.count(layers.reduce(0) { $0 + $1.parameters }),
            Readable.magnitude(layers.reduce(0) { $0 + $1.forwardMACs }),
        ])
    }

    /// Aligns columns; those from `rightFrom` on to the right.
    static func aligned(_ rows: [Row], rightFrom: Int = 3) -> [String] {
        let columns = rows.map(\.cells.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { DisplayText.width(of: $0.cells[column]) }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row.cells, widths).enumerated().map { column, cell in
                column < rightFrom ? cell.0.padded(cell.1) : cell.0.leftPadded(cell.1)
            }
            return cells.joined(separator: "  ")
        }
    }
}
