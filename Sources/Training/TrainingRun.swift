// The training loop: epochs over shuffled batches with an evaluation after each, reported as events. It is independent
// of screen, files and engine.

internal import Datasets
package import Experiments
internal import MemoryUse
package import Model

/// One run of an experiment, from its first step or from a checkpoint to its outcome.
package struct TrainingRun {
    /// Saves the model's tensors together with the position.
    ///
    /// `isLast` means that no step follows: the checkpoint must be safe on disk on return. The returned events are
    /// emitted.
    package typealias Keep = (_ position: RunPosition, _ isLast: Bool) -> [RunEvent]

    private let started: RunStarted
    private let data: TrainingData
    private let stop: StopRequest
    private let pause: PauseRequest
    private let emit: (RunEvent) -> Void
    private let seconds: () -> Double
    private let processorSeconds: (() -> Double)?
    private let keep: Keep
    private let onProfile: (([PassTime]) -> Void)?
    private let order: EpochOrder

    private var position: RunPosition
    private var pace: Pace
    private var due: CheckpointSchedule
    /// Health of the layers in the last full-size batch; a smaller one has more dead units.
    private var wholeBatchLayers: [LayerHealth] = []
    private var peakMemoryBytes = 0
    /// Seconds that the run had trained when this session began.
    private var beginElapsed = 0.0
    /// Whether the next step is profiled.
    private var isProfileDue = false

    /// - Parameters:
    ///   - started: the facts of the run, emitted first.
    ///   - data: the experiment's images.
    ///   - position: where to resume; the model must have the tensors that were saved with it.
    ///   - stop: checked throughout; a cancelled step has no effect.
    ///   - pause: makes the run wait between two steps; that time does not count.
    ///   - seconds: a monotonic clock; only differences count.
    ///   - processorSeconds: the process's processor time, which reveals that the process was stopped during a step;
    ///     `nil` to count all time.
    ///   - keep: called when the experiment's `checkpoint` recipe requires it, when the run is stopped, and after its
    ///     last epoch.
    ///   - onProfile: called once early in each epoch with the time of each pass in a step; `nil` to profile no step.
    ///   - emit: called with every event, on the thread that calls `run`.
    package init(
        _ started: RunStarted, data: TrainingData, from position: RunPosition = RunPosition(), stop: StopRequest,
        pause: PauseRequest = PauseRequest(), seconds: @escaping () -> Double = monotonicSeconds,
        processorSeconds: (() -> Double)? = nil,
        keep: @escaping Keep = { _, _ in [] }, onProfile: (([PassTime]) -> Void)? = nil,
        emit: @escaping (RunEvent) -> Void
    ) {
        self.started = started
        self.data = data
        self.stop = stop
        self.pause = pause
        self.emit = emit
        self.seconds = seconds
        self.processorSeconds = processorSeconds
        self.keep = keep
        self.onProfile = onProfile
        self.position = position
        let recipe = started.experiment
        order = EpochOrder(
            count: data.train.count, seed: recipe.training.seed, isShuffled: recipe.data.shuffle)
        pace = Pace(started, validationExamples: data.validation?.count ?? 0, from: position)
        due = CheckpointSchedule(recipe.checkpoint)
    }

    /// Trains `model` until all epochs are trained, it is requested to stop, or it cannot continue.
    ///
    /// - Returns: the summary, which the last event also contains.
    package mutating func run(_ model: some TrainableModel) -> RunSummary {
        pace.begin(at: seconds())
        beginElapsed = pace.elapsed
        due.begin(at: pace.elapsed)
        emit(.runStarted(started))
        let outcome = outcome(of: model)
        if outcome == .completed || outcome == .stopped { keepState(isLast: true) }
        noteMemory(of: model)
        let now = seconds()
        let summary = RunSummary(
            outcome: outcome, step: position.step, lastEpoch: position.lastEpoch, bestEpoch: position.bestEpoch,
            examplesPerSecond: pace.examplesPerSecond,
            overallExamplesPerSecond: pace.overallExamplesPerSecond(at: now),
            stepExamplesPerSecond: pace.stepExamplesPerSecond,
            elapsedSeconds: pace.elapsed(at: now), peakMemoryBytes: peakMemoryBytes)
        emit(.runFinished(summary))
        return summary
    }

    private mutating func outcome(of model: some TrainableModel) -> Outcome {
        let epochs = started.experiment.training.epochs
        guard position.epoch <= epochs else { return .completed }
        do throws(Interruption) {
            let recipe = started.experiment
            let augmentation = Augmentation(recipe.data, seed: recipe.training.seed)
            let trainLoader = try interrupting { () throws(ModelError) in
                try data.loader(of: data.train, for: model, augmentation: augmentation)
            }
            let testLoader = try interrupting { () throws(ModelError) in try data.loader(of: data.test, for: model) }
            var evaluations = [(loader: testLoader, count: data.test.count)]
            if let validation = data.validation {
                let loader = try interrupting { () throws(ModelError) in try data.loader(of: validation, for: model) }
                evaluations.append((loader, validation.count))
            }
            while position.epoch <= epochs, !isStoppedEarly {
                try train(model, on: trainLoader)
                let sums = try evaluate(model, on: evaluations)
                try finishEpoch(test: sums[0], validation: sums.count > 1 ? sums[1] : nil)
            }
        } catch {
            return error.outcome
        }
        return .completed
    }

    /// Trains on the training images once, or on what is left of the epoch.
    private mutating func train(_ model: some TrainableModel, on loader: BatchLoader) throws(Interruption) {
        defer { noteMemory(of: model) }
        let now = seconds()
        if position.stepInEpoch == 0 { pace.beginEpoch(at: now) } else { pace.continueEpoch(at: now) }
        var sums = MetricSums(position)
        loader.start(order: Array(order.indices(epoch: position.epoch).dropFirst(sums.examples)), epoch: position.epoch)
        while let batch = loader.next() {
            let beforeStep = seconds()
            let beforeWork = processorSeconds?()
            let rate = started.experiment.training.learningRate(at: position, stepsPerEpoch: started.stepsPerEpoch)
            let result = try interrupting { () throws(ModelError) in
                try model.train(
                    pixels: batch.pixels, labels: batch.labels, step: position.step,
                    learningRate: rate, isProfiled: isProfileDue
                ) { [stop] in stop.isRequested }
            }
            guard let result else { throw .stopped }
            if !result.profile.isEmpty { onProfile?(result.profile) }
            if result.examples == started.experiment.data.batchSize || wholeBatchLayers.isEmpty {
                wholeBatchLayers = result.layers
            }
            sums.add(result)
            position.add(result)
            let now = seconds()
            let stopped = stoppedSeconds(since: beforeStep, beforeWork, now: now)
            pace.leaveOut(seconds: stopped)
            pace.endStep(examples: result.examples, began: beforeStep + stopped, now: now)
            // Not the first step, in which caches are cold.
            isProfileDue = onProfile != nil && position.stepInEpoch == 2
            emit(.progress(progress(of: result, sums, learningRate: rate)))
            guard result.isFinite else { throw .diverged(step: position.step) }
            if stop.isRequested { throw .stopped }
            if let minutes = started.experiment.training.maxMinutes, pace.elapsed - beginElapsed >= minutes * 60 {
                emit(.warning("stopped, as training.max_minutes, \(minutes), have passed"))
                throw .stopped
            }
            // After an epoch's last step its evaluation comes first, so that it is kept with the state.
            guard position.stepInEpoch < started.stepsPerEpoch else { continue }
            if pause.isRequested {
                try waitWhilePaused()
            } else if due.isDue(after: position.step, at: pace.elapsed) {
                keepState(isLast: false)
            }
        }
    }

    /// Returns the seconds in which the process was stopped, as by Ctrl-Z. A running step computes all the time, so the
    /// process was stopped during a step of more than a second that used less than a hundredth of it.
    private func stoppedSeconds(since begin: Double, _ beforeWork: Double?, now: Double) -> Double {
        guard let beforeWork, let work = processorSeconds?() else { return 0 }
        let (passed, computed) = (now - begin, work - beforeWork)
        return passed > 1 && computed < passed / 100 ? passed - computed : 0
    }

    private mutating func waitWhilePaused() throws(Interruption) {
        keepState(isLast: true)
        let begin = seconds()
        pause.wait(unless: stop)
        pace.leaveOut(seconds: seconds() - begin)
        if stop.isRequested { throw .stopped }
    }

    private func progress(of result: BatchResult, _ sums: MetricSums, learningRate: Double) -> Progress {
        let saysLayers =
            position.stepInEpoch == started.stepsPerEpoch || position.step == 1 || position.step.isMultiple(of: 10)
            || !result.isFinite
        return Progress(
            epoch: position.epoch, step: position.step, stepInEpoch: position.stepInEpoch,
            stepsPerEpoch: started.stepsPerEpoch, examplesSeen: pace.time.examplesSeen,
            loss: result.lossSum / Double(result.examples),
            meanLoss: sums.meanLoss, meanAccuracy: sums.accuracy, examplesPerSecond: pace.recentExamplesPerSecond,
            meanExamplesPerSecond: pace.epochExamplesPerSecond, elapsedSeconds: pace.elapsed,
            remainingSeconds: pace.remaining(at: position),
            gradientNorm: result.gradientNorm, deadShare: result.deadShare, learningRate: learningRate,
            layers: saysLayers ? wholeBatchLayers : [])
    }

    /// One pass over the test images, and over those that validate.
    private mutating func evaluate(
        _ model: some TrainableModel, on parts: [(loader: BatchLoader, count: Int)]
    ) throws(Interruption) -> [MetricSums] {
        defer { noteMemory(of: model) }
        let begin = seconds()
        let beforeWork = processorSeconds?()
        emit(.evaluating(pace.evaluation(at: position, examples: 0, now: begin)))
        var all: [MetricSums] = []
        for part in parts {
            let before = all.reduce(0) { $0 + $1.examples }
            let sums = try interrupting { () throws(ModelError) in
                try data.evaluate(model, on: part.loader, count: part.count) { examples in
                    emit(.evaluating(pace.evaluation(at: position, examples: before + examples, now: seconds())))
                    return !stop.isRequested
                }
            }
            guard let sums else { throw .stopped }
            all.append(sums)
        }
        let now = seconds()
        let stopped = stoppedSeconds(since: begin, beforeWork, now: now)
        pace.leaveOut(seconds: stopped)
        pace.endEvaluation(began: begin + stopped, now: now)
        return all
    }

    /// Records the peak memory. A run frees nothing before its end, so one sample after each pass over the images finds
    /// it.
    private mutating func noteMemory(of model: some TrainableModel) {
        let others = model.memory?.bytesOfOthers ?? 0
        peakMemoryBytes = max(peakMemoryBytes, Machine.residentMemoryBytes - others)
    }

    private mutating func finishEpoch(test: MetricSums, validation: MetricSums?) throws(Interruption) {
        let training = MetricSums(position)
        var metrics = EpochMetrics(
            epoch: position.epoch, step: position.step, trainLoss: training.meanLoss,
            trainAccuracy: training.accuracy, testLoss: test.meanLoss, testAccuracy: test.accuracy,
            examplesPerSecond: pace.epochExamplesPerSecond, stepExamplesPerSecond: pace.stepExamplesPerSecond,
            elapsedSeconds: pace.elapsed, remainingSeconds: pace.remaining(at: position, evaluated: 1) ?? 0,
            trainSeconds: pace.epochSeconds, evaluationSeconds: pace.lastEvaluation)
        (metrics.validationLoss, metrics.validationAccuracy) = (validation?.meanLoss, validation?.accuracy)
        emit(.epochFinished(metrics))
        guard test.meanLoss.isFinite, metrics.decidingLoss.isFinite else { throw .diverged(step: position.step) }
        position.finishEpoch(metrics)
        let recipe = started.experiment.training
        if recipe.schedule == .plateau {
            position.plateau = position.plateau ?? RunPosition.Plateau()
            position.plateau?.add(loss: metrics.decidingLoss, patience: recipe.ratePatience)
        }
        watch(metrics)
        let isBest = position.bestEpoch?.epoch == metrics.epoch
        let isDue = due.isDue(after: position.step, epoch: metrics.epoch, isBest: isBest, at: pace.elapsed)
        if isDue && position.epoch <= started.experiment.training.epochs { keepState(isLast: false) }
    }

    /// Notes an improvement of what early stopping watches.
    private mutating func watch(_ metrics: EpochMetrics) {
        let recipe = started.experiment.training
        guard let watched = recipe.earlyStopping else { return }
        let value = watched == .accuracy ? metrics.decidingAccuracy : metrics.decidingLoss
        let isBetter = position.watched.map { best in
            watched == .accuracy ? value > best.value + recipe.minDelta : value < best.value - recipe.minDelta
        }
        if isBetter ?? true { position.watched = RunPosition.Watched(value: value, epoch: metrics.epoch) }
        if isStoppedEarly, position.epoch <= recipe.epochs {
            emit(
                .warning(
                    "stopped early: no better \(metrics.validationLoss == nil ? "test" : "validation") \(watched.rawValue) in \(recipe.patience) "
                        + "epoch\(recipe.patience == 1 ? "" : "s")"))
        }
    }

    /// Whether nothing has improved for as many epochs as early stopping waits.
    private var isStoppedEarly: Bool {
        let recipe = started.experiment.training
        guard recipe.earlyStopping != nil, let best = position.watched else { return false }
        return position.epoch - 1 - best.epoch >= recipe.patience
    }

    private mutating func keepState(isLast: Bool) {
        position.time = pace.time
        for event in keep(position, isLast) { emit(event) }
        due.begin(at: pace.elapsed)
    }

    private func interrupting<Result>(
        _ body: () throws(ModelError) -> Result
    ) throws(Interruption) -> Result {
        do {
            return try body()
        } catch {
            throw .failed(reason: error.description)
        }
    }
}

extension RunPosition {
    /// Adds a training step.
    fileprivate mutating func add(_ result: BatchResult) {
        step += 1
        stepInEpoch += 1
        epochExamples += result.examples
        epochCorrect += result.correct
        epochLossSum += result.lossSum
    }

    /// Moves to the start of the next epoch.
    fileprivate mutating func finishEpoch(_ metrics: EpochMetrics) {
        lastEpoch = metrics
        if metrics.decidingAccuracy > bestEpoch?.decidingAccuracy ?? -1 { bestEpoch = metrics }
        epoch += 1
        stepInEpoch = 0
        epochExamples = 0
        epochCorrect = 0
        epochLossSum = 0
    }
}

/// Why a run ends before its epochs are trained.
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
