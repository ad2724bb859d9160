// What augmentation does to an image, and that it depends on seed, epoch and image alone.

import Datasets
import Experiments
import Testing

@Suite struct AugmentationTests {
    private func recipe(_ change: (inout DataRecipe) -> Void) -> DataRecipe {
        var recipe = DataRecipe()
        change(&recipe)
        return recipe
    }

    /// An image after augmentation.
    private func changed(
        _ image: [Float], side: Int, seed: UInt64 = 1, epoch: Int = 1, index: Int = 0,
        _ change: (inout DataRecipe) -> Void
    ) throws -> [Float] {
        var (image, scratch) = (image, image)
        let augmentation = try #require(Augmentation(recipe(change), seed: seed))
        image.withUnsafeMutableBufferPointer { image in
            scratch.withUnsafeMutableBufferPointer {
                augmentation.apply(to: image, side: side, scratch: $0, epoch: epoch, index: index)
            }
        }
        return image
    }

    private let numbers = (1...16).map(Float.init)

    @Test func `nothing is done where nothing is asked for`() { #expect(Augmentation(recipe { _ in }, seed: 0) == nil) }

    @Test func `half of the images are mirrored`() throws {
        let mirrored: [Float] = [4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13]
        let images = try (0..<1000).map { try changed(numbers, side: 4, index: $0) { $0.flip = true } }
        #expect(images.allSatisfy { $0 == numbers || $0 == mirrored })
        #expect((420...580).contains(images.count { $0 == mirrored }))
    }

    @Test func `an image moves by up to so many pixels, and black comes in`() throws {
        var seen: Set<[Float]> = []
        for index in 0..<1000 {
            let image = try changed(numbers, side: 4, index: index) { $0.shift = 1 }
            seen.insert(image)
            let moves = (-1...1).flatMap { down in (-1...1).map { (down, $0) } }
            #expect(
                moves.contains { down, right in
                    (0..<16).allSatisfy { place in
                        let (y, x) = (place / 4 - down, place % 4 - right)
                        return image[place] == (0..<4 ~= y && 0..<4 ~= x ? numbers[4 * y + x] : 0)
                    }
                })
        }
        #expect(seen.count == 9)
    }

    @Test func `a crop keeps what it shows`() throws {
        let side = 32
        let flat = [Float](repeating: 0.5, count: side * side)
        // Rises by 1 a pixel to the right: a crop rises by as much less as it is stretched.
        let slope = (0..<side * side).map { Float($0 % side) }
        for index in 0..<100 {
            #expect(try changed(flat, side: side, index: index) { $0.crop = 0.5 } == flat)
            let row = try changed(slope, side: side, index: index) { $0.crop = 0.25 }
            let rise = (row[side - 2] - row[1]) / Float(side - 3)
            #expect((0.49...1.001).contains(rise))
            #expect(row.allSatisfy { 0...Float(side - 1) ~= $0 })
        }
    }

    @Test func `some images lose a rectangle of 2 to 33 % of their area`() throws {
        let side = 40
        let white = [Float](repeating: 1, count: side * side)
        var erased = 0
        for index in 0..<500 {
            let image = try changed(white, side: side, index: index) { $0.erase = 0.5 }
            let black = image.indices.filter { image[$0] == 0 }
            guard let first = black.first, let last = black.last else { continue }
            erased += 1
            let (rows, columns) = (first / side...last / side, first % side...last % side)
            #expect(black.count == rows.count * columns.count)
            #expect(black.allSatisfy { rows ~= $0 / side && columns ~= $0 % side })
            #expect((0.015...0.36).contains(Double(black.count) / Double(side * side)))
        }
        #expect((200...300).contains(erased))
    }

    @Test func `changes depend on seed, epoch and image alone, each on its own`() throws {
        let white = [Float](repeating: 1, count: 400)
        func image(seed: UInt64 = 1, epoch: Int = 1, index: Int = 0, flip: Bool = true) throws -> [Float] {
            try changed(white, side: 20, seed: seed, epoch: epoch, index: index) {
                ($0.shift, $0.erase, $0.flip) = (3, 0.99, flip)
            }
        }
        #expect(try image() == image())
        #expect(try image() == image(flip: false), "an image that a flip does not change")
        for other in [try image(seed: 2), try image(epoch: 2), try image(index: 1)] { #expect(try image() != other) }
    }

    @Test func `a loader gives an epoch's images again, wherever it begins`() throws {
        let pixels = (0..<20 * 64).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 5) }
        let images = LabelledImages(height: 8, width: 8, pixels: pixels, labels: (0..<20).map { UInt8($0) })
        let loader = BatchLoader(
            images: images, side: 8, batchSize: 4,
            augmentation: Augmentation(recipe { ($0.shift, $0.flip) = (2, true) }, seed: 3))
        func batches(from start: Int, epoch: Int) -> [[Float]] {
            loader.start(order: Array(Int32(start)..<20), epoch: epoch)
            var batches: [[Float]] = []
            while let batch = loader.next() { batches.append(Array(batch.pixels)) }
            return batches
        }
        let whole = batches(from: 0, epoch: 2)
        #expect(whole.count == 5)
        #expect(batches(from: 8, epoch: 2) == Array(whole.dropFirst(2)))
        #expect(batches(from: 0, epoch: 1) != whole)
        #expect(batches(from: 0, epoch: 2) == whole)
    }
}
