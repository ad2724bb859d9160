// Colour images: their files, their brightness, and batches with three channels.

import Datasets
import Experiments
import TestSupport
import Testing

@Suite struct ColorImagesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two training images and a test image of 2 × 2 pixels; value `10 c + p` is that of channel c and pixel p.
    private func write(interleaved: Bool, test: [Int]? = nil, name: String = "idx4") throws {
        func elements(_ count: Int) -> [UInt8] {
            (0..<count * 12).map { place in
                let (image, rest) = (place / 12, place % 12)
                let (channel, pixel) = interleaved ? (rest % 3, rest / 3) : (rest / 4, rest % 4)
                return UInt8(truncatingIfNeeded: 100 * image + 10 * channel + pixel)
            }
        }
        let sides = interleaved ? [2, 2, 3] : [3, 2, 2]
        try folder.write(idx([2] + sides, elements(2)), to: "train-images-\(name)-ubyte")
        try folder.write(idx([2], [0, 1]), to: "train-labels-idx1-ubyte")
        let dimensions = test ?? [1] + sides
        let count = dimensions.reduce(1, *)
        try folder.write(idx(dimensions, Array(elements(1 + count / 12).prefix(count))), to: "t10k-images-idx4-ubyte")
        try folder.write(idx([1], [1]), to: "t10k-labels-idx1-ubyte")
    }

    private func load() throws(DatasetError) -> Dataset {
        try Dataset.load(named: "colours", dataFolder: folder.path, environment: [:])
    }

    private let planes: [UInt8] = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]

    @Test(arguments: [true, false], ["idx4", "idx3"])
    func `channels may come first or last`(interleaved: Bool, name: String) throws {
        try write(interleaved: interleaved, name: name)
        let dataset = try load()
        let expected = LabelledImages(
            channels: 3, height: 2, width: 2, pixels: planes + planes.map { $0 + 100 }, labels: [0, 1])
        #expect(dataset.train == expected)
        #expect(dataset.test == LabelledImages(channels: 3, height: 2, width: 2, pixels: planes, labels: [1]))
        #expect(dataset.facts.channels == 3 && dataset.facts.storedBytes == 3 * 13)
        let facts = try DatasetFacts.known(named: "colours", dataFolder: folder.path, environment: [:])
        #expect(facts == dataset.facts)
        #expect(try Experiment(name: "a").network(for: facts).inputShape == [3, 224, 224])
    }

    @Test(arguments: [
        ([1, 5, 2, 4], "has images of 5 × 2 × 4, but the first or the last of these must be 1 or 3 channels"),
        ([1, 2, 2], "has images with 1 channel, but training images have 3"),
        ([1, 3, 3, 2], "has images of 3 × 2 pixels, but training images have 2 × 2"),
    ])
    func `other shapes are refused`(dimensions: [Int], problem: String) throws {
        try write(interleaved: true, test: dimensions)
        let error = try #require(error { () throws(DatasetError) in _ = try load() })
        #expect(error.description == "\(folder.path)/t10k-images-idx4-ubyte: \(problem)")
    }

    @Test func `a batch has one resized plane per channel, all changed in the same way`() throws {
        let images = LabelledImages(channels: 3, height: 2, width: 2, pixels: planes, labels: [0])
        var recipe = DataRecipe()
        recipe.shift = 1
        for epoch in 1...20 {
            let augmentation = Augmentation(recipe, seed: 1)
            let loader = BatchLoader(images: images, side: 2, batchSize: 1, augmentation: augmentation)
            loader.start(order: [0], epoch: epoch)
            let batch = try #require(loader.next())
            let values = batch.pixels.map { Int(($0 * 255).rounded()) }
            let planes = (0..<3).map { values[4 * $0..<4 * $0 + 4] }
            for (first, other) in zip(planes[0], planes[1]) where other > 0 { #expect(other == first + 10) }
            for (first, other) in zip(planes[1], planes[2]) where other > 0 { #expect(other == first + 10) }
        }
    }

    @Test func `normalization gives each channel mean 0 and deviation 1`() throws {
        let pixels = (0..<300).map { place -> UInt8 in
            let channel = place / 25 % 3
            return UInt8(truncatingIfNeeded: place * 37 + channel * 50)
        }
        let images = LabelledImages(channels: 3, height: 5, width: 5, pixels: pixels, labels: [0, 1, 0, 1])
        let normalization = images.normalization
        let loader = BatchLoader(images: images, side: 5, batchSize: 4, normalization: normalization)
        loader.start(order: [0, 1, 2, 3])
        let batch = try #require(loader.next())
        for channel in 0..<3 {
            var values: [Double] = []
            for image in 0..<4 {
                let start = (3 * image + channel) * 25
                values += batch.pixels[start..<start + 25].map { Double($0) }
            }
            let mean = values.reduce(0, +) / 100
            let variance = values.reduce(0) { $0 + $1 * $1 } / 100 - mean * mean
            #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-5)
        }
        let black = LabelledImages(height: 1, width: 2, pixels: [0, 0], labels: [0])
        #expect(black.normalization == Normalization(means: [0], deviations: [1]))
    }

    @Test func `brightness is that of Pillow's mode L`() {
        let images = LabelledImages(
            channels: 3, height: 1, width: 4, pixels: [255, 0, 0, 10, 0, 255, 0, 200, 0, 0, 255, 30], labels: [0])
        // Image.fromarray(…).convert("L")
        #expect(images.greyImage(0) == [76, 150, 29, 124])
    }

    @Test func `views are moved and mirrored copies`() {
        #expect(ImageView.combinations(of: []).count == 1)
        #expect(ImageView.combinations(of: [.flip]).count == 2)
        #expect(ImageView.combinations(of: [.flip, .shift]).count == 10)
        let images = LabelledImages(
            channels: 1, height: 2, width: 3, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], labels: [0, 1])
        func pixels(_ right: Int, _ down: Int, _ isMirrored: Bool) -> [UInt8] {
            images.moved(right: right, down: down, isMirrored: isMirrored).pixels
        }
        #expect(pixels(0, 0, false) == images.pixels)
        #expect(pixels(0, 0, true) == [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10])
        #expect(pixels(1, 0, false) == [0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11])
        #expect(pixels(0, -1, false) == [4, 5, 6, 0, 0, 0, 10, 11, 12, 0, 0, 0])
    }
}
