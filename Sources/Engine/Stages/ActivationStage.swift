// Activations that are not computed in one pass with another stage.

internal import CKernels
internal import Experiments
internal import Model
internal import OneDNN

/// An element-wise activation for a fixed number of images.
struct ActivationStage: Stage {
    let layer: Int
    let source: Descriptor
    var destination: Descriptor { source }
    let isInPlace: Bool
    private let activation: Activation
    private let grid: ActivationGrid

    /// - Parameter isSourceFree: whether nothing else reads the source, so that it can be overwritten.
    init(
        layer: Int, _ activation: Activation, source: Descriptor, isSourceFree: Bool
    ) throws(OneDNNError) {
        let grid = try ActivationGrid(of: source)
        self.layer = layer
        self.source = source
        self.activation = activation
        self.grid = grid
        isInPlace = isSourceFree && activation.isGradientOfResult
    }

    var readsSource: Bool { !activation.isGradientOfResult }
    var readsDestination: Bool { activation.isGradientOfResult }
    var endsWithReLU: Bool { activation == .relu }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        builder.append(layer, .forward) {
            guard let kind = activation.kind else {
                if !isInPlace { _ = step.destination.floats.update(from: step.source.floats) }
                return relu(step.destination.floats)
            }
            eachShare(step.destination.floats.count) { start, count in
                activation_forward(
                    kind, step.source.floats.baseAddress.map { $0 + start },
                    step.destination.floats.baseAddress.map { $0 + start }, count)
            }
            // Only the sigmoid maps 0 to another value, so padding must be reset.
            if activation == .sigmoid { grid.clearPadding(of: step.destination) }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let sourceGradient = step.sourceGradient else { return }
        builder.append(layer, .backwardData) {
            guard let kind = activation.kind else {
                if sourceGradient !== step.gradient { _ = sourceGradient.floats.update(from: step.gradient.floats) }
                if !step.isMasked { reluBackward(gradient: sourceGradient.floats, output: step.destination.floats) }
                return
            }
            let known = activation.isGradientOfResult ? step.destination : step.source
            eachShare(known.floats.count) { start, count in
                activation_backward(
                    kind, known.floats.baseAddress.map { $0 + start },
                    step.gradient.floats.baseAddress.map { $0 + start },
                    sourceGradient.floats.baseAddress.map { $0 + start }, count)
            }
        }
    }

    private func eachShare(_ count: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
        parallel { part, parts in
            let start = count * part / parts
            body(start, count * (part + 1) / parts - start)
        }
    }
}

extension Activation {
    /// Whether its gradient can be computed from its output.
    fileprivate var isGradientOfResult: Bool {
        switch self {
        case .relu, .leakyReLU, .sigmoid, .tanh: true
        case .gelu, .silu: false
        }
    }

    /// `nil` for ReLU, which has its own loops.
    fileprivate var kind: activation_kind? {
        switch self {
        case .relu: nil
        case .leakyReLU: ACTIVATION_LEAKY_RELU
        case .sigmoid: ACTIVATION_SIGMOID
        case .tanh: ACTIVATION_TANH
        case .gelu: ACTIVATION_GELU
        case .silu: ACTIVATION_SILU
        }
    }
}
