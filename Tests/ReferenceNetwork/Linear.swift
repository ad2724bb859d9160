// Linear layer, loss and SGD by definition.

import Foundation

/// Computes y = x·Wᵀ + b: `[N, I]`, `[O, I]`, `[O]` → `[N, O]`.
package func linear(_ source: Tensor, weights: Tensor, bias: Tensor) -> Tensor {
    let (n, inputs, outputs) = (source.shape[0], weights.shape[1], weights.shape[0])
    var result = Tensor(zeros: [n, outputs])
    for n in 0..<n {
        for o in 0..<outputs {
            var sum = bias.values[o]
            for i in 0..<inputs { sum += source.values[n * inputs + i] * weights.values[o * inputs + i] }
            result.values[n * outputs + o] = sum
        }
    }
    return result
}

/// Computes the gradients of `linear` from the gradient of its output.
package func linearBackward(_ source: Tensor, weights: Tensor, gradient: Tensor) -> WeightedGradients {
    let (n, inputs, outputs) = (source.shape[0], weights.shape[1], weights.shape[0])
    var result = WeightedGradients(
        source: Tensor(zeros: source.shape), weights: Tensor(zeros: weights.shape), bias: Tensor(zeros: [outputs]))
    for n in 0..<n {
        for o in 0..<outputs {
            let slope = gradient.values[n * outputs + o]
            result.bias.values[o] += slope
            for i in 0..<inputs {
                result.source.values[n * inputs + i] += slope * weights.values[o * inputs + i]
                result.weights.values[o * inputs + i] += slope * source.values[n * inputs + i]
            }
        }
    }
    return result
}

package struct ReferenceLoss: Sendable {
    /// Sum of the cross-entropy over the images.
    package var sum: Double
    /// Number of images whose largest logit is at their label; of several equal logits, the first counts.
    package var correct: Int
    /// Gradient of the mean cross-entropy with respect to the logits.
    package var gradient: Tensor
}

/// Computes the cross-entropy of softmax(logits), `[N, classes]`, with `labels`, `[N]`.
///
/// **Source**: Goodfellow, Bengio & Courville, *Deep Learning*, 2016, section 6.2.2.3.
package func softmaxCrossEntropy(_ logits: Tensor, labels: [Int]) -> ReferenceLoss {
    let classes = logits.shape[1]
    var loss = ReferenceLoss(sum: 0, correct: 0, gradient: Tensor(zeros: logits.shape))
    for (n, label) in labels.enumerated() {
        let row = Array(logits.values[n * classes..<(n + 1) * classes])
        guard let largest = row.max() else { continue }
        let sum = row.reduce(0) { $0 + exp($1 - largest) }
        loss.sum += log(sum) + largest - row[label]
        loss.correct += sum.isFinite && row.firstIndex(of: largest) == label ? 1 : 0
        for k in 0..<classes {
            let probability = exp(row[k] - largest) / sum
            loss.gradient.values[n * classes + k] = (probability - (k == label ? 1 : 0)) / Double(labels.count)
        }
    }
    return loss
}

/// One step of `torch.optim.SGD` without dampening or Nesterov momentum: g ← g + λw; v ← μv + g; w ← w − ηv.
package func sgd(
    _ parameter: inout Tensor, gradient: Tensor, velocity: inout Tensor, learningRate: Double, momentum: Double,
    weightDecay: Double
) {
    for index in parameter.values.indices {
        let slope = gradient.values[index] + weightDecay * parameter.values[index]
        velocity.values[index] = momentum * velocity.values[index] + slope
        parameter.values[index] -= learningRate * velocity.values[index]
    }
}
