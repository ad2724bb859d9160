// Forward and backward through the blocks, a chunk at a time. Only what backward needs is kept for the whole batch: the
// inputs of convolutions and which value each pooling took.

internal import OneDNN

/// What a chunk leaves for its backward pass.
struct TrunkActivations {
    let source: Memory
    /// By layer: the output of convolutions inside a block and of poolings.
    var outputs: [Int: Memory] = [:]
    /// By layer: which value each pooling took.
    var workspaces: [Int: Memory] = [:]
}

/// Writes the trunk's part of a program.
struct TrunkWriter {
    private let plan: BatchPlan
    private let head: HeadWriter
    private let builder: ProgramBuilder
    /// Bytes of the largest activation of a chunk.
    private let largestBytes: Int

    init(_ plan: BatchPlan, head: HeadWriter, _ builder: ProgramBuilder) {
        self.plan = plan
        self.head = head
        self.builder = builder
        largestBytes = plan.largestActivationBytes
    }

    /// - Parameter keepsOutputs: whether a backward pass will want them.
    func appendForward(_ planned: PlannedChunk, keepsOutputs: Bool) throws(OneDNNError) -> TrunkActivations {
        let trunk = planned.trunk
        var source = try batchMemory("pictures", trunk.source, planned.chunk)
        var activations = TrunkActivations(source: source)
        var side = 0
        func output(of layer: Int, _ descriptor: Descriptor, isKept: Bool) throws(OneDNNError) -> Memory {
            if isKept {
                let memory = try batchMemory("layer \(layer) output", descriptor, planned.chunk)
                activations.outputs[layer] = memory
                return memory
            }
            side = 1 - side
            return try temporaryMemory(descriptor, side)
        }

        if let first = trunk.firstBlock {
            let destination = try output(of: first.poolLayer, first.destination, isKept: keepsOutputs)
            let taken =
                keepsOutputs
                ? try batchMemory("layer \(first.poolLayer) workspace", first.taken, planned.chunk) : nil
            activations.workspaces[first.poolLayer] = taken
            try first.appendForward(source, destination, taken: taken, to: builder)
            source = destination
        }
        for block in trunk.blocks {
            for (index, convolution) in block.convolutions.enumerated() {
                // The last output of a block is only pooled; backward looks at the pooled values.
                let isLast = index == block.convolutions.count - 1
                let destination = try output(
                    of: convolution.layer, convolution.destination, isKept: keepsOutputs && !isLast)
                try builder.appendForward(
                    layer: convolution.layer, convolution.forward, source: source, destination: destination)
                source = destination
            }

            let pool = block.pool
            let destination: Memory
            if pool.layer == trunk.lastLayer {
                destination = try head.features(for: planned.chunk, like: pool.destination)
                activations.outputs[pool.layer] = destination
            } else {
                destination = try output(of: pool.layer, pool.destination, isKept: keepsOutputs)
            }
            var arguments: [Argument: Memory] = [.source: source, .destination: destination]
            if let workspace = pool.workspace {
                let memory = try batchMemory("layer \(pool.layer) workspace", workspace, planned.chunk)
                arguments[.workspace] = memory
                activations.workspaces[pool.layer] = memory
            }
            try builder.append(pool.layer, .forward, pool.forward, arguments)
            source = destination
        }
        try head.appendFeatures(source, of: planned.chunk, layer: trunk.lastLayer)
        return activations
    }

    /// - Parameter addsUp: whether weight gradients are added to those of an earlier chunk of the lane.
    func appendBackward(
        _ planned: PlannedChunk, _ activations: TrunkActivations, addsUp: Bool
    ) throws(OneDNNError) {
        let trunk = planned.trunk
        var side = 0  // what is read lies on one side, what is written on the other
        var gradient = try head.appendFeatureGradient(
            of: planned.chunk, like: trunk.destination, layer: trunk.lastLayer)
        for block in trunk.blocks.reversed() {
            let pool = block.pool
            guard let pooled = activations.outputs[pool.layer], let mask = pool.mask, let backward = pool.backward
            else { preconditionFailure("a plan for training has backward operations") }
            try appendMask(mask, layer: pool.layer, gradient: gradient, output: pooled)

            side = 1 - side
            let unpooled = try temporaryMemory(pool.source, side)
            var arguments: [Argument: Memory] = [.destinationGradient: gradient, .sourceGradient: unpooled]
            arguments[.workspace] = activations.workspaces[pool.layer]
            try builder.append(pool.layer, .backwardData, backward, arguments)
            gradient = unpooled

            for convolution in block.convolutions.reversed() {
                // The source is what the layer before put out; before the first layer, the pictures.
                let source = activations.outputs[convolution.layer - 1] ?? activations.source
                guard let backwardWeights = convolution.backwardWeights else {
                    preconditionFailure("a plan for training has backward operations")
                }
                let layer = convolution.layer
                try builder.appendWeightGradient(
                    layer, backwardWeights,
                    source: source.reordered(
                        to: convolution.weightGradientSource, as: "source", layer: layer, by: builder),
                    destinationGradient: gradient.reordered(
                        to: convolution.weightGradientDestination, as: "gradient", layer: layer, by: builder),
                    addsUp: addsUp)
                guard let backwardData = convolution.backwardData else { continue }
                side = 1 - side
                let sourceGradient = try temporaryMemory(convolution.source, side)
                let weights = try builder.weights(of: convolution.layer, for: backwardData, pass: .backwardData)
                try builder.append(
                    convolution.layer, .backwardData, backwardData,
                    [.destinationGradient: gradient, .weights: weights, .sourceGradient: sourceGradient])
                gradient = sourceGradient
                if let mask = convolution.sourceMask {
                    try appendMask(mask, layer: convolution.layer - 1, gradient: gradient, output: source)
                }
            }
        }
        if let first = trunk.firstBlock, let taken = activations.workspaces[first.poolLayer] {
            try first.appendBackward(activations.source, taken: taken, gradient, addsUp: addsUp, to: builder)
        }
    }

    private func appendMask(_ mask: Primitive, layer: Int, gradient: Memory, output: Memory) throws(OneDNNError) {
        try builder.append(
            layer, .backwardData, mask,
            [.destination: output, .destinationGradient: gradient, .sourceGradient: gradient])
    }

    private func batchMemory(_ use: String, _ descriptor: Descriptor, _ chunk: Chunk) throws(OneDNNError) -> Memory {
        try builder.batchMemory(use, descriptor, start: chunk.start, batch: plan.batch)
    }

    private func temporaryMemory(_ descriptor: Descriptor, _ side: Int) throws(OneDNNError) -> Memory {
        try builder.temporaryMemory("side \(side)", descriptor, byteCount: largestBytes)
    }
}

extension Memory {
    /// Itself, or a copy in the layout that the gradient of a layer's weights wants.
    fileprivate func reordered(
        to wanted: Descriptor, as use: String, layer: Int, by builder: ProgramBuilder
    ) throws(OneDNNError) -> Memory {
        guard wanted != descriptor else { return self }
        let copy = try builder.temporaryMemory("reordered \(use)", wanted, byteCount: wanted.byteCount)
        try builder.append(layer, .backwardWeights, reorder: self, to: copy)
        return copy
    }
}
