// Writes the forward and backward passes of a plan's segments. Only activations that backward passes read are kept for
// the whole batch.

internal import Model
internal import OneDNN

/// The dropout of a run: the result for a value depends only on seed, step, layer and position.
struct DropoutStream {
    let seed: UInt64
    let state: StepState

    /// Returns the random numbers of a layer in the current step; −1 stands for the position before the first layer.
    func random(layer: Int) -> CounterRandom {
        CounterRandom(seed: seed, stream: UInt64(state.step) << 16 | UInt64(UInt16(truncatingIfNeeded: layer)))
    }
}

/// Writes a program's operations, segment by segment.
final class StepWriter {
    private let plan: BatchPlan
    private let builder: ProgramBuilder
    /// Records live units; `nil` if no backward pass follows.
    private let live: LiveUnits?
    private let dropout: DropoutStream?
    /// Size in bytes of the largest activation of a chunk of images.
    private let largestBytes: Int
    /// Outputs and workspaces of each chunk's stages after the forward pass.
    private var activations: [Place: Activations] = [:]
    /// The images of each chunk, in order.
    private(set) var sources: [Memory] = []
    /// `[N, classes]`, once the last segment is written.
    private(set) var logits: Memory?

    private struct Place: Hashable {
        let segment: Int
        let start: Int
    }

    private struct Activations {
        let source: Memory
        var outputs: [Memory] = []
        var workspaces: [Memory?] = []
    }

    /// - Parameters:
    ///   - live: `nil` for an evaluation.
    ///   - dropout: `nil` without dropout.
    init(
        _ plan: BatchPlan, live: LiveUnits?, dropout: DropoutStream?, _ builder: ProgramBuilder
    ) throws(OneDNNError) {
        self.plan = plan
        self.builder = builder
        self.live = live
        self.dropout = dropout
        largestBytes = plan.largestActivationBytes
        // Reserved with the maximum size of all stages: a buffer that is too small for a later stage would stay
        // allocated beside the larger one.
        for lane in plan.segments[0].lanes.indices {
            for (use, byteCount) in plan.laneBuffers(lane) {
                try builder.reserve(use, lane: lane, byteCount: byteCount)
            }
        }
    }

    /// Converts weights to the form that a pass needs, once for all chunks.
    func appendWeights(_ pass: Pass) throws(OneDNNError) {
        for stage in plan.stages { try stage.appendWeights(pass, to: builder) }
    }

    /// Adds the operations that a segment needs for all chunks together before its pass.
    func appendBetween(_ pass: Pass, of segment: Segment) throws(OneDNNError) {
        for stage in segment.lanes[0][0].stages { try stage.appendBetween(pass, to: builder) }
    }

    /// Adds the forward pass of a segment's chunk.
    func appendForward(_ chunk: Chunk, of index: Int) throws(OneDNNError) {
        let segment = plan.segments[index]
        var source = try boundary(index, chunk.list.source, chunk)
        if index == 0 { sources.append(source) }
        var activations = Activations(source: source)
        var side = 0  // what is read lies on one side, what is written on the other
        for (number, stage) in chunk.stages.enumerated() {
            // Stages in place after it use the same memory.
            var end = number + 1
            while end < chunk.stages.count, chunk.stages[end].isInPlace { end += 1 }
            let output: Memory
            if stage.isInPlace {
                output = source
            } else if end == chunk.stages.count, index + 1 < plan.segments.count {
                output = try boundary(index + 1, stage.destination, chunk)
            } else if live != nil && chunk.isRead(number..<end) || !segment.worksOnImages {
                output = try memory("layer \(stage.layer) output \(number)", stage.destination, chunk, segment)
            } else {
                side = 1 - side
                output = try sideMemory(stage.destination, side)
            }
            var workspace: Memory?
            if live != nil, let wanted = stage.workspace {
                workspace = try memory("layer \(stage.layer) workspace", wanted, chunk, segment)
            }
            try stage.appendForward(
                ForwardStep(
                    start: chunk.start, source: source, destination: output, workspace: workspace, live: live,
                    dropout: dropout),
                to: builder)
            try appendNote(of: stage, output)
            activations.outputs.append(output)
            activations.workspaces.append(workspace)
            source = output
        }
        self.activations[Place(segment: index, start: chunk.start)] = activations
        logits = source
    }

    private func appendNote(of stage: any Stage, _ output: Memory) throws(OneDNNError) {
        guard let live, let layer = stage.unitLayer else { return }
        let grid = try ActivationGrid(of: output.descriptor)
        let lane = builder.lane
        builder.append(stage.layer, .forward) { live.note(layer, lane: lane, output, grid) }
    }

    /// Adds the loss, after the last segment.
    ///
    /// - Returns: the memory of the logits' gradient, if it is computed.
    func appendLoss(_ state: StepState, wantsGradient: Bool) throws(OneDNNError) -> Memory? {
        guard let logits else { preconditionFailure("the loss follows the forward pass") }
        let gradient = wantsGradient ? try builder.temporaryMemory("logit gradient", logits.descriptor) : nil
        builder.append(nil, .forward) {
            state.logits = logits.floats
            (state.lossSum, state.correct) = softmaxCrossEntropy(
                logits: logits.floats, labels: state.labels, numClasses: logits.descriptor.shape[1],
                gradient: gradient?.floats, smoothing: wantsGradient ? Float(state.labelSmoothing) : 0)
        }
        return gradient
    }

    /// Adds the backward pass of a segment's chunk.
    ///
    /// - Parameters:
    ///   - lossGradient: the gradient of the logits, for the last segment.
    ///   - addsUp: whether weight gradients are added to those of the lane's earlier chunks.
    func appendBackward(
        _ chunk: Chunk, of index: Int, lossGradient: Memory? = nil, addsUp: Bool
    ) throws(OneDNNError) {
        guard let activations = activations[Place(segment: index, start: chunk.start)] else {
            preconditionFailure("the backward pass follows the forward pass")
        }
        let segment = plan.segments[index]
        var gradient: Memory
        if let lossGradient {
            gradient = lossGradient
        } else {
            gradient = try boundaryGradient(index + 1, chunk.list.destination, chunk)
        }
        var side = 0
        for (number, stage) in chunk.stages.enumerated().reversed() {
            var sourceGradient: Memory?
            if stage.isInPlace {
                sourceGradient = gradient
            } else if number == 0 {
                sourceGradient = index > 0 ? try boundaryGradient(index, stage.source, chunk) : nil
            } else if segment.worksOnImages {
                side = 1 - side
                sourceGradient = try sideMemory(stage.source, side)
            } else {
                // Not shared, because the check for finite gradients reads them at the end.
                sourceGradient = try builder.temporaryMemory("layer \(stage.layer) source gradient", stage.source)
            }
            let step = BackwardStep(
                start: chunk.start, source: number > 0 ? activations.outputs[number - 1] : activations.source,
                destination: activations.outputs[number], workspace: activations.workspaces[number],
                gradient: gradient,
                isMasked: number + 1 < chunk.stages.count && chunk.stages[number + 1].masksSource,
                sourceGradient: sourceGradient, addsUp: addsUp, dropout: dropout)
            try stage.appendBackward(step, to: builder)
            if let sourceGradient { gradient = sourceGradient }
        }
    }

    /// Returns a chunk's part of a segment's input: the images, or the output of the previous segment.
    private func boundary(_ segment: Int, _ descriptor: Descriptor, _ chunk: Chunk) throws(OneDNNError) -> Memory {
        try batchMemory(segment == 0 ? "images" : "source of segment \(segment)", descriptor, chunk)
    }

    private func boundaryGradient(
        _ segment: Int, _ descriptor: Descriptor, _ chunk: Chunk
    ) throws(OneDNNError) -> Memory {
        guard plan.segments[segment - 1].worksOnImages else {
            return try batchMemory("source gradient of segment \(segment)", descriptor, chunk)
        }
        // Two buffers in turn: a segment reads one and writes the other.
        return try builder.batchMemory(
            "boundary gradient \(segment % 2)", descriptor, start: chunk.start, batch: plan.batch,
            bytesPerImage: plan.largestBoundaryBytes)
    }

    /// Returns memory that is valid until the backward pass.
    private func memory(
        _ use: String, _ descriptor: Descriptor, _ chunk: Chunk, _ segment: Segment
    ) throws(OneDNNError) -> Memory {
        segment.worksOnImages
            ? try batchMemory(use, descriptor, chunk) : try builder.temporaryMemory(use, descriptor)
    }

    private func batchMemory(_ use: String, _ descriptor: Descriptor, _ chunk: Chunk) throws(OneDNNError) -> Memory {
        try builder.batchMemory(use, descriptor, start: chunk.start, batch: plan.batch)
    }

    private func sideMemory(_ descriptor: Descriptor, _ side: Int) throws(OneDNNError) -> Memory {
        try builder.temporaryMemory("side \(side)", descriptor, byteCount: largestBytes)
    }
}

extension Chunk {
    /// Whether a backward pass reads the output of these stages, the first of which may be followed by stages in place.
    fileprivate func isRead(_ group: Range<Int>) -> Bool {
        stages[group].contains(where: \.readsDestination)
            || stages[(group.lowerBound + 1)..<min(group.upperBound + 1, stages.count)].contains(where: \.readsSource)
    }
}
