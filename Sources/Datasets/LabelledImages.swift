// Images and their labels in memory, as read from the files.

package import Experiments

/// Grey or colour images of one size, each with a label.
///
/// **Shapes** pixels `[N, C, H, W]`, UInt8, 0 is black; labels `[N]`.
package struct LabelledImages: Sendable, Equatable {
    /// 1 for grey images, 3 for red, green and blue.
    package let channels: Int
    /// Height of every image in pixels.
    package let height: Int
    /// Width of every image in pixels.
    package let width: Int
    /// Pixels image by image, channel by channel, row by row.
    package let pixels: [UInt8]
    /// Class of each image.
    package let labels: [UInt8]

    /// - Precondition: there are `labels.count × channels × height × width` pixels.
    package init(channels: Int = 1, height: Int, width: Int, pixels: [UInt8], labels: [UInt8]) {
        precondition(channels > 0 && height > 0 && width > 0, "an image needs pixels")
        precondition(pixels.count == labels.count * channels * height * width, "pixels and labels must match")
        self.channels = channels
        self.height = height
        self.width = width
        self.pixels = pixels
        self.labels = labels
    }

    /// Number of values of an image.
    package var imageSize: Int { channels * height * width }

    /// Number of images.
    package var count: Int { labels.count }

    /// Size in memory in bytes: one per pixel and one per label.
    package var storedBytes: Int { pixels.count + labels.count }

    /// Returns the first `n` images, or all if there are fewer.
    package func prefix(_ n: Int) -> LabelledImages {
        guard n < count else { return self }
        return LabelledImages(
            channels: channels, height: height, width: width, pixels: Array(pixels.prefix(n * imageSize)),
            labels: Array(labels.prefix(n)))
    }

    /// Returns a stratified sample of `n` images in their original order, or all if there are fewer: the same fraction
    /// of each class, and at least one image of each if `n` allows it. A smaller sample of the same seed is part of a
    /// larger one.
    package func stratified(_ n: Int, seed: UInt64) -> LabelledImages {
        n < count ? taking(stratifiedIndices(n, seed: seed)) : self
    }

    /// A sample as `stratified` draws it, and what is left, both in their order.
    package func split(_ n: Int, seed: UInt64) -> (sample: LabelledImages, rest: LabelledImages) {
        let indices = stratifiedIndices(n, seed: seed)
        let drawn = Set(indices)
        return (taking(indices), taking((0..<count).filter { !drawn.contains($0) }))
    }

    private func stratifiedIndices(_ n: Int, seed: UInt64) -> [Int] {
        // In an order that no epoch has, the r-th of a class's c images stands at r / c; the first n places are taken.
        let order = EpochOrder(count: count, seed: seed).indices(epoch: 0)
        let counts = countsByClass(256)
        var seen = [Int](repeating: 0, count: 256)
        var places: [(share: Double, turn: Int, index: Int)] = []
        places.reserveCapacity(count)
        for (turn, index) in order.enumerated() {
            let label = Int(labels[Int(index)])
            places.append((Double(seen[label]) / Double(counts[label]), turn, Int(index)))
            seen[label] += 1
        }
        places.sort { ($0.share, $0.turn) < ($1.share, $1.turn) }
        return places.prefix(max(n, 0)).map(\.index).sorted()
    }

    private func taking(_ indices: [Int]) -> LabelledImages {
        LabelledImages(
            channels: channels, height: height, width: width, pixels: indices.flatMap(image),
            labels: indices.map { labels[$0] })
    }

    /// Returns the number of images in each class from 0 up to `numClasses`.
    ///
    /// - Precondition: every label is below `numClasses`.
    package func countsByClass(_ numClasses: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: numClasses)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    /// Returns the pixels of one image, channel by channel, row by row.
    package func image(_ index: Int) -> ArraySlice<UInt8> {
        pixels[index * imageSize..<(index + 1) * imageSize]
    }

    /// Returns the brightness of an image's pixels, row by row.
    ///
    /// **Source**: ITU-R BT.601, with Pillow's whole numbers for mode `L`.
    package func greyImage(_ index: Int) -> [UInt8] {
        let (values, area) = (Array(image(index)), height * width)
        guard channels == 3 else { return Array(values.prefix(area)) }
        return (0..<area).map { place in
            let (red, green, blue) = (Int(values[place]), Int(values[area + place]), Int(values[2 * area + place]))
            return UInt8((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
        }
    }

    /// Computes mean and standard deviation of each channel over all images, on a scale from 0 to 1; the deviation of a
    /// constant channel counts as 1.
    package var normalization: Normalization {
        var sums = [(first: Int, second: Int)](repeating: (0, 0), count: channels)
        let area = height * width
        pixels.withUnsafeBufferPointer { pixels in
            for start in stride(from: 0, to: pixels.count, by: area) {
                var (first, second) = (0, 0)
                for pixel in pixels[start..<start + area] {
                    first += Int(pixel)
                    second += Int(pixel) * Int(pixel)
                }
                let channel = start / area % channels
                sums[channel].first += first
                sums[channel].second += second
            }
        }
        let count = Double(max(self.count * area, 1))
        let means = sums.map { Double($0.first) / count / 255 }
        let deviations = zip(sums, means).map { sums, mean in
            let variance = Double(sums.second) / count / (255 * 255) - mean * mean
            return variance > 0 ? variance.squareRoot() : 1
        }
        return Normalization(means: means, deviations: deviations)
    }
}
