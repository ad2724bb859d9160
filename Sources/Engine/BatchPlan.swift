// How a batch goes through the network: which chunks, and the compiled operations for each size of chunk.

internal import Experiments
internal import OneDNN

/// Some pictures of a batch that go through the convolutional part together.
struct Chunk {
    let start: Int
    let count: Int
}

/// A chunk and the operations compiled for its size.
struct PlannedChunk {
    let chunk: Chunk
    let trunk: TrunkPlan
}

/// Everything compiled for one batch size.
struct BatchPlan {
    let batch: Int
    let chunks: [PlannedChunk]
    let head: HeadPlan

    /// - Parameter layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
    init(
        _ layers: [Layer], batch: Int, chunk: Int, purpose: Purpose, convolution: EngineOptions.Convolution,
        layouts: inout ParameterLayouts, on device: Device
    ) throws(OneDNNError) {
        var trunks: [Int: TrunkPlan] = [:]
        var chunks: [PlannedChunk] = []
        for start in stride(from: 0, to: batch, by: chunk) {
            let chunk = Chunk(start: start, count: min(chunk, batch - start))
            var trunk = trunks[chunk.count]
            if trunk == nil {
                trunk = try TrunkPlan(
                    layers, count: chunk.count, purpose: purpose, convolution: convolution, layouts: &layouts,
                    on: device)
                trunks[chunk.count] = trunk
            }
            guard let trunk else { preconditionFailure("every chunk has a plan") }
            chunks.append(PlannedChunk(chunk: chunk, trunk: trunk))
        }
        self.batch = batch
        self.chunks = chunks
        // The trunk writes straight into the head's source where the layout has a name that any batch size can bear.
        let features = chunks[0].trunk.destination
        let named = try features.resized(to: batch)
        let rowMajor = try Descriptor([batch] + features.shape.dropFirst(), layout: .abcd)
        self.head = try HeadPlan(
            layers, source: named ?? rowMajor, count: batch, purpose: purpose, layouts: &layouts, on: device)
    }

    /// The most room for intermediate results that any operation wants.
    var scratchpadBytes: Int {
        chunks.reduce(head.scratchpadBytes) { max($0, $1.trunk.scratchpadBytes) }
    }
}
