// Which stages a network becomes: those of its images, for a chunk of them, and those of its features, for the whole batch.
// Nothing is allocated or run here; StepWriter and the stages do that.

internal import Experiments
internal import OneDNN

/// The stages that some of a network's layers become, for `count` images at a time.
struct StageList {
    let count: Int
    /// What goes in.
    let source: Descriptor
    let stages: [any Stage]

    /// What comes out.
    var destination: Descriptor { stages.last?.destination ?? source }
    /// The most room for intermediate results that any of the library's operations wants.
    var scratchpadBytes: Int { primitives.map(\.scratchpadBytes).max() ?? 0 }
    /// Bytes of the largest activation that goes from stage to stage.
    var largestActivationBytes: Int { stages.dropLast().map(\.destination.byteCount).max() ?? 0 }

    private var primitives: [Primitive] { stages.flatMap(\.primitives) }

    /// Compiles the layers that work on images, those before the network's flattening: by Winograd's algorithm where
    /// there is code for it here, the rest by the library with its layouts for what goes from layer to layer. Where
    /// these leave it nothing but plain loops (channels that are no multiple of a vector), channels-last or row-major
    /// ones let it multiply matrices.
    ///
    /// - Parameter layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
    init(
        images layers: [Layer], count: Int, purpose: Purpose, convolution: EngineOptions.Convolution,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        func list(_ activations: Layout, usesWinograd: Bool) throws(OneDNNError) -> (StageList, ParameterLayouts) {
            var chosen = layouts
            let list = try StageList(
                images: layers, count: count, purpose: purpose, activations: activations, usesWinograd: usesWinograd,
                precision: precision, layouts: &chosen, on: device)
            return (list, chosen)
        }
        if convolution != .direct, let width = WinogradStage.vectorWidth {
            let choice = try list(WinogradStage.images(width: width), usesWinograd: true)
            let usesWinograd = choice.0.stages.contains { $0.convolutionPasses.winograd > 0 }
            if usesWinograd, !choice.0.primitives.contains(where: \.isReference) {
                (self, layouts) = choice
                return
            }
        }
        var choice = try list(.any, usesWinograd: false)
        for activations in [Layout.acdb, .abcd] where choice.0.primitives.contains(where: \.isReference) {
            choice = try list(activations, usesWinograd: false)
        }
        (self, layouts) = choice
    }

    private init(
        images layers: [Layer], count: Int, purpose: Purpose, activations: Layout, usesWinograd: Bool,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        self.count = count
        var source = try Descriptor([count] + (layers.first?.inputShape ?? []), layout: .abcd)
        self.source = source
        var stages: [any Stage] = []
        func add(_ stage: any Stage) {
            stages.append(stage)
            source = stage.destination
        }
        if activations.isLibrarysOwn, let first = try FirstBlockStage(layers, count: count, layouts: &layouts) {
            add(first)
        }
        for (index, layer) in layers.enumerated() where index > stages.last?.layer ?? -1 {
            if layer.isFlatten { break }
            if layer.convolution != nil {
                let pooling = layers[index + 1].isPooling ? index + 1 : nil
                if usesWinograd,
                    let winograd = try WinogradStage(
                        layer: index, layers, pooling: pooling, source: source,
                        masksSource: stages.last?.endsWithReLU ?? false, precision: precision, layouts: &layouts)
                {
                    add(winograd)
                } else {
                    add(
                        try ConvolutionStage(
                            layer: index, layer, source: source, isPooled: pooling != nil, purpose: purpose,
                            activations: activations, layouts: &layouts, on: device))
                }
            } else if layer.isPooling {
                add(try ReLUPoolStage(layer: index, source: source, outputShape: [count] + layer.outputShape))
            }
        }
        self.stages = stages
    }

    /// Compiles the layers that work on features, those after the network's flattening. In bfloat16, that is all linear
    /// layers but the last, whose few sums decide on the loss.
    ///
    /// - Parameters:
    ///   - source: what the layers before put out, for the whole batch.
    ///   - layouts: as above.
    init(
        features layers: [Layer], source: Descriptor, precision: TrainingRecipe.Precision, purpose: Purpose,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        count = source.shape[0]
        self.source = source
        var stages: [any Stage] = []
        for (index, layer) in layers.enumerated() {
            guard let linear = layer.linear else { continue }
            var dropout: Double?
            if index + 1 < layers.count, let probability = layers[index + 1].dropout?.probability, probability > 0 {
                dropout = probability
            }
            let isLast = index == layers.count - 1
            stages.append(
                try LinearStage(
                    layer: index, source: stages.last?.destination ?? source, outFeatures: linear.outFeatures,
                    relu: linear.hasReLU, dropout: dropout,
                    type: precision == .bfloat16 && !isLast ? .bfloat16 : .float32, purpose: purpose,
                    layouts: &layouts, on: device))
        }
        self.stages = stages
    }
}

extension Layout {
    /// Whether the library would choose it, so that our own kernels stand among its operations without a change.
    fileprivate var isLibrarysOwn: Bool { self == .any || self == .aBcd16b || self == .aBcd8b }
}
