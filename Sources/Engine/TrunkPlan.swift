// The convolutional part for a fixed number of images: its stages, and the kinds of memory between them. Nothing is
// allocated or run here; TrunkWriter and the stages do that.

internal import Experiments
internal import OneDNN

/// All blocks for `count` images at a time.
struct TrunkPlan {
    let count: Int
    /// What goes in: row-major images.
    let source: Descriptor
    let stages: [any TrunkStage]

    /// What comes out for the classifier.
    var destination: Descriptor { stages[stages.count - 1].destination }
    /// Index of the last pooling.
    var lastLayer: Int { stages[stages.count - 1].layer }
    /// The most room for intermediate results that any of the library's operations wants.
    var scratchpadBytes: Int { primitives.map(\.scratchpadBytes).max() ?? 0 }
    /// Bytes of the largest activation that goes from stage to stage.
    var largestActivationBytes: Int {
        stages.flatMap { [$0.layer > 1 ? $0.source.byteCount : 0, $0.destination.byteCount] }.max() ?? 0
    }

    private var primitives: [Primitive] { stages.flatMap(\.primitives) }

    /// Compiles the blocks of `layers`: by Winograd's algorithm where there is code for it here, the rest by the library
    /// with its layouts for what goes from layer to layer. Where these leave it nothing but plain loops (channels that
    /// are no multiple of a vector), channels-last or row-major ones let it multiply matrices.
    ///
    /// - Parameter layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
    init(
        _ layers: [Layer], count: Int, purpose: Purpose, convolution: EngineOptions.Convolution,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        func plan(_ activations: Layout, usesWinograd: Bool) throws(OneDNNError) -> (TrunkPlan, ParameterLayouts) {
            var chosen = layouts
            let plan = try TrunkPlan(
                layers, count: count, purpose: purpose, activations: activations, usesWinograd: usesWinograd,
                precision: precision, layouts: &chosen, on: device)
            return (plan, chosen)
        }
        if convolution != .direct, let width = WinogradPlan.vectorWidth {
            let choice = try plan(WinogradPlan.images(width: width), usesWinograd: true)
            let usesWinograd = choice.0.stages.contains { $0.convolutionPasses.winograd > 0 }
            if usesWinograd, !choice.0.primitives.contains(where: \.isReference) {
                (self, layouts) = choice
                return
            }
        }
        var choice = try plan(.any, usesWinograd: false)
        for activations in [Layout.acdb, .abcd] where choice.0.primitives.contains(where: \.isReference) {
            choice = try plan(activations, usesWinograd: false)
        }
        (self, layouts) = choice
    }

    private init(
        _ layers: [Layer], count: Int, purpose: Purpose, activations: Layout, usesWinograd: Bool,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        self.count = count
        var source = try Descriptor([count] + (layers.first?.inputShape ?? []), layout: .abcd)
        self.source = source
        var stages: [any TrunkStage] = []
        func add(_ stage: any TrunkStage) {
            stages.append(stage)
            source = stage.destination
        }
        if activations.isLibrarysOwn, let first = try FirstBlockPlan(layers, count: count, layouts: &layouts) {
            add(first)
        }
        for (index, layer) in layers.enumerated() where index > stages.last?.layer ?? -1 {
            if layer.convolution != nil {
                let pooling = layers[index + 1].isPooling ? index + 1 : nil
                let masksSource = index > 0 && !layers[index - 1].isPooling
                if usesWinograd,
                    let winograd = try WinogradPlan(
                        layer: index, layers, pooling: pooling, source: source, masksSource: masksSource,
                        precision: precision, layouts: &layouts)
                {
                    add(winograd)
                } else {
                    add(
                        try ConvolutionPlan(
                            layer: index, layer, source: source, isPooled: pooling != nil, masksSource: masksSource,
                            purpose: purpose, activations: activations, layouts: &layouts, on: device))
                }
            } else if layer.isPooling {
                add(try PoolPlan(layer: index, source: source, outputShape: [count] + layer.outputShape))
            }
        }
        self.stages = stages
    }
}

extension Layout {
    /// Whether the library would choose it, so that our own kernels stand among its operations without a change.
    fileprivate var isLibrarysOwn: Bool { self == .any || self == .aBcd16b || self == .aBcd8b }
}
