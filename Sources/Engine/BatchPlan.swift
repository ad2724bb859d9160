// How a batch passes through the network: segments, chunks, and the compiled stages for each chunk size.

internal import Experiments
internal import OneDNN

/// Images of a batch that pass through a segment together.
struct Chunk {
    let start: Int
    let count: Int
    let list: StageList

    var stages: [any Stage] { list.stages }
}

/// Consecutive stages that need not wait for the rest of the batch.
///
/// In a segment that works on images, each lane is one thread's share of them. The thread takes its chunks through the
/// segment without waiting for other threads, which keeps a chunk in the core's cache and makes the step robust on a
/// busy machine. With more threads than images, a single lane uses all threads inside each operation instead. In a
/// segment that works on features, the whole batch is one chunk and all threads share each operation, so that large
/// weights are read once per pass.
struct Segment {
    let lanes: [[Chunk]]
    let worksOnImages: Bool
}

/// Everything compiled for one batch size.
struct BatchPlan {
    let batch: Int
    let layers: [Layer]
    let segments: [Segment]

    /// - Parameters:
    ///   - chunk: maximum number of images in a chunk.
    ///   - layouts: layouts that parameters already have; layouts chosen here are added and bind later plans.
    init(
        _ layers: [Layer], batch: Int, chunk: Int, threads: Int, purpose: Purpose,
        convolution: EngineOptions.Convolution, precision: TrainingRecipe.Precision, layouts: inout ParameterLayouts,
        on device: Device
    ) throws(OneDNNError) {
        precondition(batch > 0 && chunk > 0 && threads > 0, "batch, chunk and threads must be positive")
        let laneCount = batch >= threads ? threads : 1
        device.useThreads(laneCount == 1 ? threads : 1)
        defer { device.useThreads(threads) }
        var lists: [Int: [StageList]] = [:]
        /// Indexed by segment, lane and chunk.
        var images: [[[Chunk]]] = []
        for lane in 0..<laneCount {
            let end = batch * (lane + 1) / laneCount
            for start in stride(from: batch * lane / laneCount, to: end, by: chunk) {
                let count = min(chunk, end - start)
                if lists[count] == nil {
                    lists[count] = try StageList.ofImages(
                        layers, count: count, purpose: purpose, convolution: convolution, precision: precision,
                        layouts: &layouts, on: device)
                }
                for (segment, list) in (lists[count] ?? []).enumerated() {
                    if images.count == segment { images.append([[Chunk]](repeating: [], count: laneCount)) }
                    images[segment][lane].append(Chunk(start: start, count: count, list: list))
                }
            }
        }

        device.useThreads(threads)
        guard let source = try images[images.count - 1][0][0].list.destination.resized(to: batch) else {
            preconditionFailure("activations have a layout with a name")
        }
        let features = try StageList.ofFeatures(
            layers, source: source, precision: precision, purpose: purpose, layouts: &layouts, on: device)
        self.batch = batch
        self.layers = layers
        // Without stages for images, the input consists of features.
        segments =
            images.filter { images.count > 1 || !$0[0][0].stages.isEmpty }.map {
                Segment(lanes: $0, worksOnImages: true)
            }
            + features.map { Segment(lanes: [[Chunk(start: 0, count: batch, list: $0)]], worksOnImages: false) }
    }

    private var chunks: [Chunk] { segments.flatMap { $0.lanes.joined() } }

    /// The stages of one chunk of each segment; those of other chunks differ only in size.
    var stages: [any Stage] { segments.flatMap { $0.lanes[0][0].stages } }

    /// The number of convolution passes by algorithm, as text.
    var convolutionSummary: String {
        let passes = stages.map(\.convolutionPasses)
        let (all, winograd) = passes.reduce((0, 0)) { ($0.0 + $1.all, $0.1 + $1.winograd) }
        return winograd == 0 ? "direct" : "Winograd in \(winograd) of \(all) passes, direct in the others"
    }

    /// The largest scratchpad that any operation needs, in bytes.
    var scratchpadBytes: Int { chunks.map(\.list.scratchpadBytes).max() ?? 0 }

    /// Size in bytes of the largest activation between two stages of a chunk.
    var largestActivationBytes: Int {
        segments.filter(\.worksOnImages).flatMap { $0.lanes.joined() }.map(\.list.largestActivationBytes).max() ?? 0
    }

    /// Size in bytes, per image, of the largest activation between two segments of images.
    var largestBoundaryBytes: Int {
        segments.dropLast().filter(\.worksOnImages).map { $0.lanes[0][0] }
            .map { $0.list.destination.byteCount / $0.count }.max() ?? 0
    }

    /// The size in bytes of each buffer that a lane needs: the maximum over its stages.
    func laneBuffers(_ lane: Int) -> [String: Int] {
        segments.filter { lane < $0.lanes.count }.flatMap { $0.lanes[lane] }.flatMap(\.stages)
            .reduce(into: [:]) { $0.merge($1.laneBuffers, uniquingKeysWith: Swift.max) }
    }
}
