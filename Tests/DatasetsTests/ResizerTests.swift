// Resizing compared with values computed manually and by Pillow.

import Datasets
import Testing

@Suite struct ResizerTests {
    private func resize(_ pixels: [UInt8], height: Int, width: Int, side: Int) -> [Float] {
        let resizer = Resizer(height: height, width: width, side: side)
        var target = [Float](repeating: -1, count: side * side)
        pixels.withUnsafeBufferPointer { pixels in
            target.withUnsafeMutableBufferPointer { resizer.resize(pixels, into: $0) }
        }
        return target
    }

    @Test func `equal sizes only divide by 255`() {
        let pixels = (0..<256).map { UInt8($0) }
        #expect(resize(pixels, height: 16, width: 16, side: 16) == (0..<256).map { Float($0) / 255 })
    }

    @Test func `two pixels grow to four as computed manually`() {
        // Centres 0.25, 0.75, 1.25, 1.75: 7, 0.75 · 7 + 0.25 · 250 = 67.75, 0.25 · 7 + 0.75 · 250 = 189.25, 250.
        let row: [Float] = [7, 68, 189, 250].map { $0 / 255 }
        #expect(resize([7, 250], height: 1, width: 2, side: 4) == row + row + row + row)
    }

    @Test func `a half is rounded up after each pass`() {
        // (1 + 2) / 2 = 1.5 → 2 in each row; a single rounding of 1.25 over both passes would give 1.
        #expect(resize([0, 1, 1, 2], height: 2, width: 2, side: 1) == [Float(2) / 255])
        // Between rows alone 0.5 → 1, not to the even 0.
        #expect(resize([0, 0, 1, 1], height: 2, width: 2, side: 1) == [Float(1) / 255])
    }

    @Test func `white stays white and black stays black at every size`() {
        for side in 1...64 {
            let white = resize([UInt8](repeating: 255, count: 28 * 28), height: 28, width: 28, side: side)
            #expect(white.allSatisfy { $0 == 1 }, "side \(side)")
            let black = resize([UInt8](repeating: 0, count: 28 * 28), height: 28, width: 28, side: side)
            #expect(black.allSatisfy { $0 == 0 }, "side \(side)")
        }
    }

    /// Values of `Image.fromarray(a).resize((side, side), Image.BILINEAR)` with Pillow 13.0.
    @Test(arguments: [
        (5, [0, 10, 200, 255, 7, 63, 26, 144, 121, 177, 46, 18, 62, 96, 190, 77, 1, 79, 90, 167, 255, 0, 255, 0, 255]),
        (4, [3, 89, 232, 69, 76, 69, 87, 204, 1, 2, 76, 129, 191, 106, 106, 191]),
        (3, [23, 145, 130, 34, 60, 150, 103, 109, 141]),
        (2, [58, 136, 73, 119]),
        (1, [99]),
    ])
    func `an image of 4 × 5 pixels is resized as by Pillow`(side: Int, expected: [Int]) {
        let pixels: [UInt8] = [0, 10, 200, 255, 7, 90, 33, 120, 64, 250, 1, 2, 3, 128, 129, 255, 0, 255, 0, 255]
        #expect(resize(pixels, height: 4, width: 5, side: side) == expected.map { Float($0) / 255 })
    }

    /// As above, growing in both directions by different scales.
    @Test func `an image of 2 × 3 pixels grows as with Pillow`() {
        let expected = [
            0, 102, 255, 108, 10, 20, 107, 239, 103, 12, 100, 129, 173, 82, 21, 180, 151, 106, 60, 29, 200, 156, 90, 55,
            31,
        ]
        let grown = resize([0, 255, 10, 200, 90, 31], height: 2, width: 3, side: 5)
        #expect(grown == expected.map { Float($0) / 255 })
    }
}
