// Normalizations, activations and their gradients, as in the papers.

import Foundation

package import Experiments

/// Batch normalization over images and positions of each channel: `[N, C, …]`.
///
/// **Source**: Ioffe & Szegedy, *Batch Normalization*, 2015, algorithm 1.
package struct ReferenceBatchNorm: Sendable {
    package let result: Tensor
    /// Statistics per channel; the variance is biased.
    package let means: [Double]
    package let variances: [Double]
    /// Number of values per channel.
    package let count: Int
    private let normalized: Tensor
    private let scale: Tensor

    package init(_ source: Tensor, scale: Tensor, shift: Tensor) {
        let channels = source.shape[1]
        let members = channelMembers(of: source.shape)
        let count = members[0].count
        let means = members.map { $0.reduce(0) { $0 + source.values[$1] } / Double(count) }
        let variances = (0..<channels).map { channel in
            members[channel].reduce(0) { $0 + pow(source.values[$1] - means[channel], 2) } / Double(count)
        }
        var normalized = source
        var result = source
        for (channel, positions) in members.enumerated() {
            for position in positions {
                let value = (source.values[position] - means[channel]) / (variances[channel] + 1e-5).squareRoot()
                normalized.values[position] = value
                result.values[position] = value * scale.values[channel] + shift.values[channel]
            }
        }
        (self.result, self.means, self.variances, self.count) = (result, means, variances, count)
        (self.normalized, self.scale) = (normalized, scale)
    }

    /// Computes the gradients from the gradient of the output.
    package func backward(_ gradient: Tensor) -> WeightedGradients {
        let members = channelMembers(of: gradient.shape)
        var found = WeightedGradients(
            source: gradient, weights: Tensor(zeros: [members.count]), bias: Tensor(zeros: [members.count]))
        for (channel, positions) in members.enumerated() {
            let sum = positions.reduce(0) { $0 + gradient.values[$1] }
            let product = positions.reduce(0) { $0 + gradient.values[$1] * normalized.values[$1] }
            found.bias.values[channel] = sum
            found.weights.values[channel] = product
            let factor = scale.values[channel] / (variances[channel] + 1e-5).squareRoot()
            for position in positions {
                let rest = (sum + normalized.values[position] * product) / Double(count)
                found.source.values[position] = factor * (gradient.values[position] - rest)
            }
        }
        return found
    }
}

/// Batch normalization with given statistics.
package func normalized(
    _ source: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor
) -> Tensor {
    var result = source
    for (channel, positions) in channelMembers(of: source.shape).enumerated() {
        for position in positions {
            result.values[position] =
                (source.values[position] - mean.values[channel]) / (variance.values[channel] + 1e-5).squareRoot()
                * scale.values[channel] + shift.values[channel]
        }
    }
    return result
}

/// The indices of each channel's values in `[N, C, …]`.
private func channelMembers(of shape: [Int]) -> [[Int]] {
    let area = shape.dropFirst(2).reduce(1, *)
    return (0..<shape[1]).map { channel in
        (0..<shape[0]).flatMap { image in
            let first = (image * shape[1] + channel) * area
            return Array(first..<first + area)
        }
    }
}

/// Local response normalization across channels: `[N, C, H, W]`.
///
/// **Source**: PyTorch documentation of `torch.nn.LocalResponseNorm`.
package func localResponseNorm(_ source: Tensor, _ settings: LocalResponseNorm) -> Tensor {
    let sums = responseSums(source, settings)
    return Tensor(source.shape, zip(source.values, sums).map { $0 * pow($1, -settings.beta) })
}

/// Gradient of `localResponseNorm`.
package func localResponseNormBackward(_ source: Tensor, _ settings: LocalResponseNorm, gradient: Tensor) -> Tensor {
    let sums = responseSums(source, settings)
    let factor = -2 * settings.beta * settings.alpha / Double(settings.size)
    var result = Tensor(source.shape, zip(gradient.values, sums).map { $0 * pow($1, -settings.beta) })
    forEachNeighbour(source.shape, settings.size) { position, neighbour in
        result.values[neighbour] +=
            gradient.values[position] * source.values[position] * pow(sums[position], -settings.beta - 1) * factor
            * source.values[neighbour]
    }
    return result
}

private func responseSums(_ source: Tensor, _ settings: LocalResponseNorm) -> [Double] {
    var sums = [Double](repeating: settings.k, count: source.values.count)
    forEachNeighbour(source.shape, settings.size) { position, neighbour in
        sums[position] += settings.alpha / Double(settings.size) * source.values[neighbour] * source.values[neighbour]
    }
    return sums
}

private func forEachNeighbour(_ shape: [Int], _ size: Int, _ body: (_ position: Int, _ neighbour: Int) -> Void) {
    let (channels, area) = (shape[1], shape[2] * shape[3])
    for position in 0..<shape.reduce(1, *) {
        let channel = position / area % channels
        for other in (channel - size / 2)..<(channel - size / 2 + size) where 0..<channels ~= other {
            body(position, position + (other - channel) * area)
        }
    }
}

extension Tensor {
    /// Elementwise activation.
    ///
    /// **Source**: PyTorch documentation of the activations in `torch.nn`, with their defaults.
    package func activated(_ activation: Activation) -> Tensor {
        Tensor(shape, values.map { activation.value($0) })
    }

    /// Computes the gradient of an activation's input `source` from the gradient of its output.
    package func activationBackward(_ activation: Activation, source: Tensor) -> Tensor {
        // Selects instead of multiplying by slope 0, which would propagate a NaN gradient.
        Tensor(shape, zip(values, source.values).map { activation == .relu && $1 <= 0 ? 0 : $0 * activation.slope($1) })
    }
}

extension Activation {
    fileprivate func value(_ x: Double) -> Double {
        switch self {
        case .relu: x < 0 ? 0 : x
        case .leakyReLU: x < 0 ? 0.01 * x : x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: Foundation.tanh(x)
        case .gelu: x * (1 + erf(x / 2.squareRoot())) / 2
        case .silu: x / (1 + exp(-x))
        }
    }

    fileprivate func slope(_ x: Double) -> Double {
        let sigmoid = 1 / (1 + exp(-x))
        switch self {
        case .relu: return 1
        case .leakyReLU: return x > 0 ? 1 : 0.01
        case .sigmoid: return sigmoid * (1 - sigmoid)
        case .tanh: return 1 - pow(Foundation.tanh(x), 2)
        case .gelu: return (1 + erf(x / 2.squareRoot())) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        case .silu: return sigmoid * (1 + x * (1 - sigmoid))
        }
    }
}
