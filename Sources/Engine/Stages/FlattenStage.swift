// Converts images to rows of features, unless a linear layer reads them directly.

internal import Model
internal import OneDNN

/// `[N, C, H, W] → [N, C·H·W]`, row-major.
struct FlattenStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = false
    let readsDestination = false
    private let rowMajor: Descriptor

    init(layer: Int, source: Descriptor) throws(OneDNNError) {
        self.layer = layer
        self.source = source
        rowMajor = try Descriptor(rowMajor: source.shape)
        destination = try Descriptor([source.shape[0], source.shape.dropFirst().reduce(1, *)], layout: .ab)
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let rows = try Memory(rowMajor, at: step.destination.base, on: builder.device)
        try builder.append(layer, .forward, reorder: step.source, to: rows)
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let sourceGradient = step.sourceGradient else { return }
        let rows = try Memory(rowMajor, at: step.gradient.base, on: builder.device)
        try builder.append(layer, .backwardData, reorder: rows, to: sourceGradient)
    }
}
