// Dropout that is not computed in one pass with the linear layer before it.

internal import Model
internal import OneDNN

/// Element-wise dropout for a fixed number of images. The backward pass draws the same random numbers again.
struct DropoutStage: Stage {
    let layer: Int
    let source: Descriptor
    var destination: Descriptor { source }
    let readsSource = false
    let readsDestination = false
    private let probability: Double

    init(layer: Int, probability: Double, source: Descriptor) {
        self.layer = layer
        self.source = source
        self.probability = probability
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        builder.append(layer, .forward) {
            _ = step.destination.floats.update(from: step.source.floats)
            if let stream = step.dropout { apply(stream, to: step.destination, from: step.start) }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let sourceGradient = step.sourceGradient else { return }
        builder.append(layer, .backwardData) {
            _ = sourceGradient.floats.update(from: step.gradient.floats)
            if let stream = step.dropout { apply(stream, to: sourceGradient, from: step.start) }
        }
    }

    /// A value's random number is determined by its position in the batch.
    private func apply(_ stream: DropoutStream, to memory: Memory, from image: Int) {
        let perImage = memory.floats.count / source.shape[0]
        dropout(
            memory.floats, probability: probability, random: stream.random(layer: layer - 1),
            from: image * perImage)
    }
}
