// The rows of a network's table and their alignment.

internal import Experiments
internal import TerminalText

extension NetworkTable {
    /// Cells of a line, first column first.
    struct Row {
        var cells: [String]

        /// What the columns are.
        static let heading = Row(cells: ["layer", "", "output", "parameters", "MACs"])

        /// The sums.
        static func total(of network: Network) -> Row {
            Row(cells: [
                "total", "", "", Readable.count(network.parameters), Readable.magnitude(network.forwardMACs),
            ])
        }
    }

    /// A row a block, then one for each layer of the classifier.
    var rows: [Row] {
        let layers = network.layers
        let blocks = network.blocks.enumerated().map { index, block in
            Self.row(
                "block \(index + 1)",
                "\(block.numConvs) conv \(network.kernel)×\(network.kernel) → \(block.outChannels) channels, pool",
                layers.filter { $0.block == index + 1 })
        }
        return blocks + layers.filter { $0.block == nil }.map(Self.row(of:))
    }

    private static func row(of layer: Layer) -> Row {
        switch layer.kind {
        case .linear(let inFeatures, let outFeatures, let relu):
            row("linear", "\(inFeatures) → \(outFeatures)\(relu ? ", ReLU" : "")", [layer])
        case .dropout(let probability): row("dropout", Readable.short(probability), [layer])
        case .flatten: row("flatten", layer.inputShape.map(String.init).joined(separator: " × "), [layer])
        case .convolution(_, let outChannels, let kernel, _):
            row("conv", "\(kernel)×\(kernel) → \(outChannels) channels", [layer])
        case .maxPool(let channels): row("pool", "2×2, \(channels) channels", [layer])
        }
    }

    private static func row(_ name: String, _ what: String, _ layers: [Layer]) -> Row {
        Row(cells: [
            name, what, layers.last?.outputShape.map(String.init).joined(separator: " × ") ?? "",
            Readable.count(layers.reduce(0) { $0 + $1.parameters }),
            Readable.magnitude(layers.reduce(0) { $0 + $1.forwardMACs }),
        ])
    }

    /// Lines with the columns below each other; those from `rightFrom` on end together.
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
