// The stages of a network: those that work on images, for a chunk of them, and those that work on features, for the
// whole batch. Nothing is allocated or run here; StepWriter and the stages do that.

internal import Experiments
internal import OneDNN

/// The stages of a segment, for `count` images at a time.
struct StageList {
    let count: Int
    /// The input of the first stage.
    let source: Descriptor
    let stages: [any Stage]

    /// The output of the last stage.
    var destination: Descriptor { stages.last?.destination ?? source }
    /// The largest scratchpad of the library's operations in bytes.
    var scratchpadBytes: Int { stages.flatMap(\.primitives).map(\.scratchpadBytes).max() ?? 0 }
    /// Size in bytes of the largest activation between two stages.
    var largestActivationBytes: Int { stages.dropLast().map(\.destination.byteCount).max() ?? 0 }

    /// Compiles the layers that work on images, up to the network's flattening: with Winograd where we have kernels for
    /// it, otherwise with the library in its preferred layouts. If these only leave plain loops (for channels that are
    /// not a multiple of a vector), channels-last or row-major layouts let the library multiply matrices.
    ///
    /// - Parameter layouts: layouts that parameters already have; layouts chosen here are added and bind later plans.
    /// - Returns: one list per segment.
    static func ofImages(
        _ layers: [Layer], count: Int, purpose: Purpose, convolution: EngineOptions.Convolution,
        precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) -> [StageList] {
        func lists(_ activations: Layout, usesWinograd: Bool) throws(OneDNNError) -> ([StageList], ParameterLayouts) {
            var assembly = StageAssembly(
                layers, source: try Descriptor([count] + layers[0].inputShape, layout: .abcd), purpose: purpose,
                precision: precision, layouts: layouts, on: device)
            try assembly.addImages(activations: activations, usesWinograd: usesWinograd)
            return (assembly.finished, assembly.layouts)
        }
        func hasPlainLoops(_ lists: [StageList]) -> Bool {
            let convolutions = lists.flatMap(\.stages).filter { $0.convolutionPasses.all > 0 }
            return convolutions.flatMap(\.primitives).contains(where: \.isReference)
        }
        if convolution != .direct, let width = WinogradStage.vectorWidth {
            let choice = try lists(WinogradStage.images(width: width), usesWinograd: true)
            let usesWinograd = choice.0.flatMap(\.stages).contains { $0.convolutionPasses.winograd > 0 }
            if usesWinograd, !hasPlainLoops(choice.0) {
                layouts = choice.1
                return choice.0
            }
        }
        var choice = try lists(.any, usesWinograd: false)
        for activations in [Layout.acdb, .abcd] where hasPlainLoops(choice.0) {
            choice = try lists(activations, usesWinograd: false)
        }
        layouts = choice.1
        return choice.0
    }

    /// Compiles the layers that work on features, after the network's flattening. In bfloat16, that applies to all
    /// linear layers except the last one, whose few sums determine the loss.
    ///
    /// - Parameters:
    ///   - source: the output of the layers before, for the whole batch.
    ///   - layouts: as above.
    /// - Returns: one list per segment.
    static func ofFeatures(
        _ layers: [Layer], source: Descriptor, precision: TrainingRecipe.Precision, purpose: Purpose,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) -> [StageList] {
        var assembly = StageAssembly(
            layers, source: source, purpose: purpose, precision: precision, layouts: layouts, on: device)
        try assembly.addFeatures()
        layouts = assembly.layouts
        return assembly.finished
    }
}

/// Collects stages.
private struct StageAssembly {
    private let layers: [Layer]
    private let count: Int
    private let purpose: Purpose
    private let precision: TrainingRecipe.Precision
    private let device: Device
    private(set) var layouts: ParameterLayouts
    private var lists: [StageList] = []
    /// Stages of the current segment.
    private var stages: [any Stage] = []
    private var segmentSource: Descriptor
    /// The input of the next stage.
    private var source: Descriptor

    init(
        _ layers: [Layer], source: Descriptor, purpose: Purpose, precision: TrainingRecipe.Precision,
        layouts: ParameterLayouts, on device: Device
    ) {
        self.layers = layers
        self.count = source.shape[0]
        self.purpose = purpose
        self.precision = precision
        self.device = device
        self.layouts = layouts
        self.source = source
        segmentSource = source
    }

    /// One list per segment.
    var finished: [StageList] { lists + [StageList(count: count, source: segmentSource, stages: stages)] }

    private mutating func add(_ stage: any Stage) {
        stages.append(stage)
        source = stage.destination
    }

    private mutating func endSegment() {
        lists = finished
        stages = []
        segmentSource = source
    }

    mutating func addImages(activations: Layout, usesWinograd: Bool) throws(OneDNNError) {
        var next = 0
        if activations.isLibrarysOwn, let first = try FirstBlockStage(layers, count: count, layouts: &layouts) {
            add(first)
            next = first.layer + 1
        }
        while next < layers.count, !layers[next].isFlatten, layers[next].linear == nil {
            let (index, layer) = (next, layers[next])
            next += 1
            if let convolution = layer.convolution {
                // ReLU and the pooling after it are computed in one pass.
                let isPooled = isHalved(after: index)
                let hasReLU = layer.activation == .relu && !isPooled
                if usesWinograd,
                    let winograd = try WinogradStage(
                        layer: index, layers, pooling: isPooled ? index + 1 : nil, source: source,
                        masksSource: stages.last?.endsWithReLU ?? false, precision: precision, layouts: &layouts)
                {
                    add(winograd)
                    if isPooled { next += 1 }
                } else {
                    add(
                        try ConvolutionStage(
                            layer: index, convolution, outputShape: [count] + layer.outputShape, source: source,
                            hasReLU: hasReLU, purpose: purpose, activations: activations, layouts: &layouts,
                            on: device))
                    if isPooled { try addHalving(&next) }
                }
                try addActivation(of: index)
            } else if let norm = layer.localResponseNorm {
                add(
                    try LocalResponseNormStage(
                        layer: index, norm, source: source, purpose: purpose, on: device))
            } else if layer.pooling != nil || layer.isGlobalAveragePool {
                add(try PoolStage(layer: index, layer, source: source))
            } else if layer.batchNorm != nil {
                let isPooled = isHalved(after: index)
                try addBatchNorm(index, hasReLU: layer.activation == .relu && !isPooled)
                if isPooled { try addHalving(&next) }
                try addActivation(of: index)
            } else {
                try addElementwise(index)
            }
        }
    }

    mutating func addFeatures() throws(OneDNNError) {
        let first = layers.firstIndex { $0.isFlatten || $0.linear != nil } ?? layers.count
        for (index, layer) in layers.enumerated() where index >= first {
            if layer.isFlatten {
                // A linear layer reads images directly.
                let isTaken = index + 1 < layers.count && layers[index + 1].linear != nil
                if !isTaken, source.shape.count > 2 { add(try FlattenStage(layer: index, source: source)) }
            } else if let linear = layer.linear {
                let hasReLU = linear.activation == .relu
                add(
                    try LinearStage(
                        layer: index, source: source, outFeatures: linear.outFeatures, relu: hasReLU,
                        dropout: hasReLU ? dropout(after: index) : nil,
                        type: precision == .bfloat16 && index < layers.count - 1 ? .bfloat16 : .float32,
                        purpose: purpose, layouts: &layouts, on: device))
                try addActivation(of: index)
            } else if layer.batchNorm != nil {
                try addBatchNorm(index, hasReLU: layer.activation == .relu)
                try addActivation(of: index)
            } else if index > 0, layers[index - 1].linear?.activation == .relu, layer.dropout != nil {
                continue  // with the linear layer
            } else {
                try addElementwise(index)
            }
        }
    }

    private func dropout(after index: Int) -> Double? {
        guard index + 1 < layers.count, let probability = layers[index + 1].dropout?.probability else { return nil }
        return probability > 0 ? probability : nil
    }

    /// Whether ReLU and VGG's pooling follow a layer.
    private func isHalved(after index: Int) -> Bool {
        layers[index].activation == .relu && index + 1 < layers.count && layers[index + 1].isHalving
    }

    private mutating func addHalving(_ next: inout Int) throws(OneDNNError) {
        add(try ReLUPoolStage(layer: next, source: source, outputShape: [count] + layers[next].outputShape))
        next += 1
    }

    private mutating func addBatchNorm(_ index: Int, hasReLU: Bool) throws(OneDNNError) {
        layouts.choose(\.forward, try Descriptor([source.shape[1]], layout: .a), for: index)
        if purpose == .training {
            // In place only if no backward pass reads the values before it.
            let isFree = stages.last.map { !$0.readsDestination } ?? false
            add(try BatchNormMeasureStage(layer: index, source: source, isInPlace: isFree))
            endSegment()
        }
        add(
            try BatchNormApplyStage(
                layer: index, source: source, hasReLU: hasReLU,
                isInPlace: purpose == .inference && !stages.isEmpty, purpose: purpose))
    }

    /// Adds a layer's activation, except ReLU, which the layer's stages compute.
    private mutating func addActivation(of index: Int) throws(OneDNNError) {
        guard let activation = layers[index].activation, activation != .relu else { return }
        try add(activation, layer: index)
    }

    private mutating func add(_ activation: Activation, layer: Int) throws(OneDNNError) {
        let isFree = stages.last.map { !$0.readsDestination } ?? false
        add(try ActivationStage(layer: layer, activation, source: source, isSourceFree: isFree))
    }

    /// Adds an element-wise layer, for images and features alike.
    private mutating func addElementwise(_ index: Int) throws(OneDNNError) {
        if layers[index].isActivation, let activation = layers[index].activation {
            try add(activation, layer: index)
        } else if let probability = layers[index].dropout?.probability, probability > 0, purpose == .training {
            add(DropoutStage(layer: index, probability: probability, source: source))
        }
    }
}

extension Layout {
    /// Whether the library would choose this layout, so that our own kernels fit in without a conversion.
    fileprivate var isLibrarysOwn: Bool { self == .any || self == .aBcd16b || self == .aBcd8b }
}
