// Loops that the library does not provide: dropout, softmax cross-entropy, sums. Each works on plain arrays of any
// layout and divides them among the library's threads.

internal import Glibc
internal import OneDNN

/// Returns the range of part `part` of `parts` of `count` values, cut at multiples of 16 so that no two parts share a
/// cache line.
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

/// Sets value i to number i of `random`, scaled to [−bound, bound).
func fillUniform(_ values: UnsafeMutableBufferPointer<Float>, bound: Float, random: CounterRandom) {
    parallel { part, parts in
        for index in share(of: values.count, part, parts) {
            values[index] = (2 * random.uniform(at: UInt64(index)) - 1) * bound
        }
    }
}

/// Sets value i to a sample of N(0, deviation²), computed from the numbers 2 i and 2 i + 1 of `random`.
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

/// ReLU in place on `[N, units]`.
///
/// - Parameter live: one word per unit, in which bits are set if one of its values is not 0.
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

/// Gradient of ReLU from its output, in place: it passes where the output is positive or NaN.
package func reluBackward(
    gradient: UnsafeMutableBufferPointer<Float>, output: UnsafeMutableBufferPointer<Float>
) {
    parallel { part, parts in
        for index in share(of: gradient.count, part, parts) {
            gradient[index] = output[index] <= 0 ? 0 : gradient[index]
        }
    }
}

/// Sets values to zero with probability `p` and scales the others by 1 / (1 − p), in place. As in PyTorch, dropped
/// values that are not finite become NaN.
///
/// The result for value i of a step depends only on `random` and i.
///
/// **Source**: Srivastava et al., *Dropout*, 2014, in the "inverted" form that PyTorch uses.
///
/// - Parameter first: position of the first value in the sequence of `random`.
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

/// Gradient of dropout after ReLU from their common output, in place: where the output is positive or NaN, the value
/// was kept and ReLU was active, so the scaled gradient passes; elsewhere it is 0. No mask is stored.
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
/// **Source**: PyTorch documentation of `torch.nn.CrossEntropyLoss` for `smoothing`, the fraction of each label that is
/// spread evenly over all classes.
///
/// **Shapes**: logits `[N, classes]`, gradient `[N, classes]` (`nil` if not needed), labels `[N]`.
///
/// - Returns: the loss summed over the batch, and the number of images whose largest logit is that of their label.
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
        // A logit that is not finite is not a prediction.
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

/// Exchanges the values of two arrays of the same length.
func swapAll(_ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>) {
    parallel { part, parts in
        for index in share(of: first.count, part, parts) { swap(&first[index], &second[index]) }
    }
}

@inline(__always)
func load(_ values: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
func store(_ values: SIMD8<Float>, _ place: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(place).storeBytes(of: values, as: SIMD8<Float>.self)
}

/// Sum of squares, infinite or NaN if a value is; the same on any number of threads.
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
