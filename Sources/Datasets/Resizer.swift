// Resizes grey pictures to squares and scales them to 0...1, bit for bit as torchvision does with Pillow.

/// Resizes pictures of one size to squares of one side.
///
/// The same as torchvision's `Resize((side, side))` on a Pillow picture of mode `L`, then `ToTensor()`: bilinear with a
/// filter as wide as the scale where pictures shrink, rows first, each pass rounded to 8 bits, then divided by 255.
///
/// **Source**: Pillow, `src/libImaging/Resample.c`.
public struct Resizer: Sendable {
    /// Height of the pictures that it takes, in pixels.
    public let height: Int
    /// Width of the pictures that it takes, in pixels.
    public let width: Int
    /// Height and width of the pictures that it gives, in pixels.
    public let side: Int

    private let columns: ResamplingFilter
    private let rows: ResamplingFilter

    /// A resizer from `height × width` to `side × side`.
    ///
    /// - Precondition: all three are at least 1.
    public init(height: Int, width: Int, side: Int) {
        precondition(height > 0 && width > 0 && side > 0, "pictures have at least one pixel")
        self.height = height
        self.width = width
        self.side = side
        columns = ResamplingFilter(from: width, to: side)
        rows = ResamplingFilter(from: height, to: side)
    }

    /// Resizes one picture.
    ///
    /// **Shapes** `[H, W]`, UInt8 → `[side, side]`, Float32 from 0 to 1.
    ///
    /// - Precondition: both buffers have exactly those shapes.
    public func resize(_ pixels: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: scratchCount) { scratch in
            resize(pixels, into: target, scratch: scratch)
        }
    }

    /// Numbers that `resize` needs for what lies between its passes.
    var scratchCount: Int { (height + 1) * side }

    /// Resizes one picture without taking memory.
    ///
    /// - Precondition: `scratch` has `scratchCount` elements.
    func resize(
        _ pixels: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>,
        scratch: UnsafeMutableBufferPointer<Int32>
    ) {
        precondition(pixels.count == height * width && target.count == side * side, "buffers must fit the sizes")
        let widened = UnsafeMutableBufferPointer(rebasing: scratch[..<(height * side)])
        let sums = UnsafeMutableBufferPointer(rebasing: scratch[(height * side)...])
        widen(pixels, into: widened)
        rows.weights.withUnsafeBufferPointer { weights in
            for row in 0..<side {
                let source = UnsafeBufferPointer(rebasing: widened[(rows.firsts[row] * side)...])
                let line = UnsafeMutableBufferPointer(rebasing: target[row * side..<(row + 1) * side])
                if rows.numTaps == 2 {
                    blend(source, weights[row], weights[side + row], into: line)
                } else {
                    add(source, weights: weights, row: row, sums: sums, into: line)
                }
            }
        }
    }

    /// The first pass: `[H, W] → [H, side]`.
    private func widen(_ pixels: UnsafeBufferPointer<UInt8>, into widened: UnsafeMutableBufferPointer<Int32>) {
        columns.firsts.withUnsafeBufferPointer { firsts in
            columns.weights.withUnsafeBufferPointer { weights in
                for row in 0..<height {
                    let line = UnsafeMutableBufferPointer(rebasing: widened[row * side..<(row + 1) * side])
                    for column in 0..<side { line[column] = ResamplingFilter.half }
                    for tap in 0..<columns.numTaps {
                        for column in 0..<side {
                            let pixel = Int32(pixels[row * width + firsts[column] + tap])
                            line[column] &+= pixel &* weights[tap * side + column]
                        }
                    }
                    for column in 0..<side { line[column] = line[column] &>> ResamplingFilter.precisionBits }
                }
            }
        }
    }

    /// A row of the second pass where pictures grow, in one loop because almost all time is spent here.
    private func blend(
        _ source: UnsafeBufferPointer<Int32>, _ first: Int32, _ second: Int32,
        into line: UnsafeMutableBufferPointer<Float>
    ) {
        for column in 0..<side {
            let sum = ResamplingFilter.half &+ source[column] &* first &+ source[side + column] &* second
            line[column] = Float(sum &>> ResamplingFilter.precisionBits) / 255
        }
    }

    /// A row of the second pass for any number of taps.
    private func add(
        _ source: UnsafeBufferPointer<Int32>, weights: UnsafeBufferPointer<Int32>, row: Int,
        sums: UnsafeMutableBufferPointer<Int32>, into line: UnsafeMutableBufferPointer<Float>
    ) {
        for column in 0..<side { sums[column] = ResamplingFilter.half }
        for tap in 0..<rows.numTaps {
            let weight = weights[tap * side + row]
            for column in 0..<side { sums[column] &+= source[tap * side + column] &* weight }
        }
        for column in 0..<side { line[column] = Float(sums[column] &>> ResamplingFilter.precisionBits) / 255 }
    }
}
