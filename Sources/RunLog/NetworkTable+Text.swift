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
            Self.row("block \(index + 1)", Self.summary(ofBlock: layers), layers)
        }
        return blocks
            + network.layers.filter { $0.block == nil }.map { layer in
                Self.row(layer.label, layer.dropout.map { Readable.short($0.probability) } ?? layer.detail, [layer])
            }
    }

    /// `2 conv 3×3, 1 of 1×1 → 256, batch norm, pool`: windows and other layers in the order in which they
    /// first come.
    private static func summary(ofBlock layers: [Layer]) -> String {
        var windows: [(text: String, count: Int)] = []
        var others: [String] = []
        for layer in layers {
            if let convolution = layer.convolution {
                let text =
                    "\(convolution.kernel)×\(convolution.kernel)"
                    + (convolution.stride == 1 ? "" : " stride \(convolution.stride)")
                if windows.last?.text == text {
                    windows[windows.count - 1].count += 1
                } else {
                    windows.append((text, 1))
                }
            } else if !others.contains(layer.label) {
                others.append(layer.label)
            }
        }
        // VGG's own blocks have the room for the word.
        let unit = windows.count == 1 && others.count < 2 ? " channels" : ""
        let channels = layers.last { $0.convolution != nil }.map { " → \($0.outputShape[0])\(unit)" } ?? ""
        let convolutions = windows.enumerated().map { "\($1.count) \($0 == 0 ? "conv" : "of") \($1.text)" }
            .joined(separator: ", ")
        return ([convolutions + channels] + others).joined(separator: ", ")
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
