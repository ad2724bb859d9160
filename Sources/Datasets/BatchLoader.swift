// Prepares batches on a thread of its own, one ahead of the step that trains, in two buffers that are used in turn.
// It decides neither the order of images nor what a batch is for.

package import MemoryUse

/// Images of one step with their labels. The memory is valid until the loader's next call or end.
package struct Batch {
    /// **Shapes** `[N, 1, side, side]`, from 0 to 1, on an address that is a multiple of 64.
    package let pixels: UnsafeBufferPointer<Float>
    /// **Shapes** `[N]`.
    package let labels: UnsafeBufferPointer<Int32>

    /// Number of images.
    package var count: Int { labels.count }
}

/// Gives an epoch's images as resized batches, the last one smaller where they do not divide.
///
/// Not for use from several threads at once.
package final class BatchLoader {
    private let pipeline: BatchPipeline
    private let memory: MemoryAccount?
    private let bytes: Int

    /// A loader whose thread waits for the first `start`.
    ///
    /// - Parameters:
    ///   - images: where images come from.
    ///   - side: height and width of the images in a batch.
    ///   - batchSize: images in every batch but the last.
    ///   - augmentation: changes images at random; `nil` to leave them as they are.
    ///   - memory: where the memory of batches is recorded.
    /// - Precondition: `side` and `batchSize` are at least 1.
    package init(
        images: LabelledImages, side: Int, batchSize: Int, augmentation: Augmentation? = nil,
        memory: MemoryAccount? = nil
    ) {
        pipeline = BatchPipeline(images: images, side: side, batchSize: batchSize, augmentation: augmentation)
        self.memory = memory
        bytes = Self.bufferBytes(side: side, batchSize: batchSize)
        memory?.add(bytes)
        pipeline.startThread()
    }

    // The thread keeps the pipeline alive but not the loader; when this returns it has ended.
    deinit {
        pipeline.stop()
        memory?.add(-bytes)
    }

    /// Memory that a loader's two buffers take, in bytes.
    package static func bufferBytes(side: Int, batchSize: Int) -> Int {
        2 * batchSize * (side * side * MemoryLayout<Float>.stride + MemoryLayout<Int32>.stride)
    }

    /// Begins an epoch with the images of these indices, and drops what is left of the one before.
    ///
    /// - Parameter epoch: what augmentation depends on.
    /// - Precondition: every index is one of an image.
    package func start(order: [Int32], epoch: Int = 0) { pipeline.start(order: order, pass: epoch) }

    /// The epoch's next batch, or `nil` at its end. Ends the validity of the batch before.
    package func next() -> Batch? { pipeline.next() }

    /// Drops what is left of the epoch; `next` gives `nil` until the next `start`.
    package func cancel() { pipeline.start(order: [], pass: 0) }
}
