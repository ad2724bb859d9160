// Substitutes for the engine, the clock and the data: a model that only records its calls, a clock that tests control,
// and images that are distinguished by their labels.

import Datasets
import Experiments
import Model
import Testing
import Training

/// A clock that advances by a second each time it is read, and otherwise on request.
final class HandClock {
    private(set) var now = 0.0

    func read() -> Double {
        now += 1
        return now
    }

    func advance(_ seconds: Double) { now += seconds }
}

/// A model that learns nothing. An image's loss is its label, and even labels count as correct.
final class FakeModel: TrainableModel {
    enum Call: Equatable {
        case train(step: Int, labels: [Int])
        case evaluate(labels: [Int])

        var labels: [Int] {
            switch self {
            case .train(_, let labels), .evaluate(let labels): labels
            }
        }
    }

    /// The result of a call, instead of the one from the labels.
    struct Reply {
        var lossSum: Double?
        var correct: Int?
        var gradientNorm: Double?
        var layers: [LayerHealth] = []
    }

    private(set) var calls: [Call] = []
    /// Steps that were profiled.
    private(set) var profiled: [Int] = []
    /// The first pixel of each image, in the order of the labels.
    private(set) var firstPixels: [Float] = []
    private let clock: HandClock?
    /// Called after each call is recorded, with the number of calls.
    private let after: (Int) throws(ModelError) -> Reply

    /// - Parameters:
    ///   - clock: advances by 2 s in a training step and 5 s in an evaluation step.
    ///   - after: further actions after the n-th call, from 1.
    init(clock: HandClock? = nil, after: @escaping (Int) throws(ModelError) -> Reply = { _ in Reply() }) {
        self.clock = clock
        self.after = after
    }

    /// The labels of each training step.
    var trained: [[Int]] { calls.compactMap { if case .train(_, let labels) = $0 { labels } else { nil } } }
    /// The labels of each evaluation step.
    var evaluated: [[Int]] { calls.compactMap { if case .evaluate(let labels) = $0 { labels } else { nil } } }

    func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int, learningRate: Double,
        isProfiled: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) throws(ModelError) -> BatchResult? {
        clock?.advance(2)
        var result = try note(.train(step: step, labels: labels.map(Int.init)), pixels)
        if isProfiled {
            profiled.append(step)
            result.profile = [PassTime(layer: 0, pass: .forward, seconds: Double(step))]
        }
        return result
    }

    func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(ModelError) -> BatchResult {
        clock?.advance(5)
        return try note(.evaluate(labels: labels.map(Int.init)), pixels)
    }

    private func note(_ call: Call, _ pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> BatchResult {
        calls.append(call)
        let labels = call.labels
        firstPixels += labels.indices.map { pixels[$0 * pixels.count / labels.count] }
        let reply = try after(calls.count)
        return BatchResult(
            lossSum: reply.lossSum ?? Double(labels.reduce(0, +)),
            correct: reply.correct ?? labels.count { $0.isMultiple(of: 2) }, examples: labels.count,
            gradientNorm: reply.gradientNorm, layers: reply.layers)
    }

    func predict(pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> [Float] {
        throw .backend("a fake model predicts nothing")
    }

    var parameters: [ModelTensor] { [] }
    var optimizerState: [ModelTensor] { [] }
    var summary: String { "fake" }

    func withValues<Result>(
        of tensor: ModelTensor, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(ModelError) -> Result {
        throw .backend("a fake model has no tensors")
    }

    func setValues(of tensor: ModelTensor, to values: UnsafeBufferPointer<Float>) throws(ModelError) {
        throw .backend("a fake model has no tensors")
    }
}

extension LabelledImages {
    /// Images of 2 × 2 pixels, whose pixels and labels are their number, counted from `first`.
    static func numbered(_ count: Int, from first: Int = 0) -> LabelledImages {
        let numbers = (first..<first + count).map { UInt8($0) }
        return LabelledImages(
            height: 2, width: 2, pixels: numbers.flatMap { Array(repeating: $0, count: 4) }, labels: numbers)
    }
}

/// A run on synthetic data: by default, 10 training images 0 to 9 and 5 test images 100 to 104 in batches of 4.
struct Rehearsal {
    let clock = HandClock()
    let stop = StopRequest()
    var experiment: Experiment
    var train = LabelledImages.numbered(10)
    var test = LabelledImages.numbered(5, from: 100)
    var validation: LabelledImages?

    init(epochs: Int = 2, seed: UInt64 = 0, shuffle: Bool = false) {
        experiment = Experiment(
            name: "made-up",
            network: NetworkRecipe(blocks: [Block(numConvs: 1, outChannels: 2)], ratio: 1, classifier: []),
            data: DataRecipe(resize: 2, batchSize: 4, shuffle: shuffle),
            training: TrainingRecipe(epochs: epochs, seed: seed))
    }

    var data: TrainingData {
        TrainingData(
            train: train, test: test, validation: validation, numClasses: 200, summary: "made-up",
            recipe: experiment.data)
    }

    func started() throws -> RunStarted {
        RunStarted(
            experiment: experiment, network: try experiment.network(numClasses: 200), dataset: data.summary,
            trainExamples: data.train.count, testExamples: data.test.count, stepsPerEpoch: data.stepsPerEpoch,
            threads: 1, machine: "none", engine: "fake", predictedMemoryBytes: 0)
    }

    /// The run's events, its summary, and the model that it used.
    func run(
        _ model: FakeModel? = nil, from position: RunPosition = RunPosition(),
        keep: @escaping TrainingRun.Keep = { _, _ in [] }, onProfile: (([PassTime]) -> Void)? = nil
    ) throws -> (events: [RunEvent], summary: RunSummary, model: FakeModel) {
        var events: [RunEvent] = []
        let model = model ?? FakeModel(clock: clock)
        var run = TrainingRun(
            try started(), data: data, from: position, stop: stop, seconds: clock.read, keep: keep, onProfile: onProfile
        ) { events.append($0) }
        let summary = run.run(model)
        return (events, summary, model)
    }
}

extension [RunEvent] {
    var progress: [Progress] { compactMap { if case .progress(let progress) = $0 { progress } else { nil } } }
    var evaluations: [EvaluationProgress] {
        compactMap { if case .evaluating(let progress) = $0 { progress } else { nil } }
    }
    var epochs: [EpochMetrics] { compactMap { if case .epochFinished(let epoch) = $0 { epoch } else { nil } } }

    /// One letter per event: s(tarted), p(rogress), e(poch), c(heckpoint), w(arning), f(inished). The progress of
    /// evaluations is left out.
    var letters: String {
        compactMap { event -> String? in
            switch event {
            case .evaluating: nil
            case .runStarted: "s"
            case .progress: "p"
            case .epochFinished: "e"
            case .checkpointSaved: "c"
            case .warning: "w"
            case .runFinished: "f"
            }
        }.joined()
    }
}
