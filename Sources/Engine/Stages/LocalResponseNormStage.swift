// Local response normalization, by the library.

internal import Experiments
internal import Model
internal import OneDNN

/// Local response normalization for a fixed number of images.
struct LocalResponseNormStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = true
    let readsDestination = false
    let workspace: Descriptor?
    private let forward: Primitive
    /// `nil` in evaluations.
    private let backward: Primitive?

    init(
        layer: Int, _ norm: LocalResponseNorm, source: Descriptor, purpose: Purpose, on device: Device
    ) throws(OneDNNError) {
        let settings = LocalResponseNormSettings(size: norm.size, alpha: norm.alpha, beta: norm.beta, k: norm.k)
        self.layer = layer
        self.source = source
        destination = source
        forward = try Primitive.localResponseNorm(source, settings, purpose: purpose, on: device)
        workspace = purpose == .training ? forward.wants(.workspace, shape: source.shape) : nil
        backward =
            purpose == .training
            ? try Primitive.localResponseNormBackward(source, settings, forward: forward, on: device) : nil
    }

    var primitives: [Primitive] { [forward, backward].compactMap { $0 } }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        var arguments: [Argument: Memory] = [.source: step.source, .destination: step.destination]
        arguments[.workspace] = step.workspace
        try builder.append(layer, .forward, forward, arguments)
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let backward, let sourceGradient = step.sourceGradient else { return }
        var arguments: [Argument: Memory] = [
            .source: step.source, .destinationGradient: step.gradient, .sourceGradient: sourceGradient,
        ]
        arguments[.workspace] = step.workspace
        try builder.append(layer, .backwardData, backward, arguments)
    }
}
