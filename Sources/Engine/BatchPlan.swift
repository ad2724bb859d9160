// How a batch goes through the network: in which segments, in which chunks, and the compiled stages for each size of
// chunk.

internal import Experiments
internal import OneDNN

/// Some images of a batch that go through a segment together.
struct Chunk {
    let start: Int
    let count: Int
    let list: StageList

    var stages: [any Stage] { list.stages }
}

/// Stages that follow one another without waiting for the rest of the batch.
///
/// Where it works on images, each lane is a thread's own share of them: it takes its chunks through the segment without
/// waiting for another thread, which keeps a chunk in one core's cache and makes the step bear a busy machine. Where there
/// are more threads than images, one lane uses all of them inside each operation instead. Where it works on features, the
/// whole batch is one chunk, and all threads work on each operation, so that large weights are read once a pass.
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
    ///   - chunk: images in a chunk at most.
    ///   - layouts: layouts that parameters already have; what is chosen first is added and binds later plans.
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
        /// By segment, lane and chunk.
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
        // Where nothing works on images, features are what goes in.
        segments =
            images.filter { images.count > 1 || !$0[0][0].stages.isEmpty }.map {
                Segment(lanes: $0, worksOnImages: true)
            }
            + features.map { Segment(lanes: [[Chunk(start: 0, count: batch, list: $0)]], worksOnImages: false) }
    }

    private var chunks: [Chunk] { segments.flatMap { $0.lanes.joined() } }

    /// One chunk of each segment: what it says of stages holds for all.
    var stages: [any Stage] { segments.flatMap { $0.lanes[0][0].stages } }

    /// How many of the convolutions' passes run by which algorithm, as text.
    var convolutionSummary: String {
        let passes = stages.map(\.convolutionPasses)
        let (all, winograd) = passes.reduce((0, 0)) { ($0.0 + $1.all, $0.1 + $1.winograd) }
        return winograd == 0 ? "direct" : "Winograd in \(winograd) of \(all) passes, direct in the others"
    }

    /// The most room for intermediate results that any operation wants.
    var scratchpadBytes: Int { chunks.map(\.list.scratchpadBytes).max() ?? 0 }

    /// Bytes of the largest activation that a chunk of images has between two stages.
    var largestActivationBytes: Int {
        segments.filter(\.worksOnImages).flatMap { $0.lanes.joined() }.map(\.list.largestActivationBytes).max() ?? 0
    }

    /// Bytes an image of the largest that one segment of images leaves for another.
    var largestBoundaryBytes: Int {
        segments.dropLast().filter(\.worksOnImages).map { $0.lanes[0][0] }
            .map { $0.list.destination.byteCount / $0.count }.max() ?? 0
    }

    /// The most that any stage of a lane wants of each buffer of its own.
    func laneBuffers(_ lane: Int) -> [String: Int] {
        segments.filter { lane < $0.lanes.count }.flatMap { $0.lanes[lane] }.flatMap(\.stages)
            .reduce(into: [:]) { $0.merge($1.laneBuffers, uniquingKeysWith: Swift.max) }
    }
}
