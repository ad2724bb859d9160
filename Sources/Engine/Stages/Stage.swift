// What a network is made of in the engine: a list of stages, each a layer or a few that are computed in one pass. StageList
// decides which stages a network becomes, StepWriter where their memory lies and in which order they run.

internal import Model
internal import OneDNN

/// One step of the way through a network for a fixed number of images.
protocol Stage {
    /// Index of the layer whose output the destination is.
    var layer: Int { get }
    /// What it takes in.
    var source: Descriptor { get }
    /// What it puts out.
    var destination: Descriptor { get }
    /// Whether its backward pass reads what it took in.
    var readsSource: Bool { get }
    /// Whether its backward pass reads what it put out.
    var readsDestination: Bool { get }
    /// Whether what it puts out takes the place of what it took in, and their gradients likewise.
    var isInPlace: Bool { get }
    /// What a forward pass leaves for the backward pass besides; `nil` where there is none.
    var workspace: Descriptor? { get }
    /// Whether the destination is what a ReLU put out, so that its gradient has to become 0 where it is 0.
    var endsWithReLU: Bool { get }
    /// Whether the gradient of the source that it computes already is 0 where the source is.
    var masksSource: Bool { get }
    /// The layer whose units live where the destination is not 0, noted after each forward pass of a training step; `nil`
    /// where there is none, or where the stage notes them itself.
    var unitLayer: Int? { get }
    /// Bytes of each buffer that an operation of a lane wants for itself, by what it is for.
    var laneBuffers: [String: Int] { get }
    /// The library's operations.
    var primitives: [Primitive] { get }
    /// Passes that are convolutions, forward and backward, and how many of them are Winograd's.
    var convolutionPasses: (all: Int, winograd: Int) { get }

    /// Adds what brings the weights into another form, once before any lane needs them.
    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds what has to be done for all chunks together, before the segment's forward or backward pass.
    func appendBetween(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds the forward pass.
    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError)

    /// Adds the backward pass.
    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError)
}

/// What a stage's forward pass works on.
struct ForwardStep {
    /// Place of the chunk's first image in the batch.
    let start: Int
    let source: Memory
    let destination: Memory
    /// `nil` where no backward pass follows.
    let workspace: Memory?
    /// Notes which units live; `nil` where no backward pass follows.
    let live: LiveUnits?
    /// `nil` without dropout.
    let dropout: DropoutStream?
}

/// What a stage's backward pass works on.
struct BackwardStep {
    /// Place of the chunk's first image in the batch.
    let start: Int
    /// What went in, came out and was left in the forward pass. The first two hold their numbers only if the stage reads
    /// them.
    let source: Memory
    let destination: Memory
    let workspace: Memory?
    /// Gradient of the destination; the stage may change it.
    let gradient: Memory
    /// Whether the gradient already is 0 where the stage's own ReLU was closed.
    let isMasked: Bool
    /// Where the gradient of the source goes; `nil` where the source is the images.
    let sourceGradient: Memory?
    /// Whether gradients of weights are added to what the lane has put there before.
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

    /// Adds the gradient of the stage's own ReLU, in place, unless that is done.
    func appendMask(_ step: BackwardStep, layer: Int, to builder: ProgramBuilder) {
        guard endsWithReLU, !step.isMasked else { return }
        builder.append(layer, .backwardData) {
            reluBackward(gradient: step.gradient.floats, output: step.destination.floats)
        }
    }
}
