// A step as a list of operations, made once and run as often as wanted. The convolutional part goes forward and
// backward in chunks of images that the caches can hold; the classifier works on the whole batch.

internal import Experiments
internal import Model
internal import OneDNN

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
    var learningRate = 0.0
    var lossSum = 0.0
    var correct = 0
    var gradientNorm: Double?
    var deadShare: Double?
    var layers: [LayerHealth] = []
    /// `[N, classes]` of the last step; valid until the next one.
    var logits = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
}

extension StepState {
    /// Updates the parameters, unless loss or gradient is not finite, and says how the layers are.
    fileprivate func finish(
        _ parameters: Parameters, _ recipe: TrainingRecipe, _ live: LiveUnits, factors: [Int: GradientFactors]
    ) {
        let dead = parameters.layers.map { live.dead($0) }
        let (count, units) = dead.reduce((0, 0)) { ($0.0 + ($1?.count ?? 0), $0.1 + ($1?.of ?? 0)) }
        deadShare = units > 0 ? Double(count) / Double(units) : 0
        var ratios = [Double?](repeating: nil, count: dead.count)
        if lossSum.isFinite, parameters.isGradientNormFinite(factors) {
            (gradientNorm, ratios) = parameters.update(recipe, learningRate: learningRate)
        } else {
            gradientNorm = parameters.gradientNorm
        }
        layers = zip(parameters.layerNames, zip(dead, ratios)).map { name, figures in
            LayerHealth(
                name: name, deadShare: figures.0.map { Double($0.count) / Double($0.of) }, updateRatio: figures.1)
        }
    }
}

/// Operations in order, in lanes that run side by side, a thread each.
struct Phase {
    let lanes: [[Operation]]

    /// Whether it changes parameters.
    var isUpdate: Bool { lanes.joined().contains { $0.pass == .update } }

    /// Runs every lane and waits for all of them; `body` runs an operation, on its lane's thread.
    func run(_ body: (_ operation: Operation) throws(OneDNNError) -> Void) throws(OneDNNError) {
        try run { _, operation throws(OneDNNError) in try body(operation) }
    }

    func run(_ body: (_ lane: Int, _ operation: Operation) throws(OneDNNError) -> Void) throws(OneDNNError) {
        if lanes.count == 1 {
            for operation in lanes[0] { try body(0, operation) }
            return
        }
        var errors = [OneDNNError?](repeating: nil, count: lanes.count)
        errors.withUnsafeMutableBufferPointer { errors in
            let errors = errors
            parallel(parts: lanes.count) { lane, _ in
                do throws(OneDNNError) {
                    for operation in lanes[lane] { try body(lane, operation) }
                } catch {
                    errors[lane] = error
                }
            }
        }
        if let error = errors.lazy.compactMap({ $0 }).first { throw error }
    }
}

/// The phases of a step in order, and where it looks for its images.
struct Program {
    let phases: [Phase]
    private let sources: [Memory]

    /// A training step: forward, loss, backward, update.
    static func training(
        _ plan: BatchPlan, recipe: TrainingRecipe, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let head = try HeadWriter(plan.head, builder)
        let trunk = try TrunkWriter(plan, head: head, builder)
        let live = try LiveUnits(plan.layers, lanes: plan.lanes.count, on: builder.device)
        try builder.phase { () throws(OneDNNError) in
            builder.append(nil, .forward) { live.reset() }
            try trunk.appendWeights(.forward)
        }
        var activations: [[TrunkActivations]] = []
        try builder.phase(plan.lanes) { _, chunks throws(OneDNNError) in
            var ofLane: [TrunkActivations] = []
            for chunk in chunks { ofLane.append(try trunk.appendForward(chunk, live: live)) }
            activations.append(ofLane)
        }
        try builder.phase { () throws(OneDNNError) in
            try head.appendForward(dropout: DropoutStream(seed: recipe.seed, state: state), live: live)
            try head.appendBackward(lossGradient: head.appendLoss(state, wantsGradient: true))
            try trunk.appendWeights(.backwardData)
        }
        try builder.phase(plan.lanes) { lane, chunks throws(OneDNNError) in
            for (chunk, activations) in zip(chunks, activations[lane]) {
                try trunk.appendBackward(chunk, activations, addsUp: chunk.chunk.start > chunks[0].chunk.start)
            }
        }
        try builder.phase { () throws(OneDNNError) in
            try builder.appendGradientSums()
            // Not the builder, which keeps the operation: they would keep each other for ever.
            let (parameters, factors) = (builder.parameters, head.factors)
            builder.append(nil, .update) {
                state.finish(parameters, recipe, live, factors: factors)
            }
        }
        return Program(phases: builder.program, sources: activations.joined().map(\.source))
    }

    /// Loss and accuracy without dropout, gradients, or anything kept for them.
    static func evaluation(
        _ plan: BatchPlan, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let head = try HeadWriter(plan.head, builder)
        let trunk = try TrunkWriter(plan, head: head, builder)
        try builder.phase { () throws(OneDNNError) in try trunk.appendWeights(.forward) }
        var sources: [Memory] = []
        try builder.phase(plan.lanes) { _, chunks throws(OneDNNError) in
            for chunk in chunks { sources.append(try trunk.appendForward(chunk, live: nil).source) }
        }
        try builder.phase { () throws(OneDNNError) in
            try head.appendForward(dropout: nil)
            _ = try head.appendLoss(state, wantsGradient: false)
        }
        return Program(phases: builder.program, sources: sources)
    }

    private init(phases: [Phase], sources: [Memory]) {
        self.phases = phases
        self.sources = sources
    }

    /// Looks at these images, `[N, C, H, W]` row-major, from now on.
    func move(to pixels: UnsafePointer<Float>) throws(OneDNNError) {
        var base = UnsafeMutableRawPointer(mutating: pixels)
        for memory in sources {
            try memory.move(to: base)
            base += memory.descriptor.byteCount
        }
    }
}
