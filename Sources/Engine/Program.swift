// A step as a list of operations, made once and run as often as wanted. The convolutional part goes forward and
// backward in chunks of pictures that the caches can hold; the classifier works on the whole batch.

internal import Experiments
internal import OneDNN

/// What an operation is for; the profile of a step groups by it.
public enum Pass: String, Sendable, Hashable, CaseIterable {
    /// Results of a layer.
    case forward
    /// Gradient of a layer's input.
    case backwardData = "backward data"
    /// Gradient of a layer's weights and biases.
    case backwardWeights = "backward weights"
    /// The parameters follow their gradients.
    case update
}

/// One thing to do in a step.
struct Operation {
    /// Index of its layer; `nil` for what belongs to the whole network.
    let layer: Int?
    let pass: Pass
    let run: () throws(OneDNNError) -> Void
}

/// What goes into a step and what comes out, read and written by its operations.
final class StepState {
    var labels = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    var step = 0
    var lossSum = 0.0
    var correct = 0
}

/// The operations of a step in order, and where it looks for its pictures.
struct Program {
    let operations: [Operation]
    private let sources: [Memory]

    /// A training step: forward, loss, backward, update.
    static func training(
        _ plan: BatchPlan, recipe: TrainingRecipe, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let head = try HeadWriter(plan.head, builder)
        let trunk = TrunkWriter(plan, head: head, builder)
        var activations: [TrunkActivations] = []
        for chunk in plan.chunks { activations.append(try trunk.appendForward(chunk, keepsOutputs: true)) }
        try head.appendForward(dropout: DropoutStream(seed: recipe.seed, state: state))
        try head.appendBackward(lossGradient: head.appendLoss(state, wantsGradient: true))
        for (chunk, activations) in zip(plan.chunks, activations) { try trunk.appendBackward(chunk, activations) }
        try builder.appendGradients()
        builder.append(nil, .update) { builder.parameters.update(recipe) }
        return Program(operations: builder.operations, sources: activations.map(\.source))
    }

    /// Loss and accuracy without dropout, gradients, or anything kept for them.
    static func evaluation(
        _ plan: BatchPlan, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let head = try HeadWriter(plan.head, builder)
        let trunk = TrunkWriter(plan, head: head, builder)
        var sources: [Memory] = []
        for chunk in plan.chunks { sources.append(try trunk.appendForward(chunk, keepsOutputs: false).source) }
        try head.appendForward(dropout: nil)
        _ = try head.appendLoss(state, wantsGradient: false)
        return Program(operations: builder.operations, sources: sources)
    }

    private init(operations: [Operation], sources: [Memory]) {
        self.operations = operations
        self.sources = sources
    }

    /// Looks at these pictures, `[N, C, H, W]` row-major, from now on.
    func move(to pixels: UnsafePointer<Float>) throws(OneDNNError) {
        var base = UnsafeMutableRawPointer(mutating: pixels)
        for memory in sources {
            try memory.move(to: base)
            base += memory.descriptor.byteCount
        }
    }
}
