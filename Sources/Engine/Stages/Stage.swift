// The engine's form of a network: a list of stages, each of which computes one or several layers in one pass. StageList
// chooses the stages of a network, StepWriter their memory and order.

internal import Model
internal import OneDNN

/// One or several layers for a fixed number of images.
protocol Stage {
    /// Index of the layer whose output is the destination.
    var layer: Int { get }
    /// Its input.
    var source: Descriptor { get }
    /// Its output.
    var destination: Descriptor { get }
    /// Whether its backward pass reads its input.
    var readsSource: Bool { get }
    /// Whether its backward pass reads its output.
    var readsDestination: Bool { get }
    /// Whether it overwrites its input with its output, and the output gradient with the input gradient.
    var isInPlace: Bool { get }
    /// Further data from the forward pass for the backward pass; `nil` for none.
    var workspace: Descriptor? { get }
    /// Whether the destination is the output of a ReLU, so that its gradient must be set to 0 where it is 0.
    var endsWithReLU: Bool { get }
    /// Whether the source gradient that it computes is already 0 where the source is 0.
    var masksSource: Bool { get }
    /// The layer whose units are live where the destination is not 0, recorded after each forward pass of a training
    /// step; `nil` for none, or if the stage records them itself.
    var unitLayer: Int? { get }
    /// Size in bytes, by purpose, of each buffer that a lane's operations need.
    var laneBuffers: [String: Int] { get }
    /// The library's operations.
    var primitives: [Primitive] { get }
    /// Number of its forward and backward passes that are convolutions, and of those that use Winograd.
    var convolutionPasses: (all: Int, winograd: Int) { get }

    /// Adds conversions of the weights, once before any lane needs them.
    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds operations for all chunks together, before the segment's forward or backward pass.
    func appendBetween(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds the forward pass.
    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds the backward pass.
    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError)
}

/// The memory of a stage's forward pass.
struct ForwardStep {
    /// Position of the chunk's first image in the batch.
    let start: Int
    let source: Memory
    let destination: Memory
    /// `nil` if no backward pass follows.
    let workspace: Memory?
    /// Records live units; `nil` if no backward pass follows.
    let live: LiveUnits?
    /// `nil` without dropout.
    let dropout: DropoutStream?
}

/// The memory of a stage's backward pass.
struct BackwardStep {
    /// Position of the chunk's first image in the batch.
    let start: Int
    /// Input, output and workspace of the forward pass. The first two are only valid if the stage reads them.
    let source: Memory
    let destination: Memory
    let workspace: Memory?
    /// Gradient of the destination; the stage may change it.
    let gradient: Memory
    /// Whether the gradient is already 0 where the stage's own ReLU was inactive.
    let isMasked: Bool
    /// The source gradient to compute; `nil` if the source is the images.
    let sourceGradient: Memory?
    /// Whether weight gradients are added to the lane's previous ones.
    let addsUp: Bool
    /// `nil` without dropout.
    let dropout: DropoutStream?
}

extension Stage {
    var endsWithReLU: Bool { false }
    var isInPlace: Bool { false }
    var masksSource: Bool { false }
    var unitLayer: Int? { nil }
    var workspace: Descriptor? { nil }
    var laneBuffers: [String: Int] { [:] }
    var primitives: [Primitive] { [] }
    var convolutionPasses: (all: Int, winograd: Int) { (0, 0) }

    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {}
    func appendBetween(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {}

    /// Adds the gradient of the stage's own ReLU, in place, unless it is already included.
    func appendMask(_ step: BackwardStep, layer: Int, to builder: ProgramBuilder) {
        guard endsWithReLU, !step.isMasked else { return }
        builder.append(layer, .backwardData) {
            reluBackward(gradient: step.gradient.floats, output: step.destination.floats)
        }
    }
}
