// Resizes grey images to squares and scales them to 0...1, bit-identical to torchvision with Pillow.

/// Resizes images of one size to squares.
///
/// Identical to torchvision's `Resize((side, side))` on a Pillow image of mode `L`, then `ToTensor()`: bilinear, with a
/// filter as wide as the scale when images shrink; rows first, each pass rounded to 8 bits, then divided by 255.
///
/// **Source**: Pillow, `src/libImaging/Resample.c`.
package struct Resizer: Sendable {
    /// Height of source images in pixels.
    package let height: Int
    /// Width of source images in pixels.
    package let width: Int
    /// Height and width of resized images in pixels.
    package let side: Int

    private let columns: ResamplingFilter
    private let rows: ResamplingFilter

    /// Creates a resizer from `height × width` to `side × side`.
    ///
    /// - Precondition: all three are at least 1.
    package init(height: Int, width: Int, side: Int) {
        precondition(height > 0 && width > 0 && side > 0, "images have at least one pixel")
        self.height = height
        self.width = width
        self.side = side
        columns = ResamplingFilter(from: width, to: side)
        rows = ResamplingFilter(from: height, to: side)
    }

    /// Resizes one image.
    ///
    /// **Shapes** `[H, W]`, UInt8 → `[side, side]`, Float32 from 0 to 1.
    ///
    /// - Precondition: both buffers have exactly those shapes.
    package func resize(_ pixels: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: scratchCount) { scratch in
            resize(pixels, into: target, scratch: scratch)
        }
    }

    /// Number of elements of `resize`'s scratch space.
    var scratchCount: Int { (height + 1) * side }

    /// Resizes one image without allocating memory.
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
                let source = widened[(rows.firsts[row] * side)...]
                let line = UnsafeMutableBufferPointer(rebasing: target[row * side..<(row + 1) * side])
                if rows.isShortBlend {
                    let upper = UnsafeBufferPointer(rebasing: source.prefix(side))
                    let lower = UnsafeBufferPointer(rebasing: source.dropFirst(side).prefix(side))
                    Self.blend(upper, weights[row], lower, weights[side + row], into: line)
                } else {
                    sums.update(repeating: ResamplingFilter.half)
                    for tap in 0..<rows.numTaps {
                        let tapped = UnsafeBufferPointer(rebasing: source.dropFirst(tap * side).prefix(side))
                        Self.add(tapped, weights[tap * side + row], to: sums)
                    }
                    Self.round(sums, into: line)
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
                    line.update(repeating: ResamplingFilter.half)
                    for tap in 0..<columns.numTaps {
                        let source = UnsafeBufferPointer(rebasing: pixels[(row * width + tap)..<(row + 1) * width])
                        let tapWeights = UnsafeBufferPointer(rebasing: weights[tap * side..<(tap + 1) * side])
                        for column in line.indices {
                            line[column] &+= Int32(source[firsts[column]]) &* tapWeights[column]
                        }
                    }
                    for column in line.indices { line[column] = line[column] &>> ResamplingFilter.precisionBits }
                }
            }
        }
    }

    // The loops over a row. They only access their arguments and compute no indices, so that they vectorise.

    /// Computes a row of the second pass when images grow and weights are short, as from 28 to 32, 64 or 224.
    ///
    /// All sums are exact in single precision: 8 integer bits, 15 fraction bits, and one more for the offset that keeps
    /// halves from rounding to even. Adding and subtracting 2^23 then rounds to an integer. This is several times as
    /// fast as 32-bit products without SSE 4.1, and dominates the time of resizing.
    private static func blend(
        _ upper: UnsafeBufferPointer<Int32>, _ upperWeight: Int32, _ lower: UnsafeBufferPointer<Int32>,
        _ lowerWeight: Int32, into line: UnsafeMutableBufferPointer<Float>
    ) {
        let unit = Float(1 << ResamplingFilter.precisionBits)
        let upperShare = Float(upperWeight) / unit
        let lowerShare = Float(lowerWeight) / unit
        for column in 0..<line.count {
            let sum = Float(upper[column]) * upperShare + Float(lower[column]) * lowerShare + 0x1p-16
            line[column] = ((sum + 0x1p23) - 0x1p23) / 255
        }
    }

    /// Adds a weighted row to the sums of the second pass.
    private static func add(
        _ source: UnsafeBufferPointer<Int32>, _ weight: Int32, to sums: UnsafeMutableBufferPointer<Int32>
    ) {
        for column in 0..<source.count { sums[column] &+= source[column] &* weight }
    }

    /// Rounds the sums of the second pass to pixels and divides them by 255.
    private static func round(_ sums: UnsafeMutableBufferPointer<Int32>, into line: UnsafeMutableBufferPointer<Float>) {
        for column in 0..<line.count { line[column] = Float(sums[column] &>> ResamplingFilter.precisionBits) / 255 }
    }
}
