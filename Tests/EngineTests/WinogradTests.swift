// The Winograd kernels against the naive sums, at each width of vectors that there is here.

import CKernels
import ReferenceNetwork
import Testing

@Suite struct WinogradTests {
    /// Shapes of a convolution: `[n, c, height, width]`, `[k, c, 3, 3]`.
    struct Case: CustomTestStringConvertible {
        let (n, c, k, height, width, vector): (Int, Int, Int, Int, Int, Int)
        var isBFloat16 = false
        var testDescription: String { "N \(n), C \(c), K \(k), \(height) × \(width), vectors of \(vector)" }

        static let all = [16, 8].filter { $0 <= winograd_widest_vector() }.flatMap { vector in
            [
                (1, 16, 16, 4, 4), (2, 16, 32, 8, 8), (3, 5, 20, 14, 14), (1, 32, 48, 7, 7), (2, 20, 5, 5, 6),
                (1, 16, 16, 1, 1), (1, 16, 32, 2, 2), (3, 48, 16, 3, 9), (1, 64, 64, 28, 28), (7, 16, 24, 12, 20),
            ].map { Case(n: $0.0, c: $0.1, k: $0.2, height: $0.3, width: $0.4, vector: vector) }
        }
    }

    @Test(arguments: Case.all) func `convolution with ReLU is the naive sums`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let found = trial.forward(isPooled: false).values
        expectClose(found, convolution(trial.source, weights: trial.weights, bias: trial.bias, padding: 1).relu())
    }

    @Test(arguments: Case.all.filter { $0.height > 1 && $0.width > 1 })
    func `pooled, it is the largest of each window, and says which`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let (found, taken) = trial.forward(isPooled: true)
        let whole = convolution(trial.source, weights: trial.weights, bias: trial.bias, padding: 1).relu()
        let expected = maxPool(whole)
        expectClose(found, expected.values)
        // Where rounding could have decided between two values, either will do; so the value that was taken is compared.
        for (index, position) in taken.enumerated() {
            let largest = expected.values.values[index]
            if position == 4 {
                #expect(abs(largest) < 1e-4)
            } else {
                let (columns, rows) = (shapes.width / 2, shapes.height / 2)
                let (x, y) = (index % columns * 2 + position % 2, index / columns % rows * 2 + position / 2)
                let plane = index / (columns * rows)
                let value = whole.values[(plane * shapes.height + y) * shapes.width + x]
                #expect(abs(value - largest) < 1e-4)
            }
        }
    }

    /// What transformed numbers are rounded to has 8 significant bits, and the way back enlarges what that costs.
    @Test(.enabled(if: winograd_has_bfloat16() != 0), arguments: Case.all.filter { $0.vector == 16 })
    func `in bfloat16, all three passes are the naive sums within 2 %`(_ shapes: Case) {
        var shapes = shapes
        shapes.isBFloat16 = true
        let trial = WinogradTrial(shapes)
        let result = trial.forward(isPooled: false).values
        expectClose(
            result, convolution(trial.source, weights: trial.weights, bias: trial.bias, padding: 1).relu(), 2e-2)
        let expected = convolutionBackward(trial.source, weights: trial.weights, padding: 1, gradient: trial.gradient)
        expectClose(trial.sourceGradient(of: trial.gradient), expected.source, 2e-2)
        let (weights, bias) = trial.weightGradients(of: trial.gradient)
        expectClose(weights, expected.weights, 2e-2)
        expectClose(bias, expected.bias)
    }

    @Test(arguments: Case.all) func `gradients are the naive sums`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let expected = convolutionBackward(trial.source, weights: trial.weights, padding: 1, gradient: trial.gradient)
        expectClose(trial.sourceGradient(of: trial.gradient), expected.source)
        let (weights, bias) = trial.weightGradients(of: trial.gradient)
        expectClose(weights, expected.weights)
        expectClose(bias, expected.bias)
    }

    @Test(arguments: Case.all.filter { $0.height > 1 && $0.width > 1 })
    func `gradients of pooled values go to what was taken`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let pooled = Tensor(random: [shapes.n, shapes.k, shapes.height / 2, shapes.width / 2], seed: 5)
        let taken = (0..<pooled.values.count).map { UInt8(truncatingIfNeeded: $0 &* 7 % 5) }
        let whole = trial.unpooled(pooled, taken)
        let expected = convolutionBackward(trial.source, weights: trial.weights, padding: 1, gradient: whole)
        expectClose(trial.sourceGradient(of: pooled, taken: taken), expected.source)
        let (weights, bias) = trial.weightGradients(of: pooled, taken: taken)
        expectClose(weights, expected.weights)
        expectClose(bias, expected.bias)
    }

    @Test(arguments: Case.all) func `a mask closes what is not above 0`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let open = trial.sourceGradient(of: trial.gradient)
        let masked = trial.sourceGradient(of: trial.gradient, masks: true)
        for (index, value) in masked.values.enumerated() {
            #expect(value == (trial.source.values[index] > 0 ? open.values[index] : 0))
        }
    }

    /// All kinds of vectors, and what is multiplied in bfloat16.
    private static let kinds =
        Case.all
        + (winograd_has_bfloat16() != 0 ? Case.all.filter { $0.vector == 16 } : []).map {
            var shapes = $0
            shapes.isBFloat16 = true
            return shapes
        }

    /// One number that is not finite reaches all of its tile: more than the naive sums, never less.
    @Test(arguments: kinds, [Double.nan, .infinity, -.infinity])
    func `what is not finite in the naive passes is not finite here`(_ shapes: Case, number: Double) {
        let whole = WinogradTrial(shapes)
        for place in WinogradTrial.Place.allCases {
            let trial = whole.with(number, at: place)
            let sums = convolution(trial.source, weights: trial.weights, bias: trial.bias, padding: 1).relu()
            expectNonFinite(trial.forward(isPooled: false).values, like: sums)
            if shapes.height > 1 && shapes.width > 1 {
                expectNonFinite(trial.forward(isPooled: true).values, like: maxPool(sums).values)
            }
            let back = convolutionBackward(trial.source, weights: trial.weights, padding: 1, gradient: trial.gradient)
            expectNonFinite(trial.sourceGradient(of: trial.gradient), like: back.source)
            expectNonFinite(
                trial.sourceGradient(of: trial.gradient, masks: true),
                like: back.source.reluBackward(output: trial.source))
            let (weights, bias) = trial.weightGradients(of: trial.gradient)
            expectNonFinite(weights, like: back.weights)
            expectNonFinite(bias, like: back.bias)
            // The images after the first are as they were, unless the parameters are not.
            guard place == .source, shapes.n > 1 else { continue }
            let (found, expected) = (trial.forward(isPooled: false).values, whole.forward(isPooled: false).values)
            let first = found.values.count / shapes.n
            #expect(found.values.dropFirst(first) == expected.values.dropFirst(first))
        }
    }

    @Test(arguments: Case.all.filter { $0.height > 1 && $0.width > 1 })
    func `gradients of pooled values that are not finite go to what was taken`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        var pooled = Tensor(random: [shapes.n, shapes.k, shapes.height / 2, shapes.width / 2], seed: 5)
        (pooled.values[0], pooled.values[pooled.values.count - 1]) = (.nan, .infinity)
        for which in [0, 3, 4] as [UInt8] {
            let taken = [UInt8](repeating: which, count: pooled.values.count)
            let whole = trial.unpooled(pooled, taken)
            let expected = convolutionBackward(trial.source, weights: trial.weights, padding: 1, gradient: whole)
            let source = trial.sourceGradient(of: pooled, taken: taken)
            let (weights, bias) = trial.weightGradients(of: pooled, taken: taken)
            for (found, expected) in [(source, expected.source), (weights, expected.weights), (bias, expected.bias)] {
                expectNonFinite(found, like: expected)
                // Where ReLU was closed nothing passes.
                if which == 4 { #expect(found.values.allSatisfy { $0 == 0 }) }
            }
        }
    }

    private func expectNonFinite(
        _ found: Tensor, like expected: Tensor, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lost = zip(found.values, expected.values).count { $0.isFinite && !$1.isFinite }
        #expect(lost == 0, sourceLocation: sourceLocation)
    }

    @Test(arguments: Case.all.prefix(4)) func `weight gradients add up`(_ shapes: Case) {
        let trial = WinogradTrial(shapes)
        let once = trial.weightGradients(of: trial.gradient)
        let twice = trial.weightGradients(of: trial.gradient, times: 2)
        for (found, expected) in [(twice.weights, once.weights), (twice.bias, once.bias)] {
            expectClose(found, Tensor(expected.shape, expected.values.map { 2 * $0 }), 1e-6)
        }
    }
}

/// A convolution with random numbers, row-major outside and in groups of channels inside.
private struct WinogradTrial {
    enum Place: CaseIterable { case source, weights, bias, gradient }

    private(set) var source, weights, bias, gradient: Tensor
    private let shapes: WinogradTests.Case
    private let shape: winograd_shape
    private var vector: Int { shapes.vector }

    init(_ shapes: WinogradTests.Case) {
        self.shapes = shapes
        source = Tensor(random: [shapes.n, shapes.c, shapes.height, shapes.width], seed: 1)
        weights = Tensor(random: [shapes.k, shapes.c, 3, 3], seed: 2)
        bias = Tensor(random: [shapes.k], seed: 3)
        gradient = Tensor(random: [shapes.n, shapes.k, shapes.height, shapes.width], seed: 4)
        func groups(_ channels: Int) -> Int { (channels + shapes.vector - 1) / shapes.vector }
        shape = winograd_shape(
            images: shapes.n, height: shapes.height, width: shapes.width, sources: groups(shapes.c),
            results: groups(shapes.k), vector: shapes.vector, is_bfloat16: shapes.isBFloat16 ? 1 : 0)
    }

    /// The same with one number, in the first image, channel or window, put in.
    func with(_ number: Double, at place: Place) -> WinogradTrial {
        var trial = self
        switch place {
        case .source: trial.source.values[shapes.height * shapes.width / 2] = number
        case .weights: trial.weights.values[4] = number
        case .bias: trial.bias.values[0] = number
        case .gradient: trial.gradient.values[shapes.height * shapes.width / 2] = number
        }
        return trial
    }

    func forward(isPooled: Bool) -> (values: Tensor, taken: [Int]) {
        let divisor = isPooled ? 2 : 1
        let resultShape = [shapes.n, shapes.k, shapes.height / divisor, shapes.width / divisor]
        let values = grouped(source), padded = Aligned(count: shape.results * vector)
        for (index, number) in bias.floats.enumerated() { padded[index] = number }
        let result = Aligned(count: paddedCount(resultShape)), taken = Aligned(count: paddedCount(resultShape))
        var to = winograd_result(
            values: result.base, bias: padded.base, mask: nil, has_relu: 1, is_pooled: isPooled ? 1 : 0,
            taken: isPooled ? taken.bytes : nil)
        convolve(shape, values, nil, isBackward: false, &to)
        withExtendedLifetime(padded) {}
        let which = isPooled ? (0..<paddedCount(resultShape)).map { Float(taken.bytes[$0]) } : []
        return (ungrouped(result, resultShape), isPooled ? reordered(which, resultShape).map { Int($0) } : [])
    }

    func sourceGradient(of gradient: Tensor, taken: [UInt8]? = nil, masks: Bool = false) -> Tensor {
        let result = Aligned(count: paddedCount(source.shape)), mask = grouped(source)
        var to = winograd_result(
            values: result.base, bias: nil, mask: masks ? UnsafePointer(mask.base) : nil, has_relu: 0, is_pooled: 0,
            taken: nil)
        var backward = shape
        (backward.sources, backward.results) = (shape.results, shape.sources)
        convolve(backward, grouped(gradient), taken.map { grouped($0, gradient.shape) }, isBackward: true, &to)
        withExtendedLifetime(mask) {}
        return ungrouped(result, source.shape)
    }

    func weightGradients(
        of gradient: Tensor, taken: [UInt8]? = nil, times: Int = 1
    ) -> (weights: Tensor, bias: Tensor) {
        let values = grouped(source), gradients = grouped(gradient)
        let which = taken.map { grouped($0, gradient.shape) }
        let sums = Aligned(count: shape.sources * shape.results * 9 * vector * vector)
        let biasSums = Aligned(count: shape.results * vector)
        withUnsafePointer(to: shape) { shape in
            let scratch = Aligned(count: winograd_scratch_size(shape))
            var from = winograd_values(values: values.base, taken: nil)
            var to = winograd_values(values: gradients.base, taken: which.map { UnsafePointer($0.bytes) })
            for time in 0..<times {
                winograd_weight_gradient(shape, &from, &to, sums.base, biasSums.base, Int32(time), scratch.base)
            }
        }
        withExtendedLifetime((values, gradients, which)) {}
        let weights = Tensor(
            [shapes.k, shapes.c, 3, 3], floats: (0..<shapes.k * shapes.c * 9).map { sums[place(ofWeight: $0)] })
        return (weights, Tensor([shapes.k], floats: (0..<shapes.k).map { biasSums[$0] }))
    }

    /// The gradient of pooled values where it came from.
    func unpooled(_ pooled: Tensor, _ taken: [UInt8]) -> Tensor {
        let (rows, columns) = (shapes.height / 2, shapes.width / 2)
        var floats = [Float](repeating: 0, count: gradient.values.count)
        for (index, value) in pooled.floats.enumerated() where taken[index] < 4 {
            let (plane, y, x) = (index / (rows * columns), index / columns % rows * 2, index % columns * 2)
            let position = Int(taken[index])
            floats[(plane * shapes.height + y + position / 2) * shapes.width + x + position % 2] = value
        }
        return Tensor(gradient.shape, floats: floats)
    }

    private func convolve(
        _ shape: winograd_shape, _ values: Aligned, _ taken: Aligned?, isBackward: Bool, _ result: inout winograd_result
    ) {
        let windows = Aligned(count: shape.sources * shape.results * 9 * vector * vector)
        for (index, number) in weights.floats.enumerated() { windows[place(ofWeight: index)] = number }
        var forward = self.shape
        let transformed = Aligned(count: winograd_weights_size(&forward))
        // In two parts, as threads do it.
        for (first, last) in [(0, min(2, shape.results)), (min(2, shape.results), shape.results)] {
            winograd_transform_weights(
                &forward, windows.base, isBackward ? 1 : 0, first, last, transformed.base)
        }
        var shape = shape
        let scratch = Aligned(count: winograd_scratch_size(&shape))
        for index in 0..<scratch.count { scratch[index] = .nan }
        var from = winograd_values(values: values.base, taken: taken.map { UnsafePointer($0.bytes) })
        winograd_convolve(&shape, &from, transformed.base, &result, scratch.base)
        withExtendedLifetime((values, taken)) {}
    }

    /// `[K, C, 3, 3]` row-major → `[K / v][C / v][3][3][v][v]`.
    private func place(ofWeight index: Int) -> Int {
        let (k, c, window) = (index / 9 / shapes.c, index / 9 % shapes.c, index % 9)
        let block = k / vector * shape.sources + c / vector
        return ((block * 9 + window) * vector + c % vector) * vector + k % vector
    }

    private func paddedCount(_ shape: [Int]) -> Int {
        shape[0] * ((shape[1] + vector - 1) / vector * vector) * shape[2] * shape[3]
    }

    /// `[N, C, H, W]` row-major → `[N][C / v][H][W][v]`.
    private func place(_ index: Int, _ shape: [Int]) -> Int {
        let area = shape[2] * shape[3]
        let (n, c, pixel) = (index / area / shape[1], index / area % shape[1], index % area)
        let groups = (shape[1] + vector - 1) / vector
        return ((n * groups + c / vector) * area + pixel) * vector + c % vector
    }

    private func grouped(_ tensor: Tensor) -> Aligned {
        let result = Aligned(count: paddedCount(tensor.shape))
        for (index, number) in tensor.floats.enumerated() { result[place(index, tensor.shape)] = number }
        return result
    }

    private func grouped(_ bytes: [UInt8], _ shape: [Int]) -> Aligned {
        let result = Aligned(count: paddedCount(shape))
        for (index, byte) in bytes.enumerated() { result.bytes[place(index, shape)] = byte }
        return result
    }

    private func reordered(_ numbers: [Float], _ shape: [Int]) -> [Float] {
        (0..<shape.reduce(1, *)).map { numbers[place($0, shape)] }
    }

    private func ungrouped(_ memory: Aligned, _ shape: [Int]) -> Tensor {
        let everything = (0..<paddedCount(shape)).map { memory[$0] }
        let numbers = reordered(everything, shape)
        // Sums of nothing are 0, unless what they are sums of is not finite.
        if !everything.contains(where: { !$0.isFinite }) {
            #expect(everything.count { $0 != 0 } == numbers.count { $0 != 0 }, "padding must be 0")
        }
        return Tensor(shape, floats: numbers)
    }
}

/// Numbers on a vector's boundary, 0 at first.
private final class Aligned {
    let base: UnsafeMutablePointer<Float>
    let count: Int
    var bytes: UnsafeMutablePointer<UInt8> { UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt8.self) }

    init(count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        base = raw.initializeMemory(as: Float.self, repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    subscript(index: Int) -> Float {
        get { base[index] }
        set { base[index] = newValue }
    }
}
