// The loops that are ours and not the library's: dropout, softmax cross-entropy, SGD, sums. Each works on plain
// numbers, whatever their layout, and splits them over the library's threads.

package import Experiments
internal import Glibc
internal import OneDNN

/// The part of `count` numbers that is `part`'s of `parts`, cut at multiples of 16 so that no two share a cache line.
private func share(of count: Int, _ part: Int, _ parts: Int) -> Range<Int> {
    let lines = (count + 15) / 16
    let start = min(lines * part / parts * 16, count)
    let end = min(lines * (part + 1) / parts * 16, count)
    return start..<end
}

/// sum[i] += addend[i]
package func add(_ addend: UnsafeMutableBufferPointer<Float>, into sum: UnsafeMutableBufferPointer<Float>) {
    parallel { part, parts in
        for index in share(of: sum.count, part, parts) { sum[index] += addend[index] }
    }
}

/// Value i becomes number i of `random`, spread over [−bound, bound).
func fillUniform(_ values: UnsafeMutableBufferPointer<Float>, bound: Float, random: CounterRandom) {
    parallel { part, parts in
        for index in share(of: values.count, part, parts) {
            values[index] = (2 * random.uniform(at: UInt64(index)) - 1) * bound
        }
    }
}

/// Value i becomes a number of N(0, deviation²), made of the numbers 2 i and 2 i + 1 of `random`.
///
/// **Source**: Box & Muller, *A Note on the Generation of Random Normal Deviates*, 1958.
func fillNormal(_ values: UnsafeMutableBufferPointer<Float>, deviation: Double, random: CounterRandom) {
    parallel { part, parts in
        for index in share(of: values.count, part, parts) {
            let (first, second) = (random.uniform(at: UInt64(2 * index)), random.uniform(at: UInt64(2 * index + 1)))
            let radius = (-2 * log(1 - Double(first))).squareRoot()
            values[index] = Float(deviation * radius * cos(2 * .pi * Double(second)))
        }
    }
}

/// ReLU in place. As in PyTorch, NaN stays NaN.
package func relu(_ values: UnsafeMutableBufferPointer<Float>) {
    parallel { part, parts in
        for index in share(of: values.count, part, parts) { values[index] = values[index] < 0 ? 0 : values[index] }
    }
}

/// ReLU in place of `[N, units]`.
///
/// - Parameter live: a word a unit that gets bits where one of its values is not 0.
package func relu(_ values: UnsafeMutableBufferPointer<Float>, live: UnsafeMutableBufferPointer<UInt32>) {
    let units = live.count
    parallel { part, parts in
        for start in stride(from: 0, to: values.count, by: units) {
            for unit in share(of: units, part, parts) {
                let value = values[start + unit]
                let result = value < 0 ? 0 : value
                values[start + unit] = result
                live[unit] |= result.bitPattern << 1
            }
        }
    }
}

/// Gradient of ReLU from its output, in place: it passes where the output is above 0 or NaN.
package func reluBackward(
    gradient: UnsafeMutableBufferPointer<Float>, output: UnsafeMutableBufferPointer<Float>
) {
    parallel { part, parts in
        for index in share(of: gradient.count, part, parts) {
            gradient[index] = output[index] <= 0 ? 0 : gradient[index]
        }
    }
}

/// Zeroes values with probability `p` and scales the others by 1 / (1 − p), in place. What is not finite becomes NaN
/// where it is dropped, as in PyTorch.
///
/// What happens to value i of a step depends on `random` and i alone.
///
/// **Source**: Srivastava et al., *Dropout*, 2014, in the "inverted" form that PyTorch uses.
///
/// - Parameter first: the place of the first value among those that `random` is for.
package func dropout(
    _ values: UnsafeMutableBufferPointer<Float>, probability p: Double, random: CounterRandom, from first: Int = 0
) {
    let threshold = UInt32(p * 0x1p32)
    let scale = Float(1 / (1 - p))
    parallel { part, parts in
        for index in share(of: values.count, part, parts) {
            let kept = UInt32(truncatingIfNeeded: random.bits(at: UInt64(first + index)) >> 32) >= threshold
            values[index] *= kept ? scale : 0
        }
    }
}

/// Gradient of dropout after ReLU from their common output, in place: where the output is above 0 or NaN the value was
/// kept and the ReLU open, so the gradient passes, scaled; elsewhere it is 0. No mask needs to be stored.
package func dropoutReluBackward(
    gradient: UnsafeMutableBufferPointer<Float>, output: UnsafeMutableBufferPointer<Float>, probability p: Double
) {
    let scale = Float(1 / (1 - p))
    parallel { part, parts in
        for index in share(of: gradient.count, part, parts) {
            gradient[index] = output[index] <= 0 ? 0 : gradient[index] * scale
        }
    }
}

/// Softmax of each image's logits.
///
/// **Shapes**: `[N, classes]` → `[N, classes]`.
package func softmax(logits: UnsafeMutableBufferPointer<Float>, numClasses: Int) -> [Float] {
    var probabilities = [Float](repeating: 0, count: logits.count)
    for start in stride(from: 0, to: logits.count, by: numClasses) {
        let row = start..<start + numClasses
        let largest = logits[row].max() ?? 0
        var sum: Float = 0
        for index in row {
            probabilities[index] = exp(logits[index] - largest)
            sum += probabilities[index]
        }
        for index in row { probabilities[index] /= sum }
    }
    return probabilities
}

/// Mean cross-entropy of softmax(logits) with the labels, and its gradient with respect to the logits.
///
/// **Source**: PyTorch documentation of `torch.nn.CrossEntropyLoss` for `smoothing`, the part of each label that is spread
/// evenly over all classes.
///
/// **Shapes**: logits `[N, classes]`, gradient `[N, classes]` (or `nil` where it is not wanted), labels `[N]`.
///
/// - Returns: the loss summed over the batch and how many images have their largest logit at the label.
package func softmaxCrossEntropy(
    logits: UnsafeMutableBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, numClasses: Int,
    gradient: UnsafeMutableBufferPointer<Float>?, smoothing: Float = 0
) -> (lossSum: Double, correct: Int) {
    let (share, rest) = (1 - smoothing, smoothing / Float(numClasses))
    var lossSum = 0.0
    var correct = 0
    let scale = 1 / Float(labels.count)
    for (row, label) in labels.enumerated() {
        let values = UnsafeMutableBufferPointer(rebasing: logits[row * numClasses..<(row + 1) * numClasses])
        var largest = -Float.infinity
        var winner = 0
        for (index, value) in values.enumerated() where value > largest {
            largest = value
            winner = index
        }
        var sum: Float = 0
        for value in values { sum += expf(value - largest) }
        // What is not finite is no answer, whichever logit it is.
        let isAnswer = sum.isFinite
        let logSum = logf(sum)
        lossSum += Double(share * (logSum + (largest - values[Int(label)])))
        if smoothing > 0 {
            let mean = values.reduce(0, +) / Float(numClasses)
            lossSum += Double(smoothing * (logSum + (largest - mean)))
        }
        if isAnswer && winner == Int(label) { correct += 1 }
        guard let gradient else { continue }
        for (index, value) in values.enumerated() {
            let probability = expf(value - largest) / sum
            gradient[row * numClasses + index] = (probability - (index == Int(label) ? share + rest : rest)) * scale
        }
    }
    return (lossSum, correct)
}

/// value[i] *= factor
func multiply(_ values: UnsafeMutableBufferPointer<Float>, by factor: Float) {
    parallel { part, parts in
        for index in share(of: values.count, part, parts) { values[index] *= factor }
    }
}

/// What an update sums up over some parameters.
package struct UpdateSums: Sendable {
    /// Squares of the gradients as they came, without weight decay.
    package var gradient = 0.0
    /// Squares of what is subtracted.
    package var change = 0.0
    /// Squares of the parameters before it.
    package var parameter = 0.0
}

/// A block of parameters that are updated together, so that they are fetched into the first cache once.
package struct UpdateBlock: Sendable {
    fileprivate let segment: Int
    fileprivate let range: Range<Int>
    /// Whether weight decay applies.
    fileprivate let decays: Bool

    /// Cuts segments of an arena into blocks.
    ///
    /// - Parameter decaying: to which of them weight decay applies; `nil` for all.
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
/// g ← g + λw; v ← μv + g; w ← w − ηv (without momentum v is g; Nesterov's takes g + μv in its place).
///
/// **Source**: PyTorch documentation of `torch.optim.SGD`, dampening 0.
///
/// - Parameter gradientScale: what the gradients are multiplied with first.
/// - Returns: sums for each segment that `blocks` were cut from, the same on any number of threads.
package func sgd(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
    velocities: UnsafeMutableBufferPointer<Float>?, blocks: [UpdateBlock], learningRate: Float, momentum: Float,
    isNesterov: Bool = false, weightDecay: Float, gradientScale: Float = 1
) -> [UpdateSums] {
    guard let w = parameters.baseAddress, let g = gradients.baseAddress else { return [] }
    let v = velocities?.baseAddress
    return update(blocks) { block in
        let weightDecay = block.decays ? weightDecay : 0
        // In eight sums each, so that the additions can go side by side.
        var (gradient, change, parameter) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        let end = block.range.upperBound - block.range.count % 8
        for index in stride(from: block.range.lowerBound, to: end, by: 8) {
            let (slopes, values) = (load(g + index), load(w + index))
            var direction = gradientScale * slopes + weightDecay * values
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
            var direction = gradientScale * slope + weightDecay * value
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

/// The numbers of an update of Adam that are the same for all parameters.
package struct AdamFactors: Sendable {
    /// What the parameter itself loses (AdamW), as a share of it, and what is added to its gradient (Adam).
    fileprivate let (shrinkage, weightDecay): (Float, Float)
    /// What the means take of what is new, 1 − β.
    fileprivate let (meanShare, squareShare): (Float, Float)
    fileprivate let beta2: Float
    /// η / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ).
    fileprivate let (stepSize, rootScale): (Float, Float)
    fileprivate let epsilon: Float
    fileprivate let gradientScale: Float

    /// - Parameters:
    ///   - update: its number t, from 1.
    ///   - gradientScale: what the gradients are multiplied with first.
    package init(_ recipe: TrainingRecipe, learningRate: Double, update: Int, gradientScale: Float = 1) {
        self.gradientScale = gradientScale
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
/// - Returns: sums for each segment that `blocks` were cut from, the same on any number of threads.
package func adam(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
    means: UnsafeMutableBufferPointer<Float>, squares: UnsafeMutableBufferPointer<Float>, blocks: [UpdateBlock],
    _ factors: AdamFactors
) -> [UpdateSums] {
    guard let w = parameters.baseAddress, let g = gradients.baseAddress, let m = means.baseAddress,
        let s = squares.baseAddress
    else { return [] }
    return update(blocks) { block in
        let (shrinkage, weightDecay) = block.decays ? (factors.shrinkage, factors.weightDecay) : (0, 0)
        var (gradient, change, parameter) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        let end = block.range.upperBound - block.range.count % 8
        for index in stride(from: block.range.lowerBound, to: end, by: 8) {
            let (slopes, values) = (load(g + index), load(w + index))
            let direction = factors.gradientScale * slopes + weightDecay * values
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
            let direction = factors.gradientScale * slope + weightDecay * value
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

/// Updates blocks on all threads and adds up their sums in order.
@inline(__always)
private func update(_ blocks: [UpdateBlock], _ body: (UpdateBlock) -> UpdateSums) -> [UpdateSums] {
    guard let last = blocks.last else { return [] }
    return withUnsafeTemporaryAllocation(of: UpdateSums.self, capacity: blocks.count) { sums in
        parallel { part, parts in
            for index in blocks.count * part / parts..<blocks.count * (part + 1) / parts {
                sums.initializeElement(at: index, to: body(blocks[index]))
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

@inline(__always)
private func load(_ values: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func store(_ values: SIMD8<Float>, _ place: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(place).storeBytes(of: values, as: SIMD8<Float>.self)
}

/// Sum of squares, infinite or NaN where one of them is, the same on any number of threads.
package func sumOfSquares(_ values: UnsafeMutableBufferPointer<Float>) -> Double {
    guard let base = values.baseAddress else { return 0 }
    let blockSize = 4096
    let blocks = (values.count + blockSize - 1) / blockSize
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blocks) { squares in
        parallel { part, parts in
            for block in blocks * part / parts..<blocks * (part + 1) / parts {
                let (start, end) = (block * blockSize, min((block + 1) * blockSize, values.count))
                let whole = end - (end - start) % 8
                var sums = SIMD8<Float>()
                for index in stride(from: start, to: whole, by: 8) {
                    let values = load(base + index)
                    sums += values * values
                }
                var sum = Double(sums.sum())
                for index in whole..<end { sum += Double(base[index] * base[index]) }
                squares.initializeElement(at: block, to: sum)
            }
        }
        return squares.reduce(0, +)
    }
}
