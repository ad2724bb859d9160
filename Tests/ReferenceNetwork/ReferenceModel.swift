// A whole VGG network as naive loops in double precision, independent of the engine: what its tests compare with.
// Nothing here is fast; use it with small networks.

package import Experiments

/// A network with its parameters and what momentum remembers of them.
package struct ReferenceModel: Sendable {
    /// What a value of the classifier is multiplied with, by layer and number of values; `nil` leaves them alone.
    package typealias Dropout = (_ layer: Int, _ count: Int) -> [Double]

    /// The network.
    package let network: Network
    /// Its tensors by torchvision's names, `features.0.weight` and so on, row-major.
    package var parameters: [String: Tensor]
    private var velocities: [String: Tensor] = [:]

    /// - Parameter parameters: a tensor for each weight and bias of the network.
    package init(_ network: Network, parameters: [String: Tensor]) {
        self.network = network
        self.parameters = parameters
    }

    /// Loss of a batch without dropout: images `[N, C, H, W]`, labels `[N]`.
    package func evaluate(_ pixels: Tensor, labels: [Int]) -> ReferenceLoss {
        softmaxCrossEntropy(forward(pixels, dropout: nil).logits, labels: labels)
    }

    /// Loss of a batch and the gradients of its mean by the parameters' names.
    package func gradients(
        _ pixels: Tensor, labels: [Int], dropout: Dropout? = nil
    ) -> (loss: ReferenceLoss, gradients: [String: Tensor]) {
        let (logits, traces) = forward(pixels, dropout: dropout)
        let loss = softmaxCrossEntropy(logits, labels: labels)
        var gradients: [String: Tensor] = [:]
        var gradient = loss.gradient
        for (layer, trace) in zip(network.layers, traces).reversed() {
            switch layer.kind {
            case .convolution(let facts):
                let found = convolutionBackward(
                    trace.source, weights: tensor(layer, "weight"), padding: facts.padding,
                    gradient: gradient.reluBackward(output: trace.result))
                store(found, of: layer, in: &gradients)
                gradient = found.source
            case .maxPool:
                gradient = maxPoolBackward(
                    sourceShape: trace.source.shape, positions: trace.positions, gradient: gradient)
            case .flatten:
                gradient = gradient.reshaped(trace.source.shape)
            case .linear(let facts):
                let found = linearBackward(
                    trace.source, weights: tensor(layer, "weight"),
                    gradient: facts.hasReLU ? gradient.reluBackward(output: trace.result) : gradient)
                store(found, of: layer, in: &gradients)
                gradient = found.source
            case .dropout:
                if let factors = trace.factors { gradient = gradient * factors }
            }
        }
        return (loss, gradients)
    }

    /// For each layer with parameters, how many of its units are 0 everywhere for every image, after ReLU and the
    /// pooling that follows it; `nil` for the last layer.
    package func deadUnits(_ pixels: Tensor) -> [(dead: Int, units: Int)?] {
        let traces = forward(pixels, dropout: nil).traces
        return network.layers.indices.compactMap { index -> (dead: Int, units: Int)?? in
            let layer = network.layers[index]
            guard layer.name != nil else { return nil }
            guard layer.hasReLU else { return .some(nil) }
            var result = traces[index].result
            if index + 1 < network.layers.count, network.layers[index + 1].isPooling {
                result = traces[index + 1].result
            }
            let units = result.shape[1]
            let area = result.shape.dropFirst(2).reduce(1, *)
            let live = Set(result.values.indices.filter { result.values[$0] != 0 }.map { $0 / area % units })
            return (units - live.count, units)
        }
    }

    /// One step.
    ///
    /// - Returns: loss and gradients before the update.
    @discardableResult
    package mutating func train(
        _ pixels: Tensor, labels: [Int], recipe: TrainingRecipe, dropout: Dropout? = nil
    ) -> (loss: ReferenceLoss, gradients: [String: Tensor]) {
        let found = gradients(pixels, labels: labels, dropout: dropout)
        for (name, gradient) in found.gradients {
            sgd(
                &parameters[name, default: Tensor(zeros: gradient.shape)], gradient: gradient,
                velocity: &velocities[name, default: Tensor(zeros: gradient.shape)],
                learningRate: recipe.learningRate, momentum: recipe.momentum, weightDecay: recipe.weightDecay)
        }
        return found
    }

    /// What a layer leaves for its gradient.
    private struct Trace {
        var source: Tensor
        var result: Tensor
        var positions: [Int] = []
        var factors: Tensor?
    }

    private func forward(_ pixels: Tensor, dropout: Dropout?) -> (logits: Tensor, traces: [Trace]) {
        var traces: [Trace] = []
        var current = pixels
        for (index, layer) in network.layers.enumerated() {
            var trace = Trace(source: current, result: current)
            switch layer.kind {
            case .convolution(let facts):
                trace.result = convolution(
                    current, weights: tensor(layer, "weight"), bias: tensor(layer, "bias"), padding: facts.padding
                ).relu()
            case .maxPool:
                (trace.result, trace.positions) = maxPool(current)
            case .flatten:
                trace.result = current.reshaped([current.shape[0]] + layer.outputShape)
            case .linear(let facts):
                let sums = linear(current, weights: tensor(layer, "weight"), bias: tensor(layer, "bias"))
                trace.result = facts.hasReLU ? sums.relu() : sums
            case .dropout:
                if let dropout {
                    let factors = Tensor(current.shape, dropout(index, current.values.count))
                    trace.factors = factors
                    trace.result = current * factors
                }
            }
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
