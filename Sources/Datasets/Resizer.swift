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
        precondition(pixels.count == height * width && target.count == side * side, "buffers must fit the sizes")
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: height * side) { widened in
            widen(pixels, into: widened)
            heighten(widened, into: target)
        }
    }

    /// The first pass: `[H, W] → [H, side]`.
    private func widen(_ pixels: UnsafeBufferPointer<UInt8>, into widened: UnsafeMutableBufferPointer<Int32>) {
        columns.weights.withUnsafeBufferPointer { weights in
            for (column, window) in columns.windows.enumerated() {
                for row in 0..<height {
                    var sum = ResamplingFilter.half
                    for tap in 0..<window.count {
                        let pixel = Int32(pixels[row * width + window.first + tap])
                        sum &+= pixel &* weights[window.weights + tap]
                    }
                    widened[row * side + column] = sum &>> ResamplingFilter.precisionBits
                }
            }
        }
    }

    /// The second pass and the division: `[H, side] → [side, side]`.
    private func heighten(_ widened: UnsafeMutableBufferPointer<Int32>, into target: UnsafeMutableBufferPointer<Float>)
    {
        rows.weights.withUnsafeBufferPointer { weights in
            for (row, window) in rows.windows.enumerated() {
                for column in 0..<side {
                    var sum = ResamplingFilter.half
                    for tap in 0..<window.count {
                        sum &+= widened[(window.first + tap) * side + column] &* weights[window.weights + tap]
                    }
                    target[row * side + column] = Float(sum &>> ResamplingFilter.precisionBits) / 255
                }
            }
        }
    }
}
