// A whole network as naive loops in double precision, independent of the engine, for comparison in tests. Slow: only
// for small networks.

package import Experiments

/// A network with its parameters and momentum.
package struct ReferenceModel: Sendable {
    /// Dropout factors for a classifier layer's values, by layer and number of values; `nil` without dropout.
    package typealias Dropout = (_ layer: Int, _ count: Int) -> [Double]

    package let network: Network
    /// Parameters and statistics by torchvision's names, such as `features.0.weight`; row-major.
    package var parameters: [String: Tensor]
    private var velocities: [String: Tensor] = [:]

    /// - Parameter parameters: a tensor for each parameter and statistic of the network.
    package init(_ network: Network, parameters: [String: Tensor]) {
        self.network = network
        self.parameters = parameters
    }

    /// Computes the loss of a batch without dropout: images `[N, C, H, W]`, labels `[N]`.
    package func evaluate(_ pixels: Tensor, labels: [Int]) -> ReferenceLoss {
        softmaxCrossEntropy(forward(pixels, dropout: nil).logits, labels: labels)
    }

    /// Computes the loss of a batch, and the gradients of the mean loss by parameter name.
    package func gradients(
        _ pixels: Tensor, labels: [Int], dropout: Dropout? = nil
    ) -> (loss: ReferenceLoss, gradients: [String: Tensor]) {
        let (logits, traces) = forward(pixels, dropout: dropout, isTraining: true)
        let loss = softmaxCrossEntropy(logits, labels: labels)
        var gradients: [String: Tensor] = [:]
        var gradient = loss.gradient
        for (layer, trace) in zip(network.layers, traces).reversed() {
            if let activation = layer.activation {
                gradient = gradient.activationBackward(activation, source: trace.sums)
            }
            switch layer.kind {
            case .convolution(let facts):
                let found = convolutionBackward(
                    trace.source, weights: tensor(layer, "weight"), stride: facts.stride, padding: facts.padding,
                    gradient: gradient)
                store(found, of: layer, in: &gradients)
                gradient = found.source
            case .pooling(let facts) where facts.operation == .max:
                gradient = maxPoolBackward(
                    sourceShape: trace.source.shape, positions: trace.positions, gradient: gradient)
            case .pooling(let facts):
                gradient = averagePoolBackward(
                    sourceShape: trace.source.shape, kernel: facts.kernel, stride: facts.stride,
                    padding: facts.padding, gradient: gradient)
            case .globalAveragePool:
                gradient = globalAveragePoolBackward(sourceShape: trace.source.shape, gradient: gradient)
            case .batchNorm:
                guard let norm = trace.norm else { preconditionFailure("a training step normalizes by the batch") }
                let found = norm.backward(gradient)
                store(found, of: layer, in: &gradients)
                gradient = found.source
            case .localResponseNorm(let facts):
                gradient = localResponseNormBackward(trace.source, facts, gradient: gradient)
            case .activation: break
            case .flatten:
                gradient = gradient.reshaped(trace.source.shape)
            case .linear:
                let found = linearBackward(trace.source, weights: tensor(layer, "weight"), gradient: gradient)
                store(found, of: layer, in: &gradients)
                gradient = found.source
            case .dropout:
                if let factors = trace.factors { gradient = gradient * factors }
            }
        }
        return (loss, gradients)
    }

    /// Counts each layer's dead units: 0 everywhere for every image, after ReLU and the pooling that follows it; `nil`
    /// for the last layer.
    package func deadUnits(_ pixels: Tensor) -> [(dead: Int, units: Int)?] {
        let traces = forward(pixels, dropout: nil, isTraining: true).traces
        return network.layers.indices.compactMap { index -> (dead: Int, units: Int)?? in
            let layer = network.layers[index]
            guard layer.name != nil else { return nil }
            guard layer.activation == .relu else { return .some(nil) }
            var result = traces[index].result
            if index + 1 < network.layers.count, network.layers[index + 1].isHalving {
                result = traces[index + 1].result
            }
            let units = result.shape[1]
            let area = result.shape.dropFirst(2).reduce(1, *)
            let live = Set(result.values.indices.filter { result.values[$0] != 0 }.map { $0 / area % units })
            return (units - live.count, units)
        }
    }

    ///
    /// - Returns: loss and gradients before the update.
    @discardableResult
    package mutating func train(
        _ pixels: Tensor, labels: [Int], recipe: TrainingRecipe, dropout: Dropout? = nil
    ) -> (loss: ReferenceLoss, gradients: [String: Tensor]) {
        let found = gradients(pixels, labels: labels, dropout: dropout)
        if network.layers.contains(where: { $0.batchNorm != nil }) {
            updateStatistics(forward(pixels, dropout: dropout, isTraining: true).traces)
        }
        for (name, gradient) in found.gradients {
            sgd(
                &parameters[name, default: Tensor(zeros: gradient.shape)], gradient: gradient,
                velocity: &velocities[name, default: Tensor(zeros: gradient.shape)],
                learningRate: recipe.learningRate, momentum: recipe.momentum, weightDecay: recipe.weightDecay)
        }
        return found
    }

    /// Moves running statistics towards the batch's by a tenth; the variance is unbiased.
    private mutating func updateStatistics(_ traces: [Trace]) {
        for (layer, trace) in zip(network.layers, traces) {
            guard let norm = trace.norm, let name = layer.name, norm.count > 1 else { continue }
            let unbiased = norm.variances.map { $0 * Double(norm.count) / Double(norm.count - 1) }
            for (kind, values) in [("running_mean", norm.means), ("running_var", unbiased)] {
                let old = tensor(layer, kind).values
                parameters["\(name).\(kind)"] = Tensor([values.count], zip(old, values).map { 0.9 * $0 + 0.1 * $1 })
            }
        }
    }

    /// Values that a layer saves for its gradient.
    private struct Trace {
        var source: Tensor
        var result: Tensor
        /// Output before the activation.
        var sums: Tensor
        var positions: [Int] = []
        var factors: Tensor?
        var norm: ReferenceBatchNorm?
    }

    /// - Parameter isTraining: whether batch normalization uses the batch's statistics.
    private func forward(
        _ pixels: Tensor, dropout: Dropout?, isTraining: Bool = false
    ) -> (logits: Tensor, traces: [Trace]) {
        var traces: [Trace] = []
        var current = pixels
        for (index, layer) in network.layers.enumerated() {
            var trace = Trace(source: current, result: current, sums: current)
            switch layer.kind {
            case .convolution(let facts):
                trace.sums = convolution(
                    current, weights: tensor(layer, "weight"), bias: tensor(layer, "bias"), stride: facts.stride,
                    padding: facts.padding)
            case .pooling(let facts) where facts.operation == .max:
                (trace.sums, trace.positions) = maxPool(
                    current, kernel: facts.kernel, stride: facts.stride, padding: facts.padding)
            case .pooling(let facts):
                trace.sums = averagePool(
                    current, kernel: facts.kernel, stride: facts.stride, padding: facts.padding)
            case .globalAveragePool: trace.sums = globalAveragePool(current)
            case .batchNorm where isTraining:
                let norm = ReferenceBatchNorm(
                    current, scale: tensor(layer, "weight"), shift: tensor(layer, "bias"))
                (trace.norm, trace.sums) = (norm, norm.result)
            case .batchNorm:
                trace.sums = normalized(
                    current, scale: tensor(layer, "weight"), shift: tensor(layer, "bias"),
                    mean: tensor(layer, "running_mean"), variance: tensor(layer, "running_var"))
            case .localResponseNorm(let facts): trace.sums = localResponseNorm(current, facts)
            case .activation: break
            case .flatten:
                trace.sums = current.reshaped([current.shape[0]] + layer.outputShape)
            case .linear:
                trace.sums = linear(current, weights: tensor(layer, "weight"), bias: tensor(layer, "bias"))
            case .dropout:
                if let dropout {
                    let factors = Tensor(current.shape, dropout(index, current.values.count))
                    trace.factors = factors
                    trace.sums = current * factors
                }
            }
            trace.result = layer.activation.map(trace.sums.activated) ?? trace.sums
            current = trace.result
            traces.append(trace)
        }
        return (current, traces)
    }

    private func tensor(_ layer: Layer, _ kind: String) -> Tensor {
        guard let found = parameters["\(layer.name ?? "").\(kind)"] else {
            preconditionFailure("the reference has no \(kind) for \(layer)")
        }
        return found
    }

    private func store(_ found: WeightedGradients, of layer: Layer, in gradients: inout [String: Tensor]) {
        guard let name = layer.name else { return }
        gradients["\(name).weight"] = found.weights
        gradients["\(name).bias"] = found.bias
    }
}
