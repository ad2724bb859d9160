// Forward and backward through the trunk's stages, a chunk at a time. Only what backward needs is kept for the whole
// batch: the inputs of convolutions and which value each pooling took.

internal import Model
internal import OneDNN

/// What a chunk leaves for its backward pass.
struct TrunkActivations {
    let source: Memory
    /// By stage: what came out, and what was left besides.
    var outputs: [Memory] = []
    var workspaces: [Memory?] = []
}

/// Writes the trunk's part of a program.
struct TrunkWriter {
    private let plan: BatchPlan
    private let head: HeadWriter
    private let builder: ProgramBuilder
    /// Bytes of the largest activation of a chunk.
    private let largestBytes: Int

    init(_ plan: BatchPlan, head: HeadWriter, _ builder: ProgramBuilder) throws(OneDNNError) {
        self.plan = plan
        self.head = head
        self.builder = builder
        largestBytes = plan.largestActivationBytes
        // As large as the stage that wants the most of it: a buffer that a later one finds too small would stay beside its
        // own.
        for (lane, chunks) in plan.lanes.enumerated() {
            for (use, byteCount) in chunks.largestLaneBuffers {
                try builder.reserve(use, lane: lane, byteCount: byteCount)
            }
        }
    }

    /// Brings weights into the form that a pass wants, once for all chunks.
    func appendWeights(_ pass: Pass) throws(OneDNNError) {
        for stage in plan.lanes[0][0].trunk.stages { try stage.appendWeights(pass, to: builder) }
    }

    /// - Parameter live: notes which channels live, where a backward pass will want the outputs; `nil` where none will.
    func appendForward(_ planned: PlannedChunk, live: LiveUnits?) throws(OneDNNError) -> TrunkActivations {
        let keepsOutputs = live != nil
        let trunk = planned.trunk
        var source = try batchMemory("images", trunk.source, planned.chunk)
        var activations = TrunkActivations(source: source)
        var side = 0  // what is read lies on one side, what is written on the other
        for stage in trunk.stages {
            let output: Memory
            if stage.layer == trunk.lastLayer {
                output = try head.features(for: planned.chunk, like: stage.destination)
            } else if keepsOutputs && stage.isKept {
                output = try batchMemory("layer \(stage.layer) output", stage.destination, planned.chunk)
            } else {
                side = 1 - side
                output = try temporaryMemory(stage.destination, side)
            }
            var workspace: Memory?
            if keepsOutputs, let wanted = stage.workspace {
                workspace = try batchMemory("layer \(stage.layer) workspace", wanted, planned.chunk)
            }
            try stage.appendForward(source, output, workspace: workspace, to: builder)
            if let live, stage.isKept { try append(live, of: stage, output) }
            activations.outputs.append(output)
            activations.workspaces.append(workspace)
            source = output
        }
        try head.appendFeatures(source, of: planned.chunk, layer: trunk.lastLayer)
        return activations
    }

    private func append(_ live: LiveUnits, of stage: any TrunkStage, _ output: Memory) throws(OneDNNError) {
        guard let grid = try ActivationGrid(output.descriptor) else {
            preconditionFailure("activations have a layout that our loops read")
        }
        let lane = builder.lane
        builder.append(stage.layer, .forward) { live.note(stage.convolutionLayer, lane: lane, output, grid) }
    }

    /// - Parameter addsUp: whether weight gradients are added to those of an earlier chunk of the lane.
    func appendBackward(
        _ planned: PlannedChunk, _ activations: TrunkActivations, addsUp: Bool
    ) throws(OneDNNError) {
        let trunk = planned.trunk
        var side = 0
        var gradient = try head.appendFeatureGradient(
            of: planned.chunk, like: trunk.destination, layer: trunk.lastLayer)
        for (index, stage) in trunk.stages.enumerated().reversed() {
            side = 1 - side
            let sourceGradient = index > 0 ? try temporaryMemory(stage.source, side) : nil
            let step = BackwardStep(
                source: index > 0 ? activations.outputs[index - 1] : activations.source,
                destination: activations.outputs[index], workspace: activations.workspaces[index], gradient: gradient,
                sourceGradient: sourceGradient, addsUp: addsUp)
            try stage.appendBackward(step, to: builder)
            if let sourceGradient { gradient = sourceGradient }
        }
    }

    private func batchMemory(_ use: String, _ descriptor: Descriptor, _ chunk: Chunk) throws(OneDNNError) -> Memory {
        try builder.batchMemory(use, descriptor, start: chunk.start, batch: plan.batch)
    }

    private func temporaryMemory(_ descriptor: Descriptor, _ side: Int) throws(OneDNNError) -> Memory {
        try builder.temporaryMemory("side \(side)", descriptor, byteCount: largestBytes)
    }
}

extension [PlannedChunk] {
    /// The most that any stage wants of each of its lane's buffers.
    fileprivate var largestLaneBuffers: [String: Int] {
        flatMap(\.trunk.stages).reduce(into: [:]) { $0.merge($1.laneBuffers, uniquingKeysWith: Swift.max) }
    }
}
