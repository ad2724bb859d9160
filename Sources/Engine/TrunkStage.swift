// What the trunk is made of: stages that follow one another, each a convolution, a pooling, or both in one pass. What
// they are and in which order is known to TrunkPlan, where their memory lies to TrunkWriter.

internal import Model
internal import OneDNN

/// One step of the way through the trunk for a fixed number of images.
///
/// The gradient that a stage gets is that of its destination; where this is a convolution's output, and not pooled, it
/// already is 0 where the ReLU was closed, and the stage after has seen to it.
protocol TrunkStage {
    /// Index of the layer whose output the destination is.
    var layer: Int { get }
    /// Index of the convolution whose channels these are.
    var convolutionLayer: Int { get }
    /// What it takes in.
    var source: Descriptor { get }
    /// What it puts out.
    var destination: Descriptor { get }
    /// Whether a backward pass will want the destination.
    var isKept: Bool { get }
    /// What a forward pass leaves for the backward pass besides; `nil` where there is none.
    var workspace: Descriptor? { get }
    /// Bytes of each buffer that an operation of a lane wants for itself, by what it is for.
    var laneBuffers: [String: Int] { get }
    /// The library's operations.
    var primitives: [Primitive] { get }
    /// Passes that are convolutions, forward and backward, and how many of them are Winograd's.
    var convolutionPasses: (all: Int, winograd: Int) { get }

    /// Adds what brings the weights into another form, once before any lane needs them.
    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds the forward pass.
    func appendForward(
        _ source: Memory, _ destination: Memory, workspace: Memory?, to builder: ProgramBuilder
    ) throws(OneDNNError)

    /// Adds the backward pass.
    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError)
}

/// What a stage's backward pass works on.
struct BackwardStep {
    /// What went in, came out and was left in the forward pass.
    let source: Memory
    let destination: Memory
    let workspace: Memory?
    /// Gradient of the destination.
    let gradient: Memory
    /// Where the gradient of the source goes; `nil` where the source is the images.
    let sourceGradient: Memory?
    /// Whether gradients of weights are added to what the lane has put there before.
    let addsUp: Bool
}

extension TrunkStage {
    var convolutionLayer: Int { layer }
    var laneBuffers: [String: Int] { [:] }
    var primitives: [Primitive] { [] }

    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {}
}
