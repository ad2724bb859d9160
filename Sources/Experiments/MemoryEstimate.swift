// What a training step needs in memory, told before anything is allocated.

/// Bytes of a training run by what they are for.
public struct MemoryEstimate: Sendable, Hashable {
    /// One purpose and its bytes.
    public struct Part: Sendable, Hashable {
        /// What it is for.
        public let label: String
        /// Bytes.
        public let bytes: Int
    }

    /// Every purpose, largest structures first.
    public let parts: [Part]

    /// Peak resident memory of the process in bytes.
    public var totalBytes: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// The memory of training `network` on float32 numbers.
    ///
    /// - Parameters:
    ///   - storedBytes: the data set as it is held, a byte a pixel and a label.
    ///   - threads: threads that compute; each has chunks of its own at work.
    public init(
        _ network: Network, data: DataRecipe, training: TrainingRecipe, engine: EngineOptions, storedBytes: Int,
        threads: Int
    ) {
        let float = MemoryLayout<Float>.stride
        let batch = data.batchSize
        let chunk = min(engine.chunk ?? network.chunkSize(batchSize: batch, threads: threads), batch)
        let lanes = batch >= threads ? threads : 1
        let layers = network.layers
        func size(_ shape: [Int]) -> Int { shape.reduce(1, *) * float }

        // Kept for the whole batch: what convolutions and fully connected layers take in, and, a byte each, which
        // value a pooling took. The classifier's values have gradients of the same size.
        var activations = 0
        var largest = 0
        for (index, layer) in layers.enumerated() {
            let output = size(layer.outputShape)
            switch layer.kind {
            case .convolution:
                largest = max(largest, size(layer.inputShape), output)
                if case .convolution = layers[index + 1].kind { activations += output }
            case .maxPool: activations += output + output / float
            case .flatten: activations += output
            case .linear: activations += 2 * output
            case .dropout: break
            }
        }
        let convolutions = layers.filter { $0.block != nil }.reduce(0) { $0 + $1.parameters } * float
        // Two activations of a chunk, gradients that add up over chunks and lanes, and the library's own room.
        let scratchpad = network.scratchpadBytes(chunk: chunk, convolution: engine.convolution)
        let lane = 2 * largest * chunk + 2 * convolutions + scratchpad
        let parameters = network.parameters * float
        let pictures = 4 * batch * network.inputChannels * network.inputSide * network.inputSide * float

        var parts = [
            Part(label: "parameters", bytes: parameters),
            Part(label: "gradients", bytes: parameters),
        ]
        if training.momentum != 0 { parts.append(Part(label: "momentum", bytes: parameters)) }
        parts += [
            Part(label: "activations kept for backward", bytes: activations * batch),
            Part(label: "working memory of \(lanes) thread\(lanes == 1 ? "" : "s")", bytes: lanes * lane),
            Part(label: "batches, one ahead", bytes: pictures),
            Part(label: "data set", bytes: storedBytes),
            Part(label: "program and libraries", bytes: Self.programBytes),
        ]
        self.parts = parts
    }

    /// What the process has resident before any of the above: code, the run-time libraries, compiled operations.
    private static let programBytes = 48 << 20
}

extension Network {
    /// Room that Winograd convolutions want for transformed tiles and weights; direct ones want next to none.
    ///
    /// F(4 × 4, 3 × 3) turns each 4 × 4 output tile, and each 3 × 3 window, into 36 numbers a channel.
    func scratchpadBytes(chunk: Int, convolution: EngineOptions.Convolution) -> Int {
        guard convolution != .direct, kernel == 3 else { return 0 }
        return layers.compactMap { layer in
            guard case .convolution(let inChannels, let outChannels, _, _) = layer.kind else { return nil }
            let tiles = ((layer.outputShape[1] + 3) / 4) * ((layer.outputShape[2] + 3) / 4) * chunk
            return 36 * MemoryLayout<Float>.stride
                * (tiles * (inChannels + outChannels) + 2 * inChannels * outChannels)
        }.max() ?? 0
    }
}
