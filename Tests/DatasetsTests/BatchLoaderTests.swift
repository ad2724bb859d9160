// The loader returns batches in order, epoch after epoch, and ends on request.

import Datasets
import Glibc
import Testing

@Suite struct BatchLoaderTests {
    /// 100 images of one pixel; image `i` has grey value `i` and class `i % 10`.
    private let images = LabelledImages(
        height: 1, width: 1, pixels: (0..<100).map { UInt8($0) }, labels: (0..<100).map { UInt8($0 % 10) })

    private func take(_ loader: BatchLoader) -> (pixels: [Float], labels: [Int32], counts: [Int]) {
        var taken: (pixels: [Float], labels: [Int32], counts: [Int]) = ([], [], [])
        while let batch = loader.next() {
            taken.pixels += batch.pixels
            taken.labels += batch.labels
            taken.counts.append(batch.count)
        }
        return taken
    }

    @Test(.timeLimit(.minutes(10)), arguments: [1, 7, 30, 50, 99, 100, 101, 1000])
    func `every image comes once, in order, with its label`(batchSize: Int) {
        let loader = BatchLoader(images: images, side: 1, batchSize: batchSize)
        for epoch in 1...5 {
            let order = EpochOrder(count: 100, seed: 1).indices(epoch: epoch)
            loader.start(order: order)
            let taken = take(loader)
            #expect(taken.pixels == order.map { Float($0) / 255 })
            #expect(taken.labels == order.map { $0 % 10 })
            #expect(taken.counts.dropLast().allSatisfy { $0 == batchSize })
            #expect(taken.counts.count == (100 + batchSize - 1) / batchSize)
        }
    }

    @Test func `images are resized and aligned to 64 bytes`() throws {
        let images = LabelledImages(height: 1, width: 2, pixels: [7, 250, 0, 0, 1, 1], labels: [2, 1, 0])
        let loader = BatchLoader(images: images, side: 4, batchSize: 2)
        loader.start(order: [0, 1, 2])
        let first = try #require(loader.next())
        #expect(Array(first.pixels.prefix(4)) == [7, 68, 189, 250].map { $0 / 255 })
        #expect(first.pixels.count == 32)
        #expect(UInt(bitPattern: first.pixels.baseAddress) % 64 == 0)
        let second = try #require(loader.next())
        #expect(second.pixels.count == 16)
        #expect(UInt(bitPattern: second.pixels.baseAddress) % 64 == 0)
        #expect(loader.next() == nil)
    }

    @Test func `two buffers alternate`() {
        let loader = BatchLoader(images: images, side: 1, batchSize: 10)
        var addresses: Set<UnsafePointer<Float>?> = []
        for _ in 0..<3 {
            loader.start(order: EpochOrder(count: 100, seed: 1).indices(epoch: 1))
            while let batch = loader.next() { addresses.insert(batch.pixels.baseAddress) }
        }
        #expect(addresses.count == 2)
    }

    @Test func `a batch keeps its values while the next one is prepared`() {
        let loader = BatchLoader(images: images, side: 64, batchSize: 10)
        loader.start(order: EpochOrder(count: 100, seed: 1, isShuffled: false).indices(epoch: 1))
        var number = 0
        while let batch = loader.next() {
            let first = Float(number * 10) / 255
            // Long enough for the thread to do any harm.
            for _ in 0..<50 { #expect(batch.pixels.prefix(64 * 64).allSatisfy { $0 == first }) }
            number += 1
        }
        #expect(number == 10)
    }

    @Test func `nothing comes before the first epoch or after the last`() {
        let loader = BatchLoader(images: images, side: 1, batchSize: 10)
        #expect(loader.next() == nil)
        loader.start(order: [])
        #expect(loader.next() == nil)
        loader.start(order: [5])
        #expect(loader.next()?.count == 1)
        #expect(loader.next() == nil)
        #expect(loader.next() == nil)
    }

    @Test(.timeLimit(.minutes(10))) func `an epoch started in the middle of another is complete`() {
        let loader = BatchLoader(images: images, side: 8, batchSize: 10)
        for taken in 0..<200 {
            loader.start(order: (0..<100).map { 99 - $0 })
            for _ in 0..<taken % 5 { _ = loader.next() }
            if taken.isMultiple(of: 3) {
                loader.cancel()
                #expect(loader.next() == nil)
            }
        }
        loader.start(order: (0..<100).map(\.self))
        #expect(take(loader).labels == (0..<100).map { $0 % 10 })
    }

    @Test(.timeLimit(.minutes(10))) func `an image of a dropped epoch never appears`() {
        let loader = BatchLoader(images: images, side: 1024, batchSize: 1)
        for round in 0..<300 {
            loader.start(order: [1, 1, 1])
            _ = loader.next()
            // Yields more often in each round, to interrupt the thread at many stages of the next image.
            for _ in 0..<20 * round { sched_yield() }
            loader.start(order: [2])
            let label = loader.next()?.labels.first
            #expect(label == 2)
            let end = loader.next()?.count
            #expect(end == nil)
        }
    }

    @Test func `a loader can end in the middle of a batch`() {
        let images = LabelledImages(height: 28, width: 28, pixels: .init(repeating: 9, count: 784), labels: [0])
        let order = [Int32](repeating: 0, count: 4_000_000)
        var loader: BatchLoader? = BatchLoader(images: images, side: 1, batchSize: order.count)
        loader?.start(order: order)
        let clock = ContinuousClock()
        // The whole batch takes several seconds.
        #expect(clock.measure { loader = nil } < .seconds(1))
    }

    @Test func `its memory is known in advance`() {
        #expect(BatchLoader.bufferBytes(imageSize: 224 * 224, batchSize: 128) == 2 * 128 * (224 * 224 * 4 + 4))
    }
}
