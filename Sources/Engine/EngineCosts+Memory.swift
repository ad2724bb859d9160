// The memory of a training step, predicted before anything is allocated.

internal import CKernels
package import Experiments
package import Model

/// The costs of training on this engine with a given processor.
package struct EngineCosts: CostModel {
    let processor: ProcessorTraits

    package init(_ processor: ProcessorTraits) { self.processor = processor }

    package func memory(
        of network: Network, training: TrainingRecipe, options: EngineOptions, batchSize batch: Int, storedBytes: Int,
        threads: Int
    ) -> MemoryEstimate {
        let float = MemoryLayout<Float>.stride
        let lanes = batch >= threads ? threads : 1
        let share = (batch + lanes - 1) / lanes
        let chunk = min(options.chunk ?? network.chunkSize(batchSize: batch, threads: threads), share)
        let layers = network.layers
        let width = processor.vectorWidth
        let way = ConvolutionWay(network, options, processor)
        let isFirstBlockFused = way != .matrices && FirstBlockStage.fits(layers, vectorWidth: width)
        let isBFloat16 = training.precision == .bfloat16 && processor.hasBFloat16
        // Channels are padded to whole vectors, except for matrix multiplication. Winograd never stores a full-size
        // output before a pooling.
        func channels(_ count: Int) -> Int { way == .matrices ? count : roundedUp(count, to: width) }
        func size(_ shape: [Int]) -> Int {
            shape.dropFirst().reduce(shape.count == 3 ? channels(shape[0]) : shape[0], *) * float
        }
        func isWinograd(_ layer: Int) -> Bool {
            way == .winograd && layer > 0 && layers[layer].convolution.map(WinogradStage.fits) == true
        }
        let sketch = NetworkSketch(
            layers, width: way == .matrices ? 1 : width, isFirstBlockFused: isFirstBlockFused, isWinograd: isWinograd)
        let activations = sketch.keptBytes(batch: batch, mapped: mapped)
        let largestExact =
            layers.filter { $0.convolution != nil }
            .flatMap { [$0.inputShape.reduce(float, *), $0.outputShape.reduce(float, *)] }.max() ?? 0

        // Weights of convolutions, padded to vectors; except for the first one, the backward pass uses a copy in
        // another layout.
        let places = layers.indices.filter { layers[$0].convolution != nil }
        let convolutions = layers.compactMap(\.convolution)
        let weights = zip(places, convolutions).map { place, convolution in
            let inputs = place == 0 ? convolution.inChannels : channels(convolution.inChannels)
            return inputs * channels(convolution.outChannels) * convolution.kernel * convolution.kernel * float
        }
        let allWeights = weights.reduce(0) { $0 + mapped($1) }
        // Weights of the library's convolutions, without the first.
        let library = zip(places, weights).filter { $0.0 > 0 && !isWinograd($0.0) }.reduce(0) { $0 + mapped($1.1) }
        let first = places.first == 0 ? mapped(weights[0]) : 0
        let copies = way == .matrices ? 0 : library
        // Gradients of the lanes except the first, which uses the parameters' own, and of one chunk if a lane adds up
        // several; Winograd's kernels and the first block's accumulate in place.
        let partial = library + (isFirstBlockFused && way == .winograd ? 0 : first)
        let needsRows = way == .blocked && convolutions.contains(where: ConvolutionWay.isUnblocked)
        let laneGradients =
            (lanes - (needsRows ? 0 : 1)) * allWeights + (share > chunk ? lanes * partial : 0)
        let winograd =
            way == .winograd ? network.winogradBytes(vectorWidth: width, isBFloat16: isBFloat16) : (lane: 0, shared: 0)
        // Two activations of a chunk and the library's scratchpad. If the first block is not computed in one pass, its
        // weight gradient needs images that are padded to a vector of channels (below AVX-512).
        let image = layers[0].inputShape.dropFirst().reduce(float, *)
        let padded =
            isFirstBlockFused || width >= 16 ? 0 : image * roundedUp(network.inputChannels, to: width)
        let matrices =
            way == .matrices || needsRows ? network.matrixBytes(chunk: chunk, wayBack: way == .matrices) : 0
        let rows = needsRows ? 2 * mapped(largestExact * chunk) : 0
        let lane =
            sketch.sides.reduce(0) { $0 + mapped($1 * chunk) } + mapped(padded * chunk) + mapped(winograd.lane)
            + mapped(matrices) + rows
        let working = lanes * lane + winograd.shared + laneGradients + copies
        let others = layers.filter { $0.convolution == nil }.reduce(0) { $0 + $1.parameters }
        let biases = convolutions.reduce(0) { $0 + $1.outChannels }
        let parameters = mapped((others + biases) * float + weights.reduce(0, +))
        let images = 4 * batch * network.inputShape.reduce(float, *)

        var parts = [
            MemoryEstimate.Part(label: "parameters", bytes: parameters),
            MemoryEstimate.Part(label: "gradients", bytes: parameters),
        ]
        let states = training.optimizerState.count - (training.ema == nil ? 0 : 1)
        if states > 0 {
            let label = training.optimizer == .sgd ? "momentum" : "optimizer state"
            parts.append(MemoryEstimate.Part(label: label, bytes: states * parameters))
        }
        if training.ema != nil { parts.append(MemoryEstimate.Part(label: "averaged weights", bytes: parameters)) }
        if isBFloat16 {
            // Copies of the hidden layers' weights, of the first one also for the backward pass if its input is
            // blocked, and of their inputs.
            let flattened = layers.first(where: \.isFlatten).map { size($0.inputShape) / float } ?? 0
            let hidden = layers.filter { $0.linear != nil }.dropLast()
            let bytes = hidden.enumerated().reduce(0) { sum, layer in
                let inputs = layer.offset == 0 ? flattened : layer.element.inputShape[0]
                let copy = mapped(inputs * layer.element.outputShape[0] * float / 2)
                return sum + copy * (layer.offset == 0 && way != .matrices ? 2 : 1) + mapped(inputs * batch * float / 2)
            }
            parts.append(MemoryEstimate.Part(label: "bfloat16 copies", bytes: bytes))
        }
        parts += [
            MemoryEstimate.Part(label: "activations kept for backward", bytes: activations),
            MemoryEstimate.Part(label: "working memory of \(lanes) thread\(lanes == 1 ? "" : "s")", bytes: working),
            MemoryEstimate.Part(label: "batches, one ahead", bytes: images),
            MemoryEstimate.Part(label: "data set", bytes: storedBytes),
            MemoryEstimate.Part(label: "program and libraries", bytes: Self.programBytes),
        ]
        return MemoryEstimate(parts: parts)
    }

    /// Resident memory that is not counted above: code, run-time libraries, compiled operations.
    private static let programBytes = 52 << 20
}

/// How the engine computes convolutions, as far as shapes determine it.
private enum ConvolutionWay {
    /// With our own kernels.
    case winograd
    /// With the library's blocked layouts.
    case blocked
    /// With the library's matrix multiplication of unfolded images (im2col), where it has no other code.
    case matrices

    /// Whether the library has no blocked code for the weight gradient: for kernels of 15 × 15 and larger.
    static func isUnblocked(_ convolution: Convolution) -> Bool { convolution.kernel >= 15 }

    /// These conditions were observed with oneDNN 2.6.
    init(_ network: Network, _ options: EngineOptions, _ processor: ProcessorTraits) {
        let convolutions = network.layers.enumerated().compactMap { place, layer in
            layer.convolution.map { (place: place, convolution: $0, side: layer.outputShape[1]) }
        }
        let first = convolutions.first?.place ?? 0
        func isWinograd(_ place: Int, _ convolution: Convolution) -> Bool {
            processor.hasWinograd && options.convolution != .direct && place > first && WinogradStage.fits(convolution)
        }
        let usesWinograd = convolutions.contains { isWinograd($0.place, $0.convolution) }
        // Beside Winograd, only the first convolution uses other code, as it has too few input channels.
        let others = convolutions.filter {
            !isWinograd($0.place, $0.convolution) && !(usesWinograd && $0.place == first)
        }
        let isLarge = others.contains { $0.place > first && Self.isUnblocked($0.convolution) && 17...39 ~= $0.side }
        let reachesBeyond = others.contains { $0.side <= $0.convolution.padding }
        let isNarrow = others.contains {
            $0.place > first && $0.convolution.kernel > 1 && $0.convolution.inChannels < processor.vectorWidth
        }
        // Only as the network's first layer can a convolution read images in their plain layout.
        let isLate = first > 0
        let hasPlainLoops = isLarge || reachesBeyond || isNarrow || isLate
        self = hasPlainLoops ? .matrices : usesWinograd ? .winograd : .blocked
    }
}

extension Network {
    /// The scratch memory of Winograd convolutions: per lane, and shared by all lanes for the transformed weights. The
    /// first layer has too few channels and is direct; direct convolutions need almost none.
    fileprivate func winogradBytes(vectorWidth: Int, isBFloat16: Bool) -> (lane: Int, shared: Int) {
        func groups(_ channels: Int) -> Int { (channels + vectorWidth - 1) / vectorWidth }
        var (lane, shared) = (0, 0)
        for layer in layers.dropFirst() {
            guard let convolution = layer.convolution, WinogradStage.fits(convolution) else { continue }
            var shape = winograd_shape()
            (shape.sources, shape.results) = (groups(convolution.inChannels), groups(convolution.outChannels))
            shape.vector = vectorWidth
            shape.is_bfloat16 = isBFloat16 && vectorWidth == 16 ? 1 : 0
            lane = max(lane, winograd_scratch_size(&shape) * MemoryLayout<Float>.stride)
            shared += mapped(winograd_weights_size(&shape) * MemoryLayout<Float>.stride)
        }
        return (lane, shared)
    }

    /// The memory for unfolded images (im2col) per lane: one value per kernel position, channel and output position. If
    /// that is much more than the images and weights, the weight gradient unfolds only part of the positions at a time,
    /// and needs several buffers of its own size.
    ///
    /// **Source**: observed requests of oneDNN 2.6.
    ///
    /// - Parameter wayBack: whether the gradient of the input is computed in the same way.
    fileprivate func matrixBytes(chunk: Int, wayBack: Bool) -> Int {
        let float = MemoryLayout<Float>.stride
        return layers.enumerated().reduce(0) { most, layer in
            guard let convolution = layer.element.convolution else { return most }
            let (inputs, outputs) = (convolution.inChannels, convolution.outChannels)
            let places = layer.element.outputShape[1] * layer.element.outputShape[2]
            let each = inputs * convolution.kernel * convolution.kernel * float
            let part = chunk * places * (inputs + outputs) * float * 3 / 4 + each * outputs * 11 / 20
            let block = places * each > 18 * part ? part : places * each
            // For smaller kernels, three of the requested parts are never touched.
            let gradients = (ConvolutionWay.isUnblocked(convolution) ? 4 : 1) * outputs * each
            return max(most, wayBack && layer.offset > 0 ? places * each : 0, block + gradients)
        }
    }
}

/// The memory that the engine maps for this many bytes: large buffers use pages of 2 MiB.
private func mapped(_ bytes: Int) -> Int { bytes >= 2 << 20 ? roundedUp(bytes, to: 2 << 20) : bytes }

private func roundedUp(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
