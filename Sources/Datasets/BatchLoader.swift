// Prepares batches on its own thread, one ahead of the training step, in two alternating buffers. It decides neither
// the order of images nor the purpose of a batch.

package import Experiments
package import MemoryUse

/// Images of one step with their labels. The memory is valid until the loader's next call or end.
package struct Batch {
    /// **Shapes** `[N, C, side, side]`, values from 0 to 1 unless they are normalized, aligned to 64 bytes.
    package let pixels: UnsafeBufferPointer<Float>
    /// **Shapes** `[N]`.
    package let labels: UnsafeBufferPointer<Int32>

    /// Number of images.
    package var count: Int { labels.count }
}

/// Returns an epoch's images as resized batches; the last one may be smaller.
///
/// Not for use from several threads at once.
package final class BatchLoader {
    private let pipeline: BatchPipeline
    private let memory: MemoryAccount?
    private let bytes: Int

    /// Creates a loader whose thread waits for the first `start`.
    ///
    /// - Parameters:
    ///   - images: the source images.
    ///   - side: height and width of the images in a batch.
    ///   - batchSize: images in every batch but the last.
    ///   - augmentation: changes images at random; `nil` to leave them as they are.
    ///   - normalization: scales pixels; `nil` for values from 0 to 1.
    ///   - memory: where the memory of batches is recorded.
    /// - Precondition: `side` and `batchSize` are at least 1.
    package init(
        images: LabelledImages, side: Int, batchSize: Int, augmentation: Augmentation? = nil,
        normalization: Normalization? = nil, memory: MemoryAccount? = nil
    ) {
        pipeline = BatchPipeline(
            images: images, side: side, batchSize: batchSize, augmentation: augmentation,
            normalization: normalization)
        self.memory = memory
        bytes = Self.bufferBytes(imageSize: images.channels * side * side, batchSize: batchSize)
        memory?.add(bytes)
        pipeline.startThread()
    }

    // The thread keeps the pipeline alive but not the loader; it has ended when this returns.
    deinit {
        pipeline.stop()
        memory?.add(-bytes)
    }

    /// Returns the memory of a loader's two buffers in bytes.
    ///
    /// - Parameter imageSize: values of an image.
    package static func bufferBytes(imageSize: Int, batchSize: Int) -> Int {
        2 * batchSize * (imageSize * MemoryLayout<Float>.stride + MemoryLayout<Int32>.stride)
    }

    /// Starts an epoch with the images at these indices, and drops the rest of the previous one.
    ///
    /// - Parameter epoch: what augmentation depends on.
    /// - Precondition: every index is one of an image.
    package func start(order: [Int32], epoch: Int = 0) { pipeline.start(order: order, pass: epoch) }

    /// Returns the epoch's next batch, or `nil` at its end. Invalidates the previous batch.
    package func next() -> Batch? { pipeline.next() }

    /// Drops what is left of the epoch; `next` gives `nil` until the next `start`.
    package func cancel() { pipeline.start(order: [], pass: 0) }
}
