// The number of images that pass through the convolutional part together.

package import Experiments

extension Network {
    /// Images per chunk: as many as keep the largest input of a convolution, except the first, below 13 MiB, so that a
    /// layer's output is still in the cache when the next layer reads it; at least 1, at most a thread's share of the
    /// batch.
    ///
    /// The same network, batch size and number of threads always give the same chunk.
    package func chunkSize(batchSize: Int, threads: Int) -> Int {
        let convolutions = layers.dropFirst().filter { $0.convolution != nil }
        let largest = convolutions.map { $0.inputShape.reduce(1, *) }.max() ?? layers[0].outputShape.reduce(1, *)
        let fitting = (13 << 20) / (largest * MemoryLayout<Float>.stride)
        let share = batchSize >= threads ? (batchSize + threads - 1) / threads : batchSize
        return min(max(fitting, 1), share)
    }
}
