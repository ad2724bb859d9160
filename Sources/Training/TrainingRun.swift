// The training loop: epochs over shuffled batches, an evaluation after each, everything said as events. It knows no
// screen, no file and no engine but through TrainableModel.

internal import Datasets
public import Engine
public import Experiments

/// One run of an experiment from its first step to its outcome.
public struct TrainingRun {
    private let started: RunStarted
    private let data: TrainingData
    private let stop: StopRequest
    private let emit: (RunEvent) -> Void
    private let seconds: () -> Double
    private let order: EpochOrder

    private var step = 0
    private var pace: Pace
    private var lastEpoch: EpochMetrics?
    private var bestEpoch: EpochMetrics?

    /// - Parameters:
    ///   - started: what the run is made of; it is sent first.
    ///   - data: the experiment's pictures.
    ///   - stop: looked at once a step.
    ///   - seconds: a clock that never goes back; only differences count.
    ///   - emit: takes every event, on the thread that calls `run`.
    public init(
        _ started: RunStarted, data: TrainingData, stop: StopRequest,
        seconds: @escaping () -> Double = monotonicSeconds, emit: @escaping (RunEvent) -> Void
    ) {
        self.started = started
        self.data = data
        self.stop = stop
        self.emit = emit
        self.seconds = seconds
        let recipe = started.experiment
        order = EpochOrder(
            count: data.train.count, seed: recipe.training.seed, isShuffled: recipe.data.shuffle)
        pace = Pace(started)
    }

    /// Trains `model` until its epochs are done, somebody asks to stop, or it cannot go on.
    ///
    /// - Returns: what the last event says, too.
    public mutating func run(_ model: some TrainableModel) -> RunSummary {
        pace.begin(at: seconds())
        emit(.runStarted(started))
        let outcome = outcome(of: model)
        let summary = RunSummary(
            outcome: outcome, step: step, lastEpoch: lastEpoch, bestEpoch: bestEpoch,
            examplesPerSecond: pace.examplesPerSecond, stepExamplesPerSecond: pace.stepExamplesPerSecond,
            elapsedSeconds: pace.elapsed(at: seconds()), peakMemoryBytes: Machine.peakMemoryBytes)
        emit(.runFinished(summary))
        return summary
    }

    private mutating func outcome(of model: some TrainableModel) -> Outcome {
        let epochs = started.experiment.training.epochs
        guard epochs > 0 else { return .completed }
        let trainLoader = data.loader(of: data.train)
        let testLoader = data.loader(of: data.test)
        do throws(Interruption) {
            for epoch in 1...epochs {
                let training = try train(model, epoch: epoch, on: trainLoader)
                let test = try evaluate(model, on: testLoader)
                try finish(epoch, training, test)
            }
        } catch {
            return error.outcome
        }
        return .completed
    }

    /// One pass over the training pictures.
    private mutating func train(
        _ model: some TrainableModel, epoch: Int, on loader: BatchLoader
    ) throws(Interruption) -> MetricSums {
        var sums = MetricSums()
        pace.beginEpoch(at: seconds())
        loader.start(order: order.indices(epoch: epoch))
        var stepInEpoch = 0
        while let batch = loader.next() {
            let beforeStep = seconds()
            let result = try interrupting { () throws(EngineError) in
                try model.train(pixels: batch.pixels, labels: batch.labels, step: step)
            }
            step += 1
            stepInEpoch += 1
            sums.add(result)
            pace.endStep(examples: result.examples, began: beforeStep, now: seconds())
            emit(
                .progress(
                    Progress(
                        epoch: epoch, step: step, stepInEpoch: stepInEpoch, stepsPerEpoch: started.stepsPerEpoch,
                        loss: result.lossSum / Double(result.examples), meanLoss: sums.meanLoss,
                        meanAccuracy: sums.accuracy, examplesPerSecond: pace.epochExamplesPerSecond,
                        elapsedSeconds: pace.elapsed, remainingSeconds: pace.remaining(afterStep: step))))
            guard result.lossSum.isFinite else { throw .diverged(step: step) }
            if stop.isMade { throw .stopped }
        }
        return sums
    }

    /// One pass over the test pictures.
    private mutating func evaluate(
        _ model: some TrainableModel, on loader: BatchLoader
    ) throws(Interruption) -> MetricSums {
        let begin = seconds()
        let sums = try interrupting { () throws(EngineError) in
            try data.evaluate(model, on: loader) { stop.isMade }
        }
        guard let sums else { throw .stopped }
        pace.endEvaluation(began: begin, now: seconds())
        return sums
    }

    private mutating func finish(
        _ epoch: Int, _ training: MetricSums, _ test: MetricSums
    ) throws(Interruption) {
        let metrics = EpochMetrics(
            epoch: epoch, step: step, trainLoss: training.meanLoss, trainAccuracy: training.accuracy,
            testLoss: test.meanLoss, testAccuracy: test.accuracy, examplesPerSecond: pace.epochExamplesPerSecond,
            stepExamplesPerSecond: pace.stepExamplesPerSecond, elapsedSeconds: pace.elapsed,
            remainingSeconds: pace.remaining(afterStep: step))
        lastEpoch = metrics
        emit(.epochFinished(metrics))
        guard test.meanLoss.isFinite else { throw .diverged(step: step) }
        if metrics.testAccuracy > bestEpoch?.testAccuracy ?? -1 { bestEpoch = metrics }
    }

    private func interrupting<Result>(
        _ body: () throws(EngineError) -> Result
    ) throws(Interruption) -> Result {
        do {
            return try body()
        } catch {
            throw .failed(reason: error.description)
        }
    }
}

/// Why a run ends before its epochs are done.
private enum Interruption: Error {
    case stopped
    case diverged(step: Int)
    case failed(reason: String)

    var outcome: Outcome {
        switch self {
        case .stopped: .stopped
        case .diverged(let step): .diverged(step: step)
        case .failed(let reason): .failed(reason: reason)
        }
    }
}
