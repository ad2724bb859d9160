// Forward and backward through the classifier, on the whole batch, and the loss between them.

internal import Model
internal import OneDNN

/// The dropout of a run: what happens to a value depends on seed, step, layer and position alone.
struct DropoutStream {
    let seed: UInt64
    let state: StepState

    /// The random numbers of a layer in the current step.
    func random(layer: Int) -> CounterRandom {
        CounterRandom(seed: seed, stream: UInt64(state.step) << 16 | UInt64(layer))
    }
}

/// What the gradient of a fully connected layer's weights is a product of: the layer's input and the gradient of its output.
struct GradientFactors {
    let source: Memory
    let gradient: Memory
}

/// Writes the head's part of a program.
final class HeadWriter {
    private let plan: HeadPlan
    private let builder: ProgramBuilder
    /// The trunk's output for the whole batch, and its gradient.
    private let features: Memory
    private let featureGradient: Memory
    private var outputs: [Memory] = []
    /// What the layers' operations took in: the outputs of the layers before, or copies in another type.
    private var computedSources: [Memory] = []
    /// What the gradients of the layers' weights are products of, by layer: `[N, I]` and `[N, O]`.
    private(set) var factors: [Int: GradientFactors] = [:]

    init(_ plan: HeadPlan, _ builder: ProgramBuilder) throws(OneDNNError) {
        self.plan = plan
        self.builder = builder
        func memory(_ use: String) throws(OneDNNError) -> Memory {
            try builder.temporaryMemory(use, plan.source, byteCount: plan.source.byteCount)
        }
        features = try memory("features")
        featureGradient = try memory("feature gradient")
    }

    /// Where a chunk's features go: in among the whole batch's if they lie there as they come, else beside.
    func features(for chunk: Chunk, like descriptor: Descriptor) throws(OneDNNError) -> Memory {
        if let part = try part(of: features, chunk, like: descriptor) { return part }
        return try memory("features of chunk \(chunk.start)", descriptor)
    }

    /// Brings a chunk's features in among the whole batch's if they went beside.
    func appendFeatures(_ memory: Memory, of chunk: Chunk, layer: Int) throws(OneDNNError) {
        guard try part(of: features, chunk, like: memory.descriptor) == nil else { return }
        try builder.append(layer, .forward, reorder: memory, to: part(of: features, chunk))
    }

    /// The gradient of a chunk's features, in the trunk's layout.
    func appendFeatureGradient(
        of chunk: Chunk, like descriptor: Descriptor, layer: Int
    ) throws(OneDNNError) -> Memory {
        if let part = try part(of: featureGradient, chunk, like: descriptor) { return part }
        let memory = try memory("feature gradient of a chunk", descriptor)
        try builder.append(layer, .backwardData, reorder: part(of: featureGradient, chunk), to: memory)
        return memory
    }

    /// - Parameters:
    ///   - dropout: `nil` without dropout.
    ///   - live: notes which hidden features live, if anything.
    func appendForward(dropout stream: DropoutStream?, live: LiveUnits? = nil) throws(OneDNNError) {
        var source = features
        for layer in plan.layers {
            let output = try memory("layer \(layer.layer) output", layer.destination)
            let computed = try converted(source, to: layer.computedSource, "source", layer.layer, .forward)
            computedSources.append(computed)
            try builder.appendForward(layer: layer.layer, layer.forward, source: computed, destination: output)
            if layer.hasReLU {
                // Not by the library in the same pass: its ReLU makes 0 of NaN.
                builder.append(layer.layer, .forward) {
                    guard let live else { return relu(output.floats) }
                    relu(output.floats, live: live.words(layer.layer, lane: 0))
                }
            }
            if let stream, let probability = layer.dropout {
                builder.append(layer.layer, .forward) {
                    dropout(output.floats, probability: probability, random: stream.random(layer: layer.layer))
                }
            }
            outputs.append(output)
            source = output
        }
    }

    /// - Returns: where the gradient of the logits will be, if it is wanted.
    func appendLoss(_ state: StepState, wantsGradient: Bool) throws(OneDNNError) -> Memory? {
        let logits = outputs[outputs.count - 1]
        let gradient = wantsGradient ? try memory("logit gradient", logits.descriptor) : nil
        builder.append(nil, .forward) {
            state.logits = logits.floats
            (state.lossSum, state.correct) = softmaxCrossEntropy(
                logits: logits.floats, labels: state.labels, numClasses: logits.descriptor.shape[1],
                gradient: gradient?.floats)
        }
        return gradient
    }

    func appendBackward(lossGradient: Memory?) throws(OneDNNError) {
        guard var gradient = lossGradient else { preconditionFailure("backward starts at the loss") }
        for (index, layer) in plan.layers.enumerated().reversed() {
            guard let backwardWeights = layer.backwardWeights, let backwardData = layer.backwardData else {
                preconditionFailure("a plan for training has backward operations")
            }
            let source = index > 0 ? outputs[index - 1] : features
            factors[layer.layer] = GradientFactors(source: source, gradient: gradient)
            let computed = try converted(
                gradient, to: layer.computedGradient, "gradient", layer.layer, .backwardWeights)
            try builder.appendWeightGradient(
                layer.layer, backwardWeights, source: computedSources[index], destinationGradient: computed,
                addsUp: false)
            let sourceGradient =
                index > 0 ? try memory("layer \(layer.layer) source gradient", layer.source) : featureGradient
            let weights = try builder.weights(of: layer.layer, for: backwardData, pass: .backwardData)
            try builder.append(
                layer.layer, .backwardData, backwardData,
                [.destinationGradient: computed, .weights: weights, .sourceGradient: sourceGradient])
            if index > 0 {
                let probability = plan.layers[index - 1].dropout ?? 0
                builder.append(layer.layer, .backwardData) {
                    dropoutReluBackward(
                        gradient: sourceGradient.floats, output: source.floats, probability: probability)
                }
            }
            gradient = sourceGradient
        }
    }

    /// Itself, or a copy as `wanted` says.
    private func converted(
        _ memory: Memory, to wanted: Descriptor, _ use: String, _ layer: Int, _ pass: Pass
    ) throws(OneDNNError) -> Memory {
        guard memory.descriptor != wanted else { return memory }
        let copy = try self.memory("layer \(layer) computed \(use)", wanted)
        try builder.append(layer, pass, reorder: memory, to: copy)
        return copy
    }

    private func memory(_ use: String, _ descriptor: Descriptor) throws(OneDNNError) -> Memory {
        try builder.temporaryMemory(use, descriptor, byteCount: descriptor.byteCount)
    }

    /// A chunk's part of the whole batch, in the whole batch's layout.
    private func part(of whole: Memory, _ chunk: Chunk) throws(OneDNNError) -> Memory {
        let part = try whole.descriptor.part(from: chunk.start, count: chunk.count)
        return try Memory(part, at: whole.base, on: builder.device)
    }

    /// A chunk's part of the whole batch, if it lies there as `descriptor` says.
    private func part(
        of whole: Memory, _ chunk: Chunk, like descriptor: Descriptor
    ) throws(OneDNNError) -> Memory? {
        guard try whole.descriptor.part(from: 0, count: chunk.count) == descriptor else { return nil }
        let bytesPerImage = descriptor.byteCount / chunk.count
        return try Memory(descriptor, at: whole.base + bytesPerImage * chunk.start, on: builder.device)
    }
}
