// The two sides of a BatchLoader: the thread that fills buffers and the caller that reads them.

import Experiments
import Foundation
import Threads

/// A loader's state, shared by its caller and its thread.
///
/// Batch number `n` is in buffer `n % 2`. The thread may write it until `filled` exceeds `n`; from then on the caller
/// may read it, until it takes batch `n + 1`. Only the thread uses `scratch`.
final class BatchPipeline: @unchecked Sendable {  // each `var` under `condition`, each buffer by the rule above
    private let images: LabelledImages
    private let resizer: Resizer
    private let batchSize: Int
    private let buffers: [BatchBuffer]
    private let scratch: UnsafeMutableBufferPointer<Int32>
    private let augmentation: Augmentation?
    private let normalization: Normalization?
    private let spare: UnsafeMutableBufferPointer<Float>
    private let side: Int

    private let condition = NSCondition()
    private var order: [Int32] = []
    /// The pass over the images that augmentation depends on.
    private var pass = 0
    private var epoch = 0
    private var filled = 0
    private var taken = 0
    private var isStopped = false
    private var isEnded = false
    /// Whether a thread prepares batches ahead; if none can be started, the caller prepares them.
    private var hasThread = true

    init(
        images: LabelledImages, side: Int, batchSize: Int, augmentation: Augmentation?, normalization: Normalization?
    ) {
        precondition(batchSize > 0, "a batch has at least one image")
        self.images = images
        self.batchSize = batchSize
        resizer = Resizer(height: images.height, width: images.width, side: side)
        buffers = (0..<2).map { _ in BatchBuffer(batchSize: batchSize, imageSize: images.channels * side * side) }
        scratch = .allocate(capacity: resizer.scratchCount)
        scratch.initialize(repeating: 0)
        (self.augmentation, self.normalization, self.side) = (augmentation, normalization, side)
        spare = .allocate(capacity: augmentation == nil ? 0 : side * side)
        spare.initialize(repeating: 0)
    }

    deinit {
        scratch.deallocate()
        spare.deallocate()
    }

    func startThread() {
        let hasStarted = Threads.startThread { self.fillUntilStopped() }
        if !hasStarted { condition.withLock { (hasThread, isEnded) = (false, true) } }
    }

    // MARK: The caller's side

    func start(order: [Int32], pass: Int) {
        precondition(order.allSatisfy { (0..<images.count).contains(Int($0)) }, "an index without an image")
        condition.withLock {
            self.order = order
            self.pass = pass
            epoch += 1
            filled = 0
            taken = 0
            condition.signal()
        }
    }

    func next() -> Batch? {
        if !condition.withLock({ hasThread }) { fillNext() }
        return condition.withLock {
            let start = taken * batchSize
            guard start < order.count else { return nil }
            while filled <= taken { condition.wait() }
            let batch = buffers[taken % 2].batch(count: min(batchSize, order.count - start))
            taken += 1
            condition.signal()
            return batch
        }
    }

    /// Ends the thread, which takes at most as long as resizing one image.
    func stop() {
        condition.withLock {
            isStopped = true
            epoch += 1
            condition.signal()
            while !isEnded { condition.wait() }
        }
    }

    // MARK: The thread's side

    private struct Task {
        let epoch: Int
        let pass: Int
        let number: Int
        let order: [Int32]
    }

    private func fillUntilStopped() {
        while fillNext() {}
        condition.withLock {
            isEnded = true
            condition.signal()
        }
    }

    /// Prepares the next batch.
    ///
    /// - Returns: whether there can be more.
    @discardableResult
    private func fillNext() -> Bool {
        guard let task = nextTask() else { return false }
        let isWhole = fill(task)
        condition.withLock {
            guard isWhole, task.epoch == epoch else { return }
            filled += 1
            condition.signal()
        }
        return true
    }

    /// Waits for a free buffer and a remaining batch; does not wait if the caller prepares batches.
    private func nextTask() -> Task? {
        condition.withLock {
            // The caller still reads batch `taken - 1`, so the buffer of batch `taken + 1` is not free yet.
            while !isStopped, filled > taken || filled * batchSize >= order.count {
                guard hasThread else { return nil }
                condition.wait()
            }
            return isStopped ? nil : Task(epoch: epoch, pass: pass, number: filled, order: order)
        }
    }

    /// Prepares one batch, or stops when its epoch is over.
    private func fill(_ task: Task) -> Bool {
        let buffer = buffers[task.number % 2]
        let start = task.number * batchSize
        let (size, area) = (images.height * images.width, side * side)
        return images.pixels.withUnsafeBufferPointer { pixels in
            for (slot, index) in task.order[start..<min(start + batchSize, task.order.count)].enumerated() {
                guard condition.withLock({ task.epoch == epoch }) else { return false }
                for channel in 0..<images.channels {
                    let first = (Int(index) * images.channels + channel) * size
                    let source = UnsafeBufferPointer(rebasing: pixels[first..<first + size])
                    let target = UnsafeMutableBufferPointer(
                        rebasing: buffer.image(slot)[channel * area..<(channel + 1) * area])
                    resizer.resize(source, into: target, scratch: scratch)
                    // All channels are changed in the same way.
                    augmentation?.apply(to: target, side: side, scratch: spare, epoch: task.pass, index: Int(index))
                    normalization?.apply(to: target, channel: channel)
                }
                buffer.labels[slot] = Int32(images.labels[Int(index)])
            }
            return true
        }
    }
}

/// Memory for one batch.
private final class BatchBuffer {
    let labels: UnsafeMutableBufferPointer<Int32>
    private let memory: UnsafeMutableRawPointer
    private let pixels: UnsafeMutableBufferPointer<Float>
    private let imageSize: Int

    init(batchSize: Int, imageSize: Int) {
        self.imageSize = imageSize
        let count = batchSize * imageSize
        memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        pixels = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: count), count: count)
        pixels.initialize(repeating: 0)
        labels = .allocate(capacity: batchSize)
        labels.initialize(repeating: 0)
    }

    deinit {
        memory.deallocate()
        labels.deallocate()
    }

    func image(_ slot: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: pixels[slot * imageSize..<(slot + 1) * imageSize])
    }

    func batch(count: Int) -> Batch {
        Batch(
            pixels: UnsafeBufferPointer(rebasing: pixels[0..<count * imageSize]),
            labels: UnsafeBufferPointer(rebasing: labels[0..<count]))
    }
}

extension Normalization {
    /// Scales the pixels of a channel as torchvision's `Normalize` does.
    fileprivate func apply(to pixels: UnsafeMutableBufferPointer<Float>, channel: Int) {
        let (mean, deviation) = (Float(means[channel]), Float(deviations[channel]))
        for index in pixels.indices { pixels[index] = (pixels[index] - mean) / deviation }
    }
}
