// What a training step needs in memory, told before anything is allocated.

/// What the engine has on this machine, as far as memory depends on it.
public struct EngineTraits: Sendable, Hashable {
    /// Whether there are Winograd convolutions.
    public var hasWinograd: Bool
    /// Floats in a vector.
    public var vectorWidth: Int

    /// All of it; where nothing is said, a processor with AVX-512 and a library with Winograd.
    public init(hasWinograd: Bool = true, vectorWidth: Int = 16) {
        self.hasWinograd = hasWinograd
        self.vectorWidth = vectorWidth
    }
}

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
    ///   - traits: what the engine has on this machine.
    public init(
        _ network: Network, data: DataRecipe, training: TrainingRecipe, engine: EngineOptions, storedBytes: Int,
        threads: Int, traits: EngineTraits = EngineTraits()
    ) {
        let float = MemoryLayout<Float>.stride
        let batch = data.batchSize
        let lanes = batch >= threads ? threads : 1
        let share = (batch + lanes - 1) / lanes
        let chunk = min(engine.chunk ?? network.chunkSize(batchSize: batch, threads: threads), share)
        let layers = network.layers
        let isFirstBlockFused = network.canFuseFirstBlock(vectorWidth: traits.vectorWidth)
        // Winograd takes channels sixteen at a time, so that its activations are as wide as a multiple of that.
        let isWinograd = traits.hasWinograd && engine.convolution != .direct && network.kernel == 3
        func size(_ shape: [Int]) -> Int {
            let channels = isWinograd && shape.count == 3 ? roundedUp(shape[0], to: 16) : shape[0]
            return shape.dropFirst().reduce(channels, *) * float
        }

        // Kept for the whole batch: what convolutions and fully connected layers take in, and, a byte each, which
        // value a pooling took. The classifier's values have gradients of the same size.
        var activations = 0
        var largest = 0
        for (index, layer) in layers.enumerated() {
            let output = size(layer.outputShape)
            switch layer.kind {
            case .convolution:
                let input = index == 0 ? layer.inputShape.reduce(float, *) : size(layer.inputShape)
                largest = max(largest, input, index == 0 && isFirstBlockFused ? 0 : output)
                if case .convolution = layers[index + 1].kind { activations += output }
            case .maxPool: activations += output + output / float
            case .flatten: activations += output
            case .linear: activations += 2 * output
            case .dropout: break
            }
        }
        let convolutions = layers.filter { $0.block != nil }.reduce(0) { $0 + $1.parameters } * float
        // Two activations of a chunk and the library's own room; gradients of the lanes behind the first, whose are the
        // parameters' own, and of one chunk where a lane adds several up.
        let scratchpad = isWinograd ? network.winogradBytes(chunk: chunk) : 0
        let laneGradients = (lanes - 1 + (share > chunk ? lanes : 0)) * convolutions
        // Where the first block is not computed in one pass, below AVX-512 its weight gradient wants its pictures padded
        // to a vector of channels.
        let picture = layers[0].inputShape.dropFirst().reduce(float, *)
        let padded =
            isFirstBlockFused || traits.vectorWidth >= 16
            ? 0 : picture * roundedUp(network.inputChannels, to: traits.vectorWidth)
        let working = lanes * ((2 * largest + padded) * chunk + scratchpad) + laneGradients
        let parameters = network.parameters * float
        let pictures = 4 * batch * network.inputChannels * network.inputSide * network.inputSide * float

        var parts = [
            Part(label: "parameters", bytes: parameters),
            Part(label: "gradients", bytes: parameters),
        ]
        if training.momentum != 0 { parts.append(Part(label: "momentum", bytes: parameters)) }
        parts += [
            Part(label: "activations kept for backward", bytes: activations * batch),
            Part(label: "working memory of \(lanes) thread\(lanes == 1 ? "" : "s")", bytes: working),
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
    /// Room that Winograd convolutions want for transformed windows and tiles; direct ones want next to none.
    ///
    /// F(4 × 4, 3 × 3) turns each 3 × 3 window, and each 4 × 4 tile of the output, into 36 numbers a channel. The
    /// library lays windows, input tiles and output tiles on boundaries of 2 MiB. It transforms tiles a few at a time
    /// as long as the windows stay in a core's second cache, else all of a chunk's at once; the gradient of the windows
    /// needs them twice. The first layer, with too few channels, is direct.
    ///
    /// **Source**: Lavin & Gray, *Fast Algorithms for Convolutional Neural Networks*, 2016, section 4.3; oneDNN 2.6,
    /// `jit_avx512_core_f32_wino_conv_4x3`, measured.
    fileprivate func winogradBytes(chunk: Int) -> Int {
        let (boundary, secondCache) = (2 << 20, 1 << 20)
        let transformed = 36 * MemoryLayout<Float>.stride
        return layers.dropFirst().compactMap { layer in
            guard case .convolution(let inChannels, let outChannels, _, _) = layer.kind else { return nil }
            let (inWidth, outWidth) = (roundedUp(inChannels, to: 16), roundedUp(outChannels, to: 16))
            let windows = transformed * inWidth * outWidth
            guard windows > secondCache else { return 3 * boundary }
            let tiles = ((layer.outputShape[1] + 3) / 4) * ((layer.outputShape[2] + 3) / 4) * chunk
            return [2 * windows, transformed * tiles * inWidth, transformed * tiles * outWidth]
                .reduce(0) { $0 + roundedUp($1, to: boundary) }
        }.max() ?? 0
    }
}

private func roundedUp(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
