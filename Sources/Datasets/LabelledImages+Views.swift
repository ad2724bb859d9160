// Copies of images that show the same thing: mirrored or moved by a pixel.

/// A change of an image that keeps its class, for test-time augmentation.
package enum ImageView: String, Sendable, Hashable, CaseIterable {
    /// Mirrored from left to right.
    case flip
    /// Moved by one pixel in each of the four directions.
    case shift

    /// Every combination of these changes as the shift to the right, the shift down, and whether the image is mirrored;
    /// the first one is the image itself.
    package static func combinations(
        of views: Set<ImageView>
    ) -> [(right: Int, down: Int, isMirrored: Bool)] {
        let shifts = views.contains(.shift) ? [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] : [(0, 0)]
        return (views.contains(.flip) ? [false, true] : [false]).flatMap { isMirrored in
            shifts.map { ($0.0, $0.1, isMirrored) }
        }
    }
}

extension LabelledImages {
    /// Returns all images moved by a few pixels, with black coming in, and mirrored from left to right if wanted.
    package func moved(right: Int, down: Int, isMirrored: Bool) -> LabelledImages {
        var moved = [UInt8](repeating: 0, count: pixels.count)
        for row in 0..<count * channels * height {
            let source = row % height - down
            guard 0..<height ~= source else { continue }
            for column in 0..<width {
                let from = (isMirrored ? width - 1 - column : column) - right
                guard 0..<width ~= from else { continue }
                moved[row * width + column] = pixels[(row - down) * width + from]
            }
        }
        return LabelledImages(channels: channels, height: height, width: width, pixels: moved, labels: labels)
    }
}
