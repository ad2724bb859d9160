// How a batch goes through the network: which chunks, and the compiled operations for each size of chunk.

internal import Experiments
internal import OneDNN

/// Some images of a batch that go through the convolutional part together.
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
///
/// Each lane is a thread's own share of the images: it takes its chunks through the convolutional part without
/// waiting for another thread, which keeps a chunk in one core's cache and makes the step bear a busy machine. Where
/// there are more threads than images, one lane uses all of them inside each operation instead.
struct BatchPlan {
    let batch: Int
    let layers: [Layer]
    let lanes: [[PlannedChunk]]
    let head: HeadPlan

    /// - Parameters:
    ///   - chunk: images in a chunk at most.
    ///   - layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
    init(
        _ layers: [Layer], batch: Int, chunk: Int, threads: Int, purpose: Purpose,
        convolution: EngineOptions.Convolution, precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts,
        on device: Device
    ) throws(OneDNNError) {
        precondition(batch > 0 && chunk > 0 && threads > 0, "there is something to compute, and somebody to do it")
        let laneCount = batch >= threads ? threads : 1
        device.useThreads(laneCount == 1 ? threads : 1)
        defer { device.useThreads(threads) }
        var trunks: [Int: TrunkPlan] = [:]
        var lanes: [[PlannedChunk]] = []
        for lane in 0..<laneCount {
            let end = batch * (lane + 1) / laneCount
            var chunks: [PlannedChunk] = []
            for start in stride(from: batch * lane / laneCount, to: end, by: chunk) {
                let chunk = Chunk(start: start, count: min(chunk, end - start))
                var trunk = trunks[chunk.count]
                if trunk == nil {
                    trunk = try TrunkPlan(
                        layers, count: chunk.count, purpose: purpose, convolution: convolution,
                        precision: precision, layouts: &layouts, on: device)
                    trunks[chunk.count] = trunk
                }
                guard let trunk else { preconditionFailure("every chunk has a plan") }
                chunks.append(PlannedChunk(chunk: chunk, trunk: trunk))
            }
            lanes.append(chunks)
        }
        self.batch = batch
        self.layers = layers
        self.lanes = lanes

        // The trunk writes straight into the head's source where the layout has a name that any batch size can bear.
        device.useThreads(threads)
        let features = lanes[0][0].trunk.destination
        let named = try features.resized(to: batch)
        let rowMajor = try Descriptor([batch] + features.shape.dropFirst(), layout: .abcd)
        self.head = try HeadPlan(
            layers, source: named ?? rowMajor, count: batch, precision: precision, purpose: purpose,
            layouts: &layouts, on: device)
    }

    /// How many of the convolutions' passes run by which algorithm, as text.
    var convolutionSummary: String {
        let passes = lanes[0][0].trunk.stages.map(\.convolutionPasses)
        let (all, winograd) = passes.reduce((0, 0)) { ($0.0 + $1.all, $0.1 + $1.winograd) }
        return winograd == 0 ? "direct" : "Winograd in \(winograd) of \(all) passes, direct in the others"
    }

    /// The most room for intermediate results that any operation wants.
    var scratchpadBytes: Int {
        lanes.joined().reduce(head.scratchpadBytes) { max($0, $1.trunk.scratchpadBytes) }
    }

    /// Bytes of the largest activation of a chunk.
    var largestActivationBytes: Int { lanes.joined().map(\.trunk.largestActivationBytes).max() ?? 0 }
}
