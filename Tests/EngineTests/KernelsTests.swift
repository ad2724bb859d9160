// The engine's own kernels, compared with manual calculations and naive loops, on one and several threads.

import Engine
import Glibc
import OneDNN
import ReferenceNetwork
import Testing

@Suite struct KernelsTests {
    private static let counts = [1, 15, 16, 17, 1000, 100_003]

    @Test(arguments: [0.1, 0.25, 0.5, 0.9], [1, 2])
    func `dropout keeps a fraction 1 − p of the values and scales them`(p: Double, threads: Int) throws {
        let count = 100_003
        let values = Tensor(random: [count], seed: 1).floats.map { $0 + 2 }
        let dropped = try afterDropout(values, p, stream: 3, threads: threads)
        let scale = Float(1 / (1 - p))
        #expect(zip(dropped, values).allSatisfy { $0 == 0 || $0 == $1 * scale })
        let kept = Double(dropped.count { $0 != 0 }) / Double(count)
        #expect(abs(kept - (1 - p)) < 5 * (p * (1 - p) / Double(count)).squareRoot())
    }

    @Test(arguments: counts)
    func `dropout does not depend on the number of threads`(count: Int) throws {
        let values = [Float](repeating: 1, count: count)
        let once = try afterDropout(values, 0.5, stream: 3, threads: 1)
        for threads in [1, 2, 3] {
            expectSame(try afterDropout(values, 0.5, stream: 3, threads: threads), once)
        }
        guard count >= 1000 else { return }
        let isOther = try afterDropout(values, 0.5, stream: 4, threads: 1) != once
        #expect(isOther)
    }

    @Test func `dropout has the expected mask`() throws {
        // From the definition: compare the upper 32 bits of each random number with p · 2³².
        let kept = try afterDropout([Float](repeating: 1, count: 32), 0.5, stream: 0, threads: 2)
        #expect(kept.map { $0 == 0 ? "0" : "1" }.joined() == "00001000001100000011011101100010")
    }

    @Test func `dropout with probability 0 changes nothing`() throws {
        let values = Tensor(random: [1000], seed: 2).floats
        expectSame(try afterDropout(values, 0, stream: 0, threads: 2), values)
    }

    @Test(arguments: counts, [1, 2])
    func `the gradient of ReLU and dropout passes, scaled, where the output is positive`(
        count: Int, threads: Int
    ) throws {
        _ = try Device(threads: threads)
        var output = Tensor(random: [count], seed: 3).relu().floats
        output[0] = 0
        var gradient = Tensor(random: [count], seed: 4).floats
        let expected = zip(gradient, output).map { $1 > 0 ? $0 * 4 : 0 }
        gradient.withUnsafeMutableBufferPointer { gradient in
            output.withUnsafeMutableBufferPointer {
                dropoutReluBackward(gradient: gradient, output: $0, probability: 0.75)
            }
        }
        expectSame(gradient, expected)
    }

    @Test(arguments: counts, [1, 2])
    func `add is elementwise`(count: Int, threads: Int) throws {
        _ = try Device(threads: threads)
        var addend = Tensor(random: [count], seed: 5).floats
        var sum = Tensor(random: [count], seed: 6).floats
        let expected = zip(sum, addend).map(+)
        addend.withUnsafeMutableBufferPointer { addend in
            sum.withUnsafeMutableBufferPointer { add(addend, into: $0) }
        }
        expectSame(sum, expected)
    }

    /// Computed by hand for w = 1, η = 0.1, λ = 0.01 and gradients 0.5, 1, −0.25.
    @Test(
        arguments: [(nil, [0.949, 0.848051, 0.872202949]), (0.9, [0.949, 0.802151, 0.694184749])]
            as [(Double?, [Double])], counts)
    func `three SGD updates match torch.optim.SGD`(_ run: (momentum: Double?, expected: [Double]), count: Int) throws {
        _ = try Device(threads: 2)
        var parameters = [Float](repeating: 1, count: count)
        var velocities = [Float](repeating: 0, count: count)
        for (slope, expected) in zip([0.5, 1, -0.25] as [Float], run.expected) {
            var gradients = [Float](repeating: slope, count: count)
            let before = parameters
            let segments = [0..<count / 3, count / 3..<count]
            let sums = parameters.withUnsafeMutableBufferPointer { parameters in
                gradients.withUnsafeMutableBufferPointer { gradients in
                    velocities.withUnsafeMutableBufferPointer {
                        sgd(
                            parameters: parameters, gradients: gradients, velocities: run.momentum == nil ? nil : $0,
                            blocks: UpdateBlock.cut(segments), learningRate: 0.1,
                            momentum: Float(run.momentum ?? 0), weightDecay: 0.01)
                    }
                }
            }
            for (segment, sums) in zip(segments, sums) {
                let squares = segment.reduce(into: (0.0, 0.0)) {
                    $0.0 += Double(before[$1] - parameters[$1]) * Double(before[$1] - parameters[$1])
                    $0.1 += Double(before[$1]) * Double(before[$1])
                }
                #expect(sums.gradient == Double(segment.count) * Double(slope * slope))
                #expect(abs(sums.change - squares.0) <= 1e-5 * squares.0)
                #expect(abs(sums.parameter - squares.1) <= 1e-5 * squares.1)
            }
            #expect(!gradients.contains { $0 != slope })
            #expect(!parameters.contains { abs(Double($0) - expected) > 2e-7 })
        }
    }

    @Test(arguments: [Float.nan, .infinity, 2e19], counts)
    func `a sum of squares is finite only if all values are`(number: Float, count: Int) throws {
        _ = try Device(threads: 2)
        for place in Set([0, count / 2, count - 1]) {
            var values = [Float](repeating: 1, count: count)
            #expect(values.withUnsafeMutableBufferPointer { sumOfSquares($0) } == Double(count))
            values[place] = number
            #expect(!values.withUnsafeMutableBufferPointer { sumOfSquares($0) }.isFinite)
        }
    }

    @Test(arguments: counts) func `ReLU propagates NaN and infinity, and records live units`(count: Int) throws {
        _ = try Device(threads: 2)
        let values = withNonFinite(count, seed: 7)
        let expected = Tensor([count], floats: values).relu().floats
        var plain = values
        plain.withUnsafeMutableBufferPointer { relu($0) }
        expectSameBits(plain, expected)
        // Two images, the second all negative, so that units are live only in the first.
        var rows = values + [Float](repeating: -1, count: count)
        var live = [UInt32](repeating: 0, count: count)
        rows.withUnsafeMutableBufferPointer { rows in live.withUnsafeMutableBufferPointer { relu(rows, live: $0) } }
        expectSameBits(rows, expected + [Float](repeating: 0, count: count))
        #expect(zip(live, expected).allSatisfy { ($0 != 0) == ($1 != 0) })
    }

    @Test(arguments: counts) func `gradients of ReLU and dropout pass where the output is NaN or infinite`(count: Int)
        throws
    {
        _ = try Device(threads: 2)
        var output = Tensor([count], floats: withNonFinite(count, seed: 8)).relu().floats
        let gradient = withNonFinite(count, seed: 9).reversed() as [Float]
        let expected = zip(gradient, output).map { $1 <= 0 ? 0 : $0 }
        var (passed, scaled) = (gradient, gradient)
        output.withUnsafeMutableBufferPointer { output in
            passed.withUnsafeMutableBufferPointer { reluBackward(gradient: $0, output: output) }
            scaled.withUnsafeMutableBufferPointer {
                dropoutReluBackward(gradient: $0, output: output, probability: 0.5)
            }
        }
        expectSameBits(passed, expected)
        expectSameBits(scaled, expected.map { $0 * 2 })
    }

    @Test func `dropped non-finite values become NaN`() throws {
        let dropped = try afterDropout(
            [.nan, .infinity] + [Float](repeating: .infinity, count: 98), 0.5, stream: 0, threads: 2)
        #expect(dropped[0].isNaN)
        #expect(dropped.contains { $0.isNaN } && dropped.contains(.infinity))
        #expect(dropped.allSatisfy { !$0.isFinite })
    }

    /// Random values including NaN, both infinities and both zeros.
    private func withNonFinite(_ count: Int, seed: UInt64) -> [Float] {
        var values = Tensor(random: [count], seed: seed).floats
        for (index, number) in [Float.nan, .infinity, -.infinity, 0, -0.0].enumerated() {
            values[(index * 7 + 3) % count] = number
        }
        return values
    }

    private func expectSameBits(
        _ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let firstDifferent = zip(found, expected).enumerated().first {
            $1.0 != $1.1 && !($1.0.isNaN && $1.1.isNaN)
        }?.offset
        #expect(firstDifferent == nil && found.count == expected.count, sourceLocation: sourceLocation)
    }

    private func afterDropout(_ values: [Float], _ p: Double, stream: UInt64, threads: Int) throws -> [Float] {
        _ = try Device(threads: threads)
        var values = values
        values.withUnsafeMutableBufferPointer {
            dropout($0, probability: p, random: CounterRandom(seed: 0, stream: stream))
        }
        return values
    }
}

@Suite struct SoftmaxCrossEntropyTests {
    @Test(
        arguments: [
            ([0, 0], 0, 0.693147181), ([1, 2, 3], 2, 0.407605964), ([1, 2, 3], 0, 2.407605964),
            ([1000, 0], 0, 0), ([1000, 0], 1, 1000), ([-1000, -1001], 0, 0.313261688), ([3e38, -3e38], 0, 0),
        ] as [([Float], Int32, Double)])
    func `losses match manual calculations, even for large logits`(logits: [Float], label: Int32, expected: Double) {
        let found = loss(logits, [label], wantsGradient: true)
        #expect(abs(found.lossSum - expected) <= 1e-6 * max(1, expected))
        #expect(found.gradient.allSatisfy { $0.isFinite })
    }

    @Test func `the gradient is softmax minus one-hot label, divided by the batch size`() {
        let found = loss([0, 0, logf(3), 0], [0, 1], wantsGradient: true)
        let expected: [Float] = [-0.25, 0.25, 0.375, -0.375]
        #expect(zip(found.gradient, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(abs(found.lossSum - (0.693147181 + 1.386294361)) < 1e-6)
        #expect(found.correct == 1)
    }

    @Test(arguments: [(1, 2), (3, 5), (128, 10), (7, 100)])
    func `cross-entropy matches double precision`(n: Int, classes: Int) {
        let logits = Tensor([n, classes], Tensor(random: [n, classes], seed: 1).values.map { 8 * $0 })
        let labels = (0..<n).map { $0 * 7 % classes }
        let expected = softmaxCrossEntropy(logits, labels: labels)
        let found = loss(logits.floats, labels.map(Int32.init), wantsGradient: true)
        #expect(abs(found.lossSum - expected.sum) < 1e-6 * expected.sum)
        #expect(found.correct == expected.correct)
        expectClose(Tensor([n, classes], floats: found.gradient), expected.gradient, 1e-6)
    }

    /// ε = 0.1: weight 0.9 for the label, the rest distributed evenly over all classes.
    @Test(arguments: [(1, 2), (3, 5), (128, 10)])
    func `label smoothing matches torch.nn.CrossEntropyLoss`(n: Int, classes: Int) {
        let logits = Tensor([n, classes], Tensor(random: [n, classes], seed: 1).values.map { 8 * $0 })
        let labels = (0..<n).map { $0 * 7 % classes }
        let share = 0.1 / Double(classes)
        var (sum, gradient) = (0.0, Tensor(zeros: [n, classes]))
        for (row, label) in labels.enumerated() {
            let values = logits.values[row * classes..<(row + 1) * classes]
            let total = log(values.reduce(0) { $0 + exp($1) })
            for (index, value) in values.enumerated() {
                let target = share + (index == label ? 0.9 : 0)
                sum -= target * (value - total)
                gradient.values[row * classes + index] = (exp(value - total) - target) / Double(n)
            }
        }
        let found = loss(logits.floats, labels.map(Int32.init), wantsGradient: true, smoothing: 0.1)
        #expect(abs(found.lossSum - sum) < 1e-6 * sum)
        expectClose(Tensor([n, classes], floats: found.gradient), gradient, 1e-6)
    }

    @Test func `the first of several equal logits is the prediction`() {
        #expect(loss([1, 1, 0], [0], wantsGradient: false).correct == 1)
        #expect(loss([1, 1, 0], [1], wantsGradient: false).correct == 0)
    }

    @Test func `the loss is the same without computing the gradient`() {
        let found = loss([1, 2, 3, 3, 2, 1], [0, 1], wantsGradient: false)
        #expect(found.lossSum == loss([1, 2, 3, 3, 2, 1], [0, 1], wantsGradient: true).lossSum)
        #expect(found.gradient.allSatisfy { $0 == 77 })
    }

    @Test(arguments: [[.nan, 0], [0, .nan], [.nan, .nan], [.infinity, 0], [.infinity, .infinity]] as [[Float]])
    func `a NaN or infinite logit makes the loss non-finite`(logits: [Float]) {
        #expect(loss([1, 2] + logits, [0, 1], wantsGradient: true).lossSum.isNaN)
    }

    private func loss(
        _ logits: [Float], _ labels: [Int32], wantsGradient: Bool, smoothing: Float = 0
    ) -> (lossSum: Double, correct: Int, gradient: [Float]) {
        var logits = logits
        var gradient = [Float](repeating: 77, count: logits.count)
        let found = logits.withUnsafeMutableBufferPointer { logits in
            gradient.withUnsafeMutableBufferPointer { gradient in
                labels.withUnsafeBufferPointer {
                    softmaxCrossEntropy(
                        logits: logits, labels: $0, numClasses: logits.count / $0.count,
                        gradient: wantsGradient ? gradient : nil, smoothing: smoothing)
                }
            }
        }
        return (found.lossSum, found.correct, gradient)
    }
}
