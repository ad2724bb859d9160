// Grey images and their labels in memory, as read from the files.

/// Grey images of one size, each with a label.
///
/// **Shapes** pixels `[N, H, W]`, UInt8, 0 is black; labels `[N]`.
package struct LabelledImages: Sendable, Equatable {
    /// Height of every image in pixels.
    package let height: Int
    /// Width of every image in pixels.
    package let width: Int
    /// Pixels image by image, row by row.
    package let pixels: [UInt8]
    /// Class of each image.
    package let labels: [UInt8]

    /// - Precondition: there are `labels.count × height × width` pixels.
    package init(height: Int, width: Int, pixels: [UInt8], labels: [UInt8]) {
        precondition(height > 0 && width > 0, "an image needs pixels")
        precondition(pixels.count == labels.count * height * width, "pixels and labels must match")
        self.height = height
        self.width = width
        self.pixels = pixels
        self.labels = labels
    }

    /// Number of images.
    package var count: Int { labels.count }

    /// Size in memory in bytes: one per pixel and one per label.
    package var storedBytes: Int { pixels.count + labels.count }

    /// Returns the first `n` images, or all if there are fewer.
    package func prefix(_ n: Int) -> LabelledImages {
        guard n < count else { return self }
        return LabelledImages(
            height: height, width: width, pixels: Array(pixels.prefix(n * height * width)),
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
            height: height, width: width, pixels: indices.flatMap(image), labels: indices.map { labels[$0] })
    }

    /// Returns the number of images in each class from 0 up to `numClasses`.
    ///
    /// - Precondition: every label is below `numClasses`.
    package func countsByClass(_ numClasses: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: numClasses)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    /// Returns the pixels of one image, row by row.
    package func image(_ index: Int) -> ArraySlice<UInt8> {
        pixels[index * height * width..<(index + 1) * height * width]
    }
}
