// A step as a list of operations, created once and run many times. Segments that work on images run in chunks that fit
// into the caches; segments that work on features process the whole batch at once.

internal import Experiments
internal import Model
internal import OneDNN

/// One operation of a step.
struct Operation {
    /// Index of its layer; `nil` for operations of the whole network.
    let layer: Int?
    let pass: Pass
    let run: () throws(OneDNNError) -> Void
}

/// Inputs and results of a step, read and written by its operations.
final class StepState {
    var labels = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    var step = 0
    var learningRate = 0.0
    /// Only used in training steps.
    var labelSmoothing = 0.0
    var lossSum = 0.0
    var correct = 0
    var gradientNorm: Double?
    var deadShare: Double?
    var layers: [LayerHealth] = []
    /// `[N, classes]` of the last step; valid until the next one.
    var logits = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
}

extension StepState {
    /// Updates the parameters, unless loss or gradient is not finite, and records the health of the layers.
    fileprivate func finish(
        _ parameters: Parameters, _ recipe: TrainingRecipe, _ live: LiveUnits, factors: [Int: GradientFactors]
    ) {
        let dead = parameters.layers.map { live.dead($0) }
        let (count, units) = dead.reduce((0, 0)) { ($0.0 + ($1?.count ?? 0), $0.1 + ($1?.of ?? 0)) }
        deadShare = units > 0 ? Double(count) / Double(units) : 0
        var ratios = [Double?](repeating: nil, count: dead.count)
        if lossSum.isFinite, parameters.isGradientNormFinite(factors) {
            (gradientNorm, ratios) = parameters.update(recipe, learningRate: learningRate)
            for statistics in parameters.statistics { statistics.update() }
        } else {
            gradientNorm = parameters.gradientNorm
        }
        layers = zip(parameters.layerNames, zip(dead, ratios)).map { name, figures in
            LayerHealth(
                name: name, deadShare: figures.0.map { Double($0.count) / Double($0.of) }, updateRatio: figures.1)
        }
    }
}

/// Operations in order, in lanes that run in parallel, each on one thread.
struct Phase {
    let lanes: [[Operation]]

    /// Whether it changes parameters.
    var isUpdate: Bool { lanes.joined().contains { $0.pass == .update } }

    /// Runs every lane and waits for all of them; `body` runs an operation on its lane's thread.
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

/// The phases of a step in order, and the memory of its images.
struct Program {
    let phases: [Phase]
    private let sources: [Memory]

    /// Creates a training step: forward, loss, backward, update.
    static func training(
        _ plan: BatchPlan, recipe: TrainingRecipe, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let live = try LiveUnits(plan.layers, lanes: plan.segments[0].lanes.count, on: builder.device)
        let writer = try StepWriter(
            plan, live: live, dropout: DropoutStream(seed: recipe.seed, state: state), builder)
        try builder.phase { () throws(OneDNNError) in
            builder.append(nil, .forward) { live.reset() }
            try writer.appendWeights(.forward)
        }
        try appendForward(plan, writer, builder)
        var lossGradient: Memory?
        try builder.phase { () throws(OneDNNError) in
            lossGradient = try writer.appendLoss(state, wantsGradient: true)
        }
        for index in plan.segments.indices.reversed() {
            let isLast = index == plan.segments.count - 1
            try builder.phase { () throws(OneDNNError) in
                try writer.appendBetween(.backwardData, of: plan.segments[index])
            }
            try builder.phase(plan.segments[index].lanes) { _, chunks throws(OneDNNError) in
                for chunk in chunks {
                    try writer.appendBackward(
                        chunk, of: index, lossGradient: isLast ? lossGradient : nil,
                        addsUp: chunk.start > chunks[0].start)
                }
            }
            if isLast {
                try builder.phase { () throws(OneDNNError) in try writer.appendWeights(.backwardData) }
            }
        }
        try builder.phase { () throws(OneDNNError) in
            try builder.appendGradientSums()
            // Capturing the builder, which stores the operation, would create a reference cycle.
            let (parameters, factors) = (builder.parameters, builder.factors)
            builder.append(nil, .update) {
                state.finish(parameters, recipe, live, factors: factors)
            }
        }
        return Program(phases: builder.program, sources: writer.sources)
    }

    /// Creates an evaluation: loss and accuracy without dropout and gradients.
    static func evaluation(
        _ plan: BatchPlan, state: StepState, builder: ProgramBuilder
    ) throws(OneDNNError) -> Program {
        let writer = try StepWriter(plan, live: nil, dropout: nil, builder)
        try builder.phase { () throws(OneDNNError) in try writer.appendWeights(.forward) }
        try appendForward(plan, writer, builder)
        try builder.phase { () throws(OneDNNError) in _ = try writer.appendLoss(state, wantsGradient: false) }
        return Program(phases: builder.program, sources: writer.sources)
    }

    private static func appendForward(
        _ plan: BatchPlan, _ writer: StepWriter, _ builder: ProgramBuilder
    ) throws(OneDNNError) {
        for (index, segment) in plan.segments.enumerated() {
            try builder.phase { () throws(OneDNNError) in try writer.appendBetween(.forward, of: segment) }
            try builder.phase(segment.lanes) { _, chunks throws(OneDNNError) in
                for chunk in chunks { try writer.appendForward(chunk, of: index) }
            }
        }
    }

    private init(phases: [Phase], sources: [Memory]) {
        self.phases = phases
        self.sources = sources
    }

    /// Uses these images, `[N, C, H, W]` row-major, from now on.
    func move(to pixels: UnsafePointer<Float>) throws(OneDNNError) {
        var base = UnsafeMutableRawPointer(mutating: pixels)
        for memory in sources {
            try memory.move(to: base)
            base += memory.descriptor.byteCount
        }
    }
}
