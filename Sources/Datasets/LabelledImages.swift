// Grey pictures and their labels in memory, as they came from the files.

/// Grey pictures of one size with a label each.
///
/// **Shapes** pixels `[N, H, W]`, UInt8, 0 is black; labels `[N]`.
public struct LabelledImages: Sendable, Equatable {
    /// Height of every picture in pixels.
    public let height: Int
    /// Width of every picture in pixels.
    public let width: Int
    /// Picture after picture, each row after row.
    public let pixels: [UInt8]
    /// Class of each picture.
    public let labels: [UInt8]

    /// Pictures with their labels.
    ///
    /// - Precondition: there are `labels.count × height × width` pixels.
    public init(height: Int, width: Int, pixels: [UInt8], labels: [UInt8]) {
        precondition(height > 0 && width > 0, "a picture needs pixels")
        precondition(pixels.count == labels.count * height * width, "pixels and labels must match")
        self.height = height
        self.width = width
        self.pixels = pixels
        self.labels = labels
    }

    /// Number of pictures.
    public var count: Int { labels.count }

    /// Bytes that they take: one a pixel and one a label.
    public var storedBytes: Int { pixels.count + labels.count }

    /// The first `n` pictures, or all where there are fewer.
    public func prefix(_ n: Int) -> LabelledImages {
        guard n < count else { return self }
        return LabelledImages(
            height: height, width: width, pixels: Array(pixels.prefix(n * height * width)),
            labels: Array(labels.prefix(n)))
    }

    /// Pictures of each class, for classes 0 up to `numClasses`.
    ///
    /// - Precondition: every label is below `numClasses`.
    public func countsByClass(_ numClasses: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: numClasses)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    /// The pixels of one picture, row after row.
    public func picture(_ index: Int) -> ArraySlice<UInt8> {
        pixels[index * height * width..<(index + 1) * height * width]
    }
}
