// Parameter updates: one pass over all parameters, divided among the threads, that also computes the sums of the health
// metrics.

package import Experiments
internal import Glibc
internal import OneDNN

/// Sums over the parameters of an update.
package struct UpdateSums: Sendable {
    /// Squared gradients, without weight decay.
    package var gradient = 0.0
    /// Squared changes of the parameters.
    package var change = 0.0
    /// Squared parameters before the update.
    package var parameter = 0.0
}

/// Parameters that are updated together, few enough for the L1 cache.
package struct UpdateBlock: Sendable {
    fileprivate let segment: Int
    fileprivate let range: Range<Int>
    /// Whether weight decay applies.
    fileprivate let decays: Bool

    /// Cuts segments of an arena into blocks.
    ///
    /// - Parameter decaying: whether weight decay applies to each segment; `nil` for all.
    package static func cut(_ segments: [Range<Int>], decaying: [Bool]? = nil) -> [UpdateBlock] {
        let size = 4096
        return segments.enumerated().flatMap { segment, range in
            stride(from: range.lowerBound, to: range.upperBound, by: size).map {
                UpdateBlock(
                    segment: segment, range: $0..<min($0 + size, range.upperBound), decays: decaying?[segment] ?? true)
            }
        }
    }
}

/// One update of stochastic gradient descent, as PyTorch's `torch.optim.SGD` defines it:
/// g ← g + λw; v ← μv + g; w ← w − ηv (without momentum, v is g; with Nesterov momentum, g + μv replaces v).
///
/// **Source**: PyTorch documentation of `torch.optim.SGD`, dampening 0.
///
/// - Returns: sums for each of the segments that were cut into `blocks`, the same on any number of threads.
package func sgd(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
    velocities: UnsafeMutableBufferPointer<Float>?, blocks: [UpdateBlock], learningRate: Float, momentum: Float,
    isNesterov: Bool = false, weightDecay: Float, _ averaging: Averaging? = nil
) -> [UpdateSums] {
    guard let w = parameters.baseAddress, let g = gradients.baseAddress else { return [] }
    let v = velocities?.baseAddress
    return update(blocks, parameters, averaging) { block in
        let weightDecay = block.decays ? weightDecay : 0
        // Eight partial sums each, so that additions are independent.
        var (gradient, change, parameter) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        let end = block.range.upperBound - block.range.count % 8
        for index in stride(from: block.range.lowerBound, to: end, by: 8) {
            let (slopes, values) = (load(g + index), load(w + index))
            var direction = slopes + weightDecay * values
            if let v {
                let velocity = momentum * load(v + index) + direction
                store(velocity, v + index)
                direction = isNesterov ? direction + momentum * velocity : velocity
            }
            let difference = learningRate * direction
            store(values - difference, w + index)
            gradient += slopes * slopes
            change += difference * difference
            parameter += values * values
        }
        var sums = UpdateSums(
            gradient: Double(gradient.sum()), change: Double(change.sum()), parameter: Double(parameter.sum()))
        for index in end..<block.range.upperBound {
            let (slope, value) = (g[index], w[index])
            var direction = slope + weightDecay * value
            if let v {
                v[index] = momentum * v[index] + direction
                direction = isNesterov ? direction + momentum * v[index] : v[index]
            }
            let difference = learningRate * direction
            w[index] = value - difference
            sums.add(slope: slope, difference: difference, value: value)
        }
        return sums
    }
}

/// The terms of an Adam update that are the same for all parameters.
package struct AdamFactors: Sendable {
    /// The fraction that is subtracted from the parameter (AdamW), and the one that is added to its gradient (Adam).
    fileprivate let (shrinkage, weightDecay): (Float, Float)
    /// Weights of new values in the running means, 1 − β.
    fileprivate let (meanShare, squareShare): (Float, Float)
    fileprivate let beta2: Float
    /// η / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ).
    fileprivate let (stepSize, rootScale): (Float, Float)
    fileprivate let epsilon: Float

    /// - Parameter update: number of the update, t, from 1.
    package init(_ recipe: TrainingRecipe, learningRate: Double, update: Int) {
        let isDecoupled = recipe.optimizer == .adamw
        shrinkage = isDecoupled ? Float(learningRate * recipe.weightDecay) : 0
        weightDecay = isDecoupled ? 0 : Float(recipe.weightDecay)
        (meanShare, squareShare, beta2) = (Float(1 - recipe.beta1), Float(1 - recipe.beta2), Float(recipe.beta2))
        stepSize = Float(learningRate / (1 - pow(recipe.beta1, Double(update))))
        rootScale = Float(1 / (1 - pow(recipe.beta2, Double(update))).squareRoot())
        epsilon = Float(recipe.epsilon)
    }
}

/// One update of Adam or AdamW, as PyTorch's `torch.optim.Adam` and `AdamW` define them: w ← w − ηλw (AdamW) or
/// g ← g + λw (Adam); m ← m + (1 − β₁)(g − m); s ← β₂s + (1 − β₂)g²; w ← w − η / (1 − β₁ᵗ) · m / (√s / √(1 − β₂ᵗ) + ε).
///
/// **Source**: PyTorch documentation of `torch.optim.Adam` and `torch.optim.AdamW`, without AMSGrad.
///
/// - Returns: sums for each of the segments that were cut into `blocks`, the same on any number of threads.
package func adam(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
    means: UnsafeMutableBufferPointer<Float>, squares: UnsafeMutableBufferPointer<Float>, blocks: [UpdateBlock],
    _ factors: AdamFactors, _ averaging: Averaging? = nil
) -> [UpdateSums] {
    guard let w = parameters.baseAddress, let g = gradients.baseAddress, let m = means.baseAddress,
        let s = squares.baseAddress
    else { return [] }
    return update(blocks, parameters, averaging) { block in
        let (shrinkage, weightDecay) = block.decays ? (factors.shrinkage, factors.weightDecay) : (0, 0)
        var (gradient, change, parameter) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        let end = block.range.upperBound - block.range.count % 8
        for index in stride(from: block.range.lowerBound, to: end, by: 8) {
            let (slopes, values) = (load(g + index), load(w + index))
            let direction = slopes + weightDecay * values
            let mean = load(m + index) + factors.meanShare * (direction - load(m + index))
            let square = factors.beta2 * load(s + index) + factors.squareShare * direction * direction
            store(mean, m + index)
            store(square, s + index)
            let root = square.squareRoot() * factors.rootScale + factors.epsilon
            let difference = shrinkage * values + factors.stepSize * mean / root
            store(values - difference, w + index)
            gradient += slopes * slopes
            change += difference * difference
            parameter += values * values
        }
        var sums = UpdateSums(
            gradient: Double(gradient.sum()), change: Double(change.sum()), parameter: Double(parameter.sum()))
        for index in end..<block.range.upperBound {
            let (slope, value) = (g[index], w[index])
            let direction = slope + weightDecay * value
            m[index] += factors.meanShare * (direction - m[index])
            s[index] = factors.beta2 * s[index] + factors.squareShare * direction * direction
            let root = s[index].squareRoot() * factors.rootScale + factors.epsilon
            let difference = shrinkage * value + factors.stepSize * m[index] / root
            w[index] = value - difference
            sums.add(slope: slope, difference: difference, value: value)
        }
        return sums
    }
}

extension UpdateSums {
    fileprivate mutating func add(slope: Float, difference: Float, value: Float) {
        gradient += Double(slope * slope)
        change += Double(difference * difference)
        parameter += Double(value * value)
    }
}

/// Running means of parameters: a ← a + s (w − a) after each update.
package struct Averaging {
    fileprivate let averages: UnsafeMutableBufferPointer<Float>
    fileprivate let share: Float

    /// - Parameters:
    ///   - averages: in the order of the parameters.
    ///   - share: s, which is 1 minus the decay rate.
    package init(averages: UnsafeMutableBufferPointer<Float>, share: Float) {
        (self.averages, self.share) = (averages, share)
    }

    /// Updates the means of a block.
    fileprivate func follow(_ parameters: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>) {
        guard let w = parameters.baseAddress, let a = averages.baseAddress else { return }
        let end = range.upperBound - range.count % 8
        for index in stride(from: range.lowerBound, to: end, by: 8) {
            store(load(a + index) + share * (load(w + index) - load(a + index)), a + index)
        }
        for index in end..<range.upperBound { a[index] += share * (w[index] - a[index]) }
    }
}

/// Updates blocks and their running means on all threads, and adds up the sums in order.
@inline(__always)
private func update(
    _ blocks: [UpdateBlock], _ parameters: UnsafeMutableBufferPointer<Float>, _ averaging: Averaging?,
    _ body: (UpdateBlock) -> UpdateSums
) -> [UpdateSums] {
    guard let last = blocks.last else { return [] }
    return withUnsafeTemporaryAllocation(of: UpdateSums.self, capacity: blocks.count) { sums in
        parallel { part, parts in
            for index in blocks.count * part / parts..<blocks.count * (part + 1) / parts {
                sums.initializeElement(at: index, to: body(blocks[index]))
                averaging?.follow(parameters, blocks[index].range)
            }
        }
        var result = [UpdateSums](repeating: UpdateSums(), count: last.segment + 1)
        for (block, sums) in zip(blocks, sums) {
            result[block.segment].gradient += sums.gradient
            result[block.segment].change += sums.change
            result[block.segment].parameter += sums.parameter
        }
        return result
    }
}
