// Batch normalization. Its statistics need the whole batch, so it ends a segment: the segment before it measures its
// chunks, and the one after it applies the combined statistics. The backward pass does the same in reverse.

internal import CKernels
internal import Experiments
internal import Model
internal import OneDNN

/// The statistics of one layer that a program's chunks share.
final class BatchNormSums {
    /// One chunk's statistics or sums, one value per channel.
    final class Part {
        let count: Double
        var means: [Double]
        var squares: [Double]

        fileprivate init(count: Int, channels: Int) {
            self.count = Double(count)
            means = [Double](repeating: 0, count: channels)
            squares = means
        }
    }

    /// Number of channels, padded to whole groups.
    fileprivate let channels: Int
    /// Indexed by the first image of each chunk.
    private var parts: [Int: Part] = [:]
    fileprivate var means: [Float]
    fileprivate var scales: [Float]
    fileprivate var shifts: [Float]
    /// The gradient of a value is the gradient of its output times `a`, plus its difference from the mean times `b`,
    /// plus `c`.
    fileprivate var factors: (a: [Float], b: [Float], c: [Float])
    private var deviations: [Double]

    init(channels: Int) {
        self.channels = channels
        means = [Float](repeating: 0, count: channels)
        (scales, shifts, factors) = (means, means, (means, means, means))
        deviations = [Double](repeating: 0, count: channels)
    }

    fileprivate func part(from start: Int, values: Int) -> Part {
        if let part = parts[start] { return part }
        let part = Part(count: values, channels: channels)
        parts[start] = part
        return part
    }

    private var inOrder: [Part] { parts.sorted { $0.key < $1.key }.map(\.value) }

    /// Combines the chunks' statistics in order.
    fileprivate func normalize(_ parameters: LayerParameters) {
        var (count, batchMeans, squares) = (
            0.0, [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
        )
        for part in inOrder {
            norm_combine(channels, count, &batchMeans, &squares, part.count, part.means, part.squares)
            count += part.count
        }
        let (weights, biases) = (parameters.weight.value.floats, parameters.bias.value.floats)
        for channel in 0..<parameters.weight.info.count {
            let variance = squares[channel] / count
            deviations[channel] = 1 / (variance + BatchNorm.epsilon).squareRoot()
            let scale = Double(weights[channel]) * deviations[channel]
            means[channel] = Float(batchMeans[channel])
            scales[channel] = Float(scale)
            shifts[channel] = Float(Double(biases[channel]) - batchMeans[channel] * scale)
            parameters.statistics?.note(
                channel, mean: batchMeans[channel], variance: count > 1 ? squares[channel] / (count - 1) : .infinity)
        }
    }

    /// Uses the running statistics.
    fileprivate func normalizeForEvaluation(_ parameters: LayerParameters) {
        guard let statistics = parameters.statistics else { return }
        for channel in 0..<parameters.weight.info.count {
            let deviation = 1 / (Double(statistics.variance.floats[channel]) + BatchNorm.epsilon).squareRoot()
            let scale = Double(parameters.weight.value.floats[channel]) * deviation
            scales[channel] = Float(scale)
            shifts[channel] = Float(
                Double(parameters.bias.value.floats[channel]) - Double(statistics.mean.floats[channel]) * scale)
        }
    }

    /// Adds up the chunks' sums in order, and sets the parameters' gradients.
    fileprivate func differentiate(_ parameters: LayerParameters, weights: Memory, biases: Memory) {
        let (sums, products) = inOrder.reduce(into: (means.map { _ in 0.0 }, means.map { _ in 0.0 })) { total, part in
            for channel in 0..<channels {
                total.0[channel] += part.means[channel]
                total.1[channel] += part.squares[channel]
            }
        }
        let count = inOrder.reduce(0) { $0 + $1.count }
        for channel in 0..<parameters.weight.info.count {
            let deviation = deviations[channel]
            weights.floats[channel] = Float(products[channel] * deviation)
            biases.floats[channel] = Float(sums[channel])
            let scale = Double(parameters.weight.value.floats[channel]) * deviation
            factors.a[channel] = Float(scale)
            factors.b[channel] = Float(-scale * deviation * deviation * products[channel] / count)
            factors.c[channel] = Float(-scale * sums[channel] / count)
        }
    }
}

extension ActivationGrid {
    fileprivate var norm: norm_shape {
        norm_shape(images: images, groups: groups, area: height * width, channels: channels)
    }

    fileprivate var valuesPerChannel: Int { images * height * width }
}

/// The last stage of a segment: leaves values unchanged and measures them; its backward pass converts the gradient of
/// normalized values to that of the values.
struct BatchNormMeasureStage: Stage {
    let layer: Int
    let source: Descriptor
    var destination: Descriptor { source }
    let readsSource = false
    let readsDestination = true
    let isInPlace: Bool
    private let grid: ActivationGrid

    init(layer: Int, source: Descriptor, isInPlace: Bool) throws(OneDNNError) {
        let grid = try ActivationGrid(of: source)
        self.isInPlace = isInPlace
        self.layer = layer
        self.source = source
        self.grid = grid
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let part = builder.normSums(of: layer, channels: grid.paddedChannels)
            .part(from: step.start, values: grid.valuesPerChannel)
        builder.append(layer, .forward) {
            if !isInPlace { _ = step.destination.floats.update(from: step.source.floats) }
            var shape = grid.norm
            norm_measure(&shape, step.destination.floats.baseAddress, &part.means, &part.squares)
        }
    }

    func appendBetween(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {
        guard pass == .backwardData else { return }
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        let parameters = builder.layerParameters(layer)
        let (weights, biases) = try builder.gradients(of: layer, like: nil)
        builder.append(layer, .backwardWeights) {
            sums.differentiate(parameters, weights: weights, biases: biases)
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let sourceGradient = step.sourceGradient else { return }
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        builder.append(layer, .backwardData) {
            if !isInPlace { _ = sourceGradient.floats.update(from: step.gradient.floats) }
            var shape = grid.norm
            norm_backward(
                &shape, step.destination.floats.baseAddress, sums.means, sums.factors.a, sums.factors.b,
                sums.factors.c, sourceGradient.floats.baseAddress)
        }
    }
}

/// The first stage of the next segment: normalizes, applies ReLU if it follows, and sums up gradients in the backward
/// pass. In an evaluation it uses the running statistics, and there is only one segment.
struct BatchNormApplyStage: Stage {
    let layer: Int
    let source: Descriptor
    var destination: Descriptor { source }
    let readsSource = true
    let endsWithReLU: Bool
    let isInPlace: Bool
    private let purpose: Purpose
    private let grid: ActivationGrid

    init(
        layer: Int, source: Descriptor, hasReLU: Bool, isInPlace: Bool, purpose: Purpose
    ) throws(OneDNNError) {
        let grid = try ActivationGrid(of: source)
        self.layer = layer
        self.source = source
        self.grid = grid
        self.purpose = purpose
        endsWithReLU = hasReLU
        self.isInPlace = isInPlace
    }

    var readsDestination: Bool { endsWithReLU }
    var unitLayer: Int? { endsWithReLU ? layer : nil }

    func appendWeights(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {
        guard purpose == .inference, pass == .forward else { return }
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        let parameters = builder.layerParameters(layer)
        builder.append(layer, .forward) { sums.normalizeForEvaluation(parameters) }
    }

    func appendBetween(_ pass: Pass, to builder: ProgramBuilder) throws(OneDNNError) {
        guard purpose == .training, pass == .forward else { return }
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        let parameters = builder.layerParameters(layer)
        builder.append(layer, .forward) { sums.normalize(parameters) }
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        builder.append(layer, .forward) {
            var shape = grid.norm
            norm_apply(
                &shape, step.source.floats.baseAddress, sums.scales, sums.shifts, endsWithReLU ? 1 : 0,
                step.destination.floats.baseAddress)
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        let sums = builder.normSums(of: layer, channels: grid.paddedChannels)
        let part = sums.part(from: step.start, values: grid.valuesPerChannel)
        let masked = step.sourceGradient ?? step.gradient
        builder.append(layer, .backwardData) {
            var shape = grid.norm
            let results = endsWithReLU && !step.isMasked ? step.destination.floats.baseAddress : nil
            norm_backward_sums(
                &shape, step.source.floats.baseAddress, sums.means, results, step.gradient.floats.baseAddress,
                masked.floats.baseAddress, &part.means, &part.squares)
        }
    }
}
