// What a training step needs in memory, told before anything is allocated.

/// What the engine has on this machine, as far as memory depends on it.
public struct EngineTraits: Sendable, Hashable {
    /// Whether there are Winograd convolutions.
    public var hasWinograd: Bool
    /// Floats in a vector.
    public var vectorWidth: Int
    /// Whether the processor multiplies in bfloat16.
    public var hasBFloat16: Bool

    /// All of it; where nothing is said, a processor with AVX-512 and bfloat16.
    public init(hasWinograd: Bool = true, vectorWidth: Int = 16, hasBFloat16: Bool = true) {
        self.hasWinograd = hasWinograd
        self.vectorWidth = vectorWidth
        self.hasBFloat16 = hasBFloat16
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

    /// The memory of training `network`.
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
        // Winograd takes channels a vector at a time, so that its activations are as wide as a multiple of that, and has
        // no output of full size before a pooling.
        let isWinograd = traits.hasWinograd && engine.convolution != .direct && network.kernel == 3
        func size(_ shape: [Int]) -> Int {
            let channels = isWinograd && shape.count == 3 ? roundedUp(shape[0], to: traits.vectorWidth) : shape[0]
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
                let isPooled = if case .maxPool = layers[index + 1].kind { true } else { false }
                let isFused = isPooled && (index == 0 ? isFirstBlockFused : isWinograd)
                largest = max(largest, input, isFused ? 0 : output)
                if !isPooled { activations += output }
            case .maxPool: activations += output + output / float
            case .flatten: activations += output
            case .linear: activations += 2 * output
            case .dropout: break
            }
        }
        let convolutions = layers.filter { $0.block != nil }.reduce(0) { $0 + $1.parameters } * float
        // Two activations of a chunk and the library's own room; gradients of the lanes behind the first, whose are the
        // parameters' own, and of one chunk where a lane adds several up.
        let winograd = isWinograd ? network.winogradBytes(vectorWidth: traits.vectorWidth) : (lane: 0, shared: 0)
        let laneGradients = (lanes - 1 + (share > chunk ? lanes : 0)) * convolutions
        // Where the first block is not computed in one pass, below AVX-512 its weight gradient wants its pictures padded
        // to a vector of channels.
        let picture = layers[0].inputShape.dropFirst().reduce(float, *)
        let padded =
            isFirstBlockFused || traits.vectorWidth >= 16
            ? 0 : picture * roundedUp(network.inputChannels, to: traits.vectorWidth)
        let working = lanes * ((2 * largest + padded) * chunk + winograd.lane) + winograd.shared + laneGradients
        let parameters = network.parameters * float
        let pictures = 4 * batch * network.inputChannels * network.inputSide * network.inputSide * float

        var parts = [
            Part(label: "parameters", bytes: parameters),
            Part(label: "gradients", bytes: parameters),
        ]
        if training.momentum != 0 { parts.append(Part(label: "momentum", bytes: parameters)) }
        if training.precision == .bfloat16 && traits.hasBFloat16 {
            let hidden = layers.filter { if case .linear = $0.kind { true } else { false } }.dropLast()
            parts.append(Part(label: "bfloat16 copies", bytes: hidden.reduce(0) { $0 + $1.parameters } * float / 2))
        }
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
    /// Room that Winograd convolutions want, for each lane and for all of them; direct ones want next to none.
    ///
    /// F(4 × 4, 3 × 3) turns each 3 × 3 window, and each 4 × 4 tile of the output, into 36 numbers a channel. All lanes
    /// share the windows; each has tiles of both sides of a convolution, as many as its second cache holds, and sums of
    /// the windows' gradients. The first layer, with too few channels, is direct.
    ///
    /// **Source**: `CKernels/winograd.c`.
    fileprivate func winogradBytes(vectorWidth: Int) -> (lane: Int, shared: Int) {
        let transformed = 36 * MemoryLayout<Float>.stride
        var (lane, shared) = (0, 0)
        for layer in layers.dropFirst() {
            guard case .convolution(let inChannels, let outChannels, _, _) = layer.kind else { continue }
            let inputs = roundedUp(inChannels, to: vectorWidth), outputs = roundedUp(outChannels, to: vectorWidth)
            let fitting = (512 << 10) / (transformed * (inputs + outputs)) / 12 * 12
            let isLarge = transformed * inputs * outputs > 4 << 20
            func tiles(_ least: Int) -> Int { min(max(fitting, isLarge ? least : 24), 192) }
            let forward = tiles(48) * (inputs + outputs + 2 * vectorWidth)
            let backward = tiles(144) * (inputs + outputs) + 2 * vectorWidth + inputs * outputs
            lane = max(lane, transformed * max(forward, backward))
            shared += transformed * inputs * outputs
        }
        return (lane, shared)
    }
}

private func roundedUp(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
