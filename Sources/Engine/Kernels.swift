// The loops that are ours and not the library's: dropout, softmax cross-entropy, SGD, sums. Each works on plain
// numbers, whatever their layout, and splits them over the library's threads.

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

/// Zeroes values with probability `p` and scales the others by 1 / (1 − p), in place.
///
/// What happens to value i of a step depends on `random` and i alone.
///
/// **Source**: Srivastava et al., *Dropout*, 2014, in the "inverted" form that PyTorch uses.
package func dropout(_ values: UnsafeMutableBufferPointer<Float>, probability p: Double, random: CounterRandom) {
    let threshold = UInt32(p * 0x1p32)
    let scale = Float(1 / (1 - p))
    parallel { part, parts in
        for index in share(of: values.count, part, parts) {
            let kept = UInt32(truncatingIfNeeded: random.bits(at: UInt64(index)) >> 32) >= threshold
            values[index] = kept ? values[index] * scale : 0
        }
    }
}

/// Gradient of dropout behind ReLU from their common output, in place: where the output is above 0 the value was kept
/// and the ReLU open, so the gradient passes, scaled; elsewhere it is 0. No mask needs to be stored.
package func dropoutReluBackward(
    gradient: UnsafeMutableBufferPointer<Float>, output: UnsafeMutableBufferPointer<Float>, probability p: Double
) {
    let scale = Float(1 / (1 - p))
    parallel { part, parts in
        for index in share(of: gradient.count, part, parts) {
            gradient[index] = output[index] > 0 ? gradient[index] * scale : 0
        }
    }
}

/// Softmax of each picture's logits.
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
/// **Shapes**: logits `[N, classes]`, gradient `[N, classes]` (or `nil` where it is not wanted), labels `[N]`.
///
/// - Returns: the loss summed over the batch and how many pictures have their largest logit at the label.
package func softmaxCrossEntropy(
    logits: UnsafeMutableBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, numClasses: Int,
    gradient: UnsafeMutableBufferPointer<Float>?
) -> (lossSum: Double, correct: Int) {
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
        lossSum += Double(logf(sum) + (largest - values[Int(label)]))
        if winner == Int(label) { correct += 1 }
        guard let gradient else { continue }
        for (index, value) in values.enumerated() {
            let probability = expf(value - largest) / sum
            gradient[row * numClasses + index] = (probability - (index == Int(label) ? 1 : 0)) * scale
        }
    }
    return (lossSum, correct)
}

/// One update of stochastic gradient descent, as PyTorch's `torch.optim.SGD` defines it:
/// g ← g + λw; v ← μv + g; w ← w − ηv (without momentum v is g).
///
/// **Source**: PyTorch documentation of `torch.optim.SGD`, dampening 0, no Nesterov.
///
/// - Returns: the sum of the squares of the gradients as they came, without weight decay.
@discardableResult
package func sgd(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
    velocities: UnsafeMutableBufferPointer<Float>?, learningRate: Float, momentum: Float, weightDecay: Float
) -> Double {
    guard let w = parameters.baseAddress, let g = gradients.baseAddress else { return 0 }
    let v = velocities?.baseAddress
    func update(_ range: Range<Int>) {
        if let v {
            for index in range {
                let velocity = momentum * v[index] + (g[index] + weightDecay * w[index])
                v[index] = velocity
                w[index] -= learningRate * velocity
            }
        } else {
            for index in range {
                w[index] -= learningRate * (g[index] + weightDecay * w[index])
            }
        }
    }
    // A block's gradients are in the first cache when they are used the second time.
    let blockSize = 4096
    let blocks = (parameters.count + blockSize - 1) / blockSize
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blocks) { squares in
        parallel { part, parts in
            for block in blocks * part / parts..<blocks * (part + 1) / parts {
                let range = block * blockSize..<min((block + 1) * blockSize, parameters.count)
                squares.initializeElement(
                    at: block, to: sumOfSquares(UnsafeMutableBufferPointer(rebasing: gradients[range])))
                update(range)
            }
        }
        return squares.reduce(0, +)
    }
}

/// In sixteen sums, so that the additions can go side by side.
private func sumOfSquares(_ values: UnsafeMutableBufferPointer<Float>) -> Double {
    var sums = SIMD16<Float>()
    let whole = values.count / 16 * 16
    for start in stride(from: 0, to: whole, by: 16) {
        for lane in 0..<16 { sums[lane] += values[start + lane] * values[start + lane] }
    }
    var sum = Double(sums.sum())
    for index in whole..<values.count { sum += Double(values[index] * values[index]) }
    return sum
}
