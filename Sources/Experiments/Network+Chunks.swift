// How many pictures go through the convolutional part together.

extension Network {
    /// Pictures in a chunk: as many as keep the largest activation near 24 MiB, so that what one layer writes is
    /// still in the caches when the next one reads it, and at least 4, so that threads have pictures to share.
    ///
    /// The same network and batch size always give the same chunk.
    public func chunkSize(batchSize: Int) -> Int {
        let largest = layers.flatMap { [$0.inputShape.reduce(1, *), $0.outputShape.reduce(1, *)] }.max() ?? 1
        let bytes = largest * MemoryLayout<Float>.stride
        let chunk = (26 << 20) / bytes
        return min(max(chunk, 4), batchSize)
    }
}
