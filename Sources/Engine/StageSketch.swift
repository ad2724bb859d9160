// The stages of a network and the memory that they keep, computed from shapes alone: a model of StageList and
// StepWriter that compiles nothing. Memory predictions are based on it.

internal import Experiments
internal import Model

/// The memory of one stage in bytes per image.
struct StageSketch {
    var source: Int
    var destination: Int
    var readsSource = false
    var readsDestination = false
    var isInPlace = false
    var workspace = 0
    /// Whether it is the last of its segment.
    var endsSegment = false
}

/// The stages of a network.
struct NetworkSketch {
    private(set) var images: [StageSketch] = []
    private(set) var features: [StageSketch] = []

    /// - Parameters:
    ///   - width: channels are padded to a multiple of this; 1 for plain layouts.
    ///   - isFirstBlockFused: whether the first convolution and its pooling are computed in one pass.
    ///   - isWinograd: whether a layer's convolution uses Winograd.
    init(_ layers: [Layer], width: Int, isFirstBlockFused: Bool, isWinograd: (Int) -> Bool) {
        let float = MemoryLayout<Float>.stride
        // Images are not padded up to the first convolution.
        let firstConvolution = layers.firstIndex { $0.convolution != nil } ?? layers.count
        var next = 0
        func size(_ shape: [Int]) -> Int {
            let width = next > firstConvolution ? width : 1
            return shape.dropFirst().reduce(shape.count == 3 ? (shape[0] + width - 1) / width * width : shape[0], *)
                * float
        }
        var source = (layers.first?.inputShape ?? []).reduce(float, *)
        var stages: [StageSketch] = []
        func add(_ layer: Layer, _ change: (inout StageSketch) -> Void = { _ in }) {
            var stage = StageSketch(source: source, destination: size(layer.outputShape))
            change(&stage)
            stages.append(stage)
            source = stage.destination
        }
        var isSourceFree: Bool { stages.last.map { !$0.readsDestination && !$0.endsSegment } ?? false }
        func addActivation(_ layer: Layer) {
            guard let activation = layer.activation, activation != .relu || layer.isActivation else { return }
            let isOfResult = activation != .gelu && activation != .silu
            let isInPlace = isOfResult && isSourceFree
            add(layer) {
                ($0.readsSource, $0.readsDestination, $0.isInPlace) = (!isOfResult, isOfResult, isInPlace)
            }
        }
        func addBatchNorm(_ layer: Layer, hasReLU: Bool) {
            let isInPlace = isSourceFree
            add(layer) { ($0.readsDestination, $0.isInPlace, $0.endsSegment) = (true, isInPlace, true) }
            add(layer) { ($0.readsSource, $0.readsDestination) = (true, hasReLU) }
        }

        while next < layers.count, !layers[next].isFlatten, layers[next].linear == nil {
            let (index, layer) = (next, layers[next])
            next += 1
            let isHalved = layer.activation == .relu && next < layers.count && layers[next].isHalving
            let hasReLU = layer.activation == .relu && !isHalved
            let pooled = isHalved ? size(layers[next].outputShape) : 0
            if layer.convolution != nil || layer.batchNorm != nil {
                if isHalved, index == 0 ? isFirstBlockFused : layer.convolution != nil && isWinograd(index) {
                    add(layers[next]) { ($0.readsSource, $0.workspace) = (true, pooled / float) }
                } else {
                    if layer.batchNorm != nil {
                        addBatchNorm(layer, hasReLU: hasReLU)
                    } else {
                        add(layer) { ($0.readsSource, $0.readsDestination) = (true, hasReLU) }
                    }
                    if isHalved { add(layers[next]) { $0.workspace = pooled / float } }
                }
                if isHalved { next += 1 }
                addActivation(layer)
            } else if layer.localResponseNorm != nil {
                // For multiples of 16 channels, the library has vector code with a workspace.
                let channels = size([layer.outputShape[0], 1, 1]) / float
                add(layer) {
                    ($0.readsSource, $0.workspace) = (true, channels.isMultiple(of: 16) ? 2 * $0.destination : 0)
                }
            } else if let pooling = layer.pooling {
                add(layer) { $0.workspace = pooling.operation == .max ? $0.destination / float : 0 }
            } else if layer.isGlobalAveragePool || layer.dropout.map({ $0.probability > 0 }) == true {
                add(layer)
            } else if layer.isActivation {
                addActivation(layer)
            }
        }
        images = stages
        stages = []
        for (index, layer) in layers.enumerated() where index >= next {
            if layer.isFlatten {
                if index + 1 < layers.count, layers[index + 1].linear == nil { add(layer) }
            } else if layer.linear != nil {
                add(layer) { ($0.readsSource, $0.readsDestination) = (true, layer.activation == .relu) }
                addActivation(layer)
            } else if layer.batchNorm != nil {
                addBatchNorm(layer, hasReLU: layer.activation == .relu)
                addActivation(layer)
            } else if layer.isActivation {
                addActivation(layer)
            } else if let dropout = layer.dropout, dropout.probability > 0,
                index == 0 || layers[index - 1].linear?.activation != .relu
            {
                add(layer)
            }
        }
        features = stages
    }

    /// Bytes that a batch keeps from a forward pass to its backward pass, each buffer rounded up as it is mapped:
    /// activations, workspaces, and the gradients between segments and of features.
    func keptBytes(batch: Int, mapped: (Int) -> Int) -> Int {
        var bytes = 0
        var boundaries: [Int] = []
        for (place, stage) in images.enumerated() {
            bytes += mapped(stage.workspace * batch)
            guard !stage.isInPlace else { continue }
            let end = end(of: place)
            if isBoundary(end - 1) {
                boundaries.append(stage.destination)
                bytes += mapped(stage.destination * batch)
            } else if isRead(place) {
                bytes += mapped(stage.destination * batch)
            }
        }
        // Gradients between segments use two buffers in turn.
        bytes += min(boundaries.count, 2) * mapped((boundaries.max() ?? 0) * batch)
        // Features and their gradients.
        for stage in features where !stage.isInPlace { bytes += 2 * mapped(stage.destination * batch) }
        return bytes
    }

    /// The largest activations per image in the two buffers that stages of images use in turn: in backward passes, in
    /// evaluations, and in forward passes whose activations are not kept.
    var sides: [Int] {
        var sides = [0, 0]
        func run(_ sizes: [Int]) {
            for (turn, size) in sizes.enumerated() { sides[(turn + 1) % 2] = max(sides[(turn + 1) % 2], size) }
        }
        var segment: [Int] = []
        func finish() {
            let stages = segment.map { images[$0] }.filter { !$0.isInPlace }
            run(stages.dropFirst().reversed().map(\.source))
            run(
                segment.dropLast().filter { !images[$0].isInPlace && !isBoundary(end(of: $0) - 1) && !isRead($0) }.map {
                    images[$0].destination
                })
            segment = []
        }
        for place in images.indices {
            segment.append(place)
            if images[place].endsSegment { finish() }
        }
        finish()
        // An evaluation has one segment.
        run(images.filter { !$0.isInPlace }.dropLast().map(\.destination))
        return sides
    }

    /// Returns the index after the stages that work in place on a stage's output.
    private func end(of place: Int) -> Int {
        var end = place + 1
        while end < images.count, images[end].isInPlace, !images[end - 1].endsSegment { end += 1 }
        return end
    }

    private func isBoundary(_ place: Int) -> Bool { place == images.count - 1 || images[place].endsSegment }

    private func isRead(_ place: Int) -> Bool {
        let end = end(of: place)
        return images[place..<end].contains(where: \.readsDestination)
            || images[(place + 1)..<min(end + 1, images.count)].contains(where: \.readsSource)
    }
}
