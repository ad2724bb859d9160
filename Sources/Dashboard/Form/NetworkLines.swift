// A network's blocks or layers in the form, one line each.

internal import ExperimentFiles
internal import Experiments

/// The blocks or layers of a network as lines that are being edited.
struct NetworkLines: Hashable {
    struct Line: Hashable {
        var text: TextLine
        /// The last valid text; `nil` for a new line that has not been valid yet.
        var valid: String?
    }

    /// What the lines are.
    let part: NetworkPart
    /// At least one.
    private(set) var lines: [Line]

    init(of network: NetworkRecipe) {
        let (part, texts) = NetworkPart.texts(of: network)
        self.init(part, texts)
    }

    /// - Parameter text: a named network, or a list of blocks or layers; `nil` is returned for any other text.
    init?(ofNetwork text: String) {
        if let variant = Variant(rawValue: text) {
            self.init(of: NetworkRecipe(variant))
        } else if let (part, texts) = NetworkPart.texts(ofList: text) {
            self.init(part, texts)
        } else {
            return nil
        }
    }

    private init(_ part: NetworkPart, _ texts: [String]) {
        self.part = part
        lines = texts.map { Line(text: TextLine($0), valid: $0) }
    }

    /// What the form shows as the network's name if it has none.
    var title: String { "own \(part.rawValue)s" }

    var texts: [String] { lines.map(\.text.text) }

    func label(of index: Int) -> String { "\(part.rawValue) \(index + 1)" }

    /// What a new line could be.
    var example: String {
        switch part {
        case .block: "[convolutions, channels] such as [2, 64]"
        case .layer: "a layer such as relu or linear: 64"
        }
    }

    /// Examples of what a line can be.
    var hint: String {
        switch part {
        case .block: "[convolutions, channels], or {convs: 2, channels: 64, kernel: 3, norm: batch, …}"
        case .layer: "conv: {channels: 64, kernel: 3}, relu, max_pool, flatten, linear: 64, …"
        }
    }

    subscript(index: Int) -> Line {
        get { lines[index] }
        set { lines[index] = newValue }
    }

    mutating func insert(_ texts: [String], at index: Int) {
        lines.insert(contentsOf: texts.map { Line(text: TextLine($0)) }, at: index)
    }

    mutating func remove(at index: Int) { lines.remove(at: index) }

    /// Moves a line by one; returns its new index, which is the same if there is no room.
    mutating func move(_ index: Int, down: Bool) -> Int {
        let new = index + (down ? 1 : -1)
        guard lines.indices.contains(new) else { return index }
        lines.swapAt(index, new)
        return new
    }
}

extension NetworkLines {
    /// Returns notes on the lines, if all are valid: what a block's pair means, the output shape of a layer that changes
    /// it.
    ///
    /// - Parameter numClasses: classes of the data; `nil` if unknown.
    func notes(on experiment: Experiment, numClasses: Int?) -> [Int: String] {
        guard NetworkPart.texts(of: experiment.network).texts.count == lines.count,
            lines.allSatisfy({ $0.valid == $0.text.text }),
            let network = try? experiment.network(numClasses: numClasses ?? 2)
        else { return [:] }
        var notes: [Int: String] = [:]
        switch part {
        case .block:
            for (index, layers) in network.blocks.enumerated() where texts[index].hasPrefix("[") {
                notes[index] = Self.note(onBlock: layers)
            }
        case .layer:
            var rest = network.layers[...]
            for (index, recipe) in (experiment.network.layers ?? []).enumerated() {
                // An activation may have become part of the layer before it.
                if case .activation = recipe, rest.first?.isActivation != true { continue }
                guard let layer = rest.popFirst() else { break }
                let isKnown = numClasses != nil || !rest.isEmpty
                if isKnown, layer.inputShape != layer.outputShape {
                    notes[index] = layer.outputShape.map(String.init).joined(separator: "×")
                }
            }
        }
        return notes
    }

    /// Returns where notes begin, behind the longest line that has one. If that leaves too little room, layers have
    /// theirs at the right, unless a line is too long, and blocks have none.
    func column(of notes: [Int: String], width: Int) -> Int? {
        guard let note = notes.values.map(\.count).max() else { return nil }
        let column = (notes.keys.map { texts[$0].count }.max() ?? 0) + 2
        return column + note <= width ? column : part == .layer ? width - note : nil
    }

    /// Returns `2 conv 3×3 → 64`; windows of several sizes are left out.
    private static func note(onBlock layers: [Layer]) -> String {
        let convolutions = layers.filter { $0.convolution != nil }
        let windows = Set(convolutions.compactMap(\.convolution?.kernel))
        let window = windows.count == 1 ? windows.first.map { " \($0)×\($0)" } ?? "" : ""
        return "\(convolutions.count) conv\(window) → \(convolutions.last?.outputShape[0] ?? 0)"
    }
}

extension Layer {
    fileprivate var isActivation: Bool { if case .activation = kind { true } else { false } }
}
