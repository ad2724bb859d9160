// One max pooling by the library, where it is not computed in one pass with the convolution before it.

internal import OneDNN

/// 2 × 2 max pooling for a fixed number of pictures.
struct PoolPlan: TrunkStage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let isKept = true
    /// Which value was largest; `nil` where only evaluation is wanted.
    let workspace: Descriptor?
    private let forward: Primitive
    /// `nil` where only evaluation is wanted.
    private let backward: Primitive?
    /// Gradient of the ReLU before the pooling, taken on the pooled values: the largest of a window is above 0 exactly
    /// where ReLU lets its gradient through, so a quarter of the values decides.
    private let mask: Primitive?

    init(layer: Int, source: Descriptor, outputShape: [Int], purpose: Purpose, on device: Device) throws(OneDNNError) {
        let forward = try Primitive.maxPool(
            source: source, destination: Descriptor(outputShape, layout: .any), purpose: purpose, on: device)
        guard let destination = forward.wants(.destination, shape: outputShape) else {
            preconditionFailure("a pooling has a destination")
        }
        self.layer = layer
        self.source = source
        self.destination = destination
        self.forward = forward
        workspace = forward.wants(.workspace, shape: outputShape)
        let isTraining = purpose == .training
        backward =
            isTraining
            ? try Primitive.maxPoolBackward(
                sourceGradient: source, destinationGradient: destination, forward: forward, on: device) : nil
        mask =
            isTraining ? try Primitive.reluBackward(gradient: destination, destination: destination, on: device) : nil
    }

    var primitives: [Primitive] { [forward, backward, mask].compactMap { $0 } }
    var convolutionPasses: (all: Int, winograd: Int) { (0, 0) }

    func appendForward(
        _ source: Memory, _ destination: Memory, workspace: Memory?, to builder: ProgramBuilder
    ) throws(OneDNNError) {
        var arguments: [Argument: Memory] = [.source: source, .destination: destination]
        arguments[.workspace] = workspace
        try builder.append(layer, .forward, forward, arguments)
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let mask, let backward, let sourceGradient = step.sourceGradient else {
            preconditionFailure("a plan for training has backward operations, and a pooling follows a convolution")
        }
        try builder.append(
            layer, .backwardData, mask,
            [
                .destination: step.destination, .destinationGradient: step.gradient, .sourceGradient: step.gradient,
            ])
        var arguments: [Argument: Memory] = [
            .destinationGradient: step.gradient, .sourceGradient: sourceGradient,
        ]
        arguments[.workspace] = step.workspace
        try builder.append(layer, .backwardData, backward, arguments)
    }
}
