// One run with its row and its lock in the store, its model, its checkpoints, and its observers.

package import Checkpoints
package import Experiments
internal import Datasets
internal import Foundation
package import Model
internal import RunLog
package import RunStore
internal import Synchronization
package import Training

/// A run that is about to be trained or resumed.
package final class RunSession {
    /// The run as it was in the store when the session started.
    package let run: RunInfo
    private let prepared: PreparedExperiment
    /// The experiment to train.
    package var experiment: Experiment { prepared.experiment }
    package var network: Network { prepared.network }
    /// The store that has the run.
    package let store: RunStore
    private let claim: RunClaim
    /// The model, which has the final weights after the run.
    package let model: any TrainableModel
    private let position: RunPosition
    private let firstSequence: Int
    private let warnings: [String]
    private let isFork: Bool
    /// Whether the store has the run's final state, including its weights, once it was trained.
    package private(set) var hasKeptEnd = true

    /// Creates a new run. If there is not enough memory for its model, it fails in its first step.
    ///
    /// - Parameters:
    ///   - reserved: the reserved name; `nil` for the next free one.
    ///   - program: the program and its version.
    /// - Throws: an error whose description is a sentence, if the model cannot be created or the store refuses.
    package static func new(
        _ prepared: PreparedExperiment, as reserved: ReservedRun? = nil, in store: RunStore, program: String
    ) throws -> RunSession {
        try prepared.requireSquareImages()
        let source = try prepared.experiment.network.from.map { try InitialWeights(ofRun: $0, in: store) }
        let (model, remark) = try prepared.initialModelOrNone(from: source?.path)
        var new = prepared.newRun(model, program: program)
        new.reserved = reserved
        if let source { new.experiment.network.from = source.run }
        let (run, claim) = try store.create(new)
        try source?.keep(for: run, in: store)
        return RunSession(prepared, store, run, claim, model, warnings: [remark].compactMap(\.self))
    }

    /// Resumes a run from its newest valid checkpoint, bit-identical to an uninterrupted run.
    ///
    /// - Parameters:
    ///   - run: a run that was stopped, interrupted or failed.
    ///   - prepared: the run's own experiment.
    ///   - isStrict: whether warnings are errors.
    package static func resume(
        _ run: RunInfo, _ prepared: PreparedExperiment, in store: RunStore, isStrict: Bool = false
    ) throws -> RunSession {
        let claim = try store.claim(run)
        guard prepared.data.checksum == run.dataChecksum else {
            throw RunnerError(
                "run \(run.name): \(prepared.data.summary) is not the data that the run was trained on",
                .dataFolder)
        }
        var warnings: [String] = []
        if prepared.threads != run.threads || prepared.machine.summary != run.machine {
            warnings.append(
                "the run was started on \(run.machine) with \(run.threads) threads; "
                    + "from here on, results may differ by rounding from an uninterrupted run")
        }
        let checkpoints = store.checkpoints(of: run)
        checkpoints.removeLeftovers()
        let (checkpoint, damaged) = checkpoints.newestValid(from: run.parentStep ?? 0)
        if checkpoint == nil, let parent = run.parent {
            throw RunnerError(
                "run \(run.name) has no valid checkpoint, and its initial weights came from another run; "
                    + "fork it again",
                .fork(run: parent, step: run.parentStep ?? 0))
        }
        if checkpoint == nil, let first = damaged.first, run.finishedEpochs > 0 {
            throw RunnerError(
                "run \(run.name) has no valid checkpoint (\(first)), and starting over would discard its "
                    + "\(run.finishedEpochs) recorded epoch\(run.finishedEpochs == 1 ? "" : "s"); train it as a new run",
                .train(file: store.experimentPath(of: run)))
        }
        let before = checkpoint == nil ? "starts over" : "resumes from the previous checkpoint"
        warnings += damaged.map { "\($0); the run \(before)" }
        if isStrict { try refuse(prepared.warnings + warnings) }
        checkpoints.setAside(newerThan: checkpoint)

        let model =
            checkpoint == nil
            ? try prepared.initialModel(from: InitialWeights.path(of: run, in: store)) : try prepared.makeModel()
        var position = try checkpoint.map { try model.load($0, for: prepared) }
        position?.countBest(from: run.bestFrom)
        let sequence = try store.resume(run, from: position ?? RunPosition(), by: claim)
        return RunSession(
            prepared, store, run, claim, model, from: position ?? RunPosition(), sequence: sequence,
            warnings: warnings)
    }

    /// Creates a new run that starts from a checkpoint of another one, with changed settings.
    ///
    /// - Parameters:
    ///   - remarks: further warnings.
    ///   - isStrict: whether warnings are errors.
    /// - Throws: an error whose description is a sentence, such as `RunnerError` if the checkpoint does not match the
    ///   settings.
    package static func fork(
        _ parent: RunInfo, at checkpoint: SavedCheckpoint, _ prepared: PreparedExperiment,
        as reserved: ReservedRun? = nil, in store: RunStore, program: String, remarks: [String] = [],
        isStrict: Bool = false
    ) throws -> RunSession {
        try checkpoint.verify()
        let model = try prepared.makeModel()
        let (old, new) = (try parent.experiment(), prepared.experiment)
        let isSameOptimizer = old.training.optimizerState == new.training.optimizerState
        var position = try model.load(checkpoint, for: prepared, takesOptimizer: isSameOptimizer)
        let isSameData = old.data == new.data && parent.dataChecksum == prepared.data.checksum
        if position.stepInEpoch > 0, !isSameData || old.training.seed != new.training.seed {
            throw RunnerError(
                "step \(position.step) is inside an epoch, whose images cannot change; "
                    + "fork at the end of an epoch, such as the best one, or keep data and seed")
        }
        guard position.epoch <= new.training.epochs else {
            throw RunnerError(
                "run \(parent.name) has no epochs left after step \(position.step); "
                    + "raise training.epochs, for example to \(position.epoch + 4)")
        }
        let change = DataChange(from: parent, old, to: prepared)
        var warnings = remarks + [change.warning].compactMap(\.self)
        if isStrict { try refuse(prepared.warnings + warnings) }
        var made = prepared.newRun(model, program: program)
        made.reserved = reserved
        made.bestFrom = change.altersEvaluation ? position.epoch : parent.bestFrom
        position.countBest(from: made.bestFrom)
        position.beginFork()
        made.parent = (parent, position)
        let (run, claim) = try store.create(made)
        let sequence = try store.nextSequence(of: run)
        if let best = position.bestEpoch {
            do {
                try store.hand(epochEndingAt: best.step, of: parent, to: store.checkpoints(of: run))
            } catch {
                warnings.append(
                    "the weights of the best epoch so far, \(best.epoch), stay with \(parent.name): \(error)")
            }
        }
        return RunSession(
            prepared, store, run, claim, model, from: position, sequence: sequence, warnings: warnings, isFork: true)
    }

    private init(
        _ prepared: PreparedExperiment, _ store: RunStore, _ run: RunInfo, _ claim: RunClaim,
        _ model: any TrainableModel,
        from position: RunPosition = RunPosition(), sequence: Int = 0, warnings: [String] = [], isFork: Bool = false
    ) {
        self.prepared = prepared
        self.store = store
        self.run = run
        self.claim = claim
        self.model = model
        self.position = position
        self.firstSequence = sequence
        self.warnings = prepared.warnings + warnings
        self.isFork = isFork
    }

    /// Trains until the run's outcome. Checkpoints are saved as the experiment requires, and when the run stops or
    /// completes.
    ///
    /// - Parameters:
    ///   - stop: stops the run, which can then be resumed.
    ///   - pause: pauses the run.
    ///   - observers: observe the run after the store does, on the calling thread.
    package func train(
        stop: StopRequest, pause: PauseRequest = PauseRequest(), observers: [any RunObserver] = []
    ) -> RunSummary {
        let problems = Mutex<[String]>([])
        let recorder = RunRecorder(store, run, claim: claim) { problem in problems.withLock { $0.append(problem) } }
        let checkpoints = CheckpointWriter(store.checkpoints(of: run), recorder: recorder)
        let all: [any RunObserver] = [recorder] + observers
        var sequence = firstSequence
        func send(_ event: RunEvent) {
            let time = Date().timeIntervalSince1970
            let record = RunRecord(run: run.name, sequence: sequence, time: time, event: event)
            sequence += 1
            for observer in all { observer.observe(record) }
        }
        func sendNews() {
            let texts = problems.withLock { problems in
                defer { problems = [] }
                return problems
            }
            for event in texts.map(RunEvent.warning) + checkpoints.takeNews() { send(event) }
        }

        var training = TrainingRun(
            prepared.started(model, from: position), data: prepared.data, from: position, stop: stop,
            pause: pause, processorSeconds: processorSeconds,
            keep: { position, isLast in checkpoints.keep(position, of: self.model, isLast: isLast) },
            onProfile: { [run] profile in for observer in all { observer.observe(profile: profile, of: run.name) } },
            emit: { event in
                if case .runStarted = event {
                    send(event)
                    for warning in self.warnings { send(.warning(warning)) }
                    // A fork that is interrupted before its first checkpoint must not need its parent's.
                    if self.isFork { checkpoints.keep(self.position, of: self.model, isLast: true).forEach(send) }
                    return
                }
                // The end is the last event, so a checkpoint in progress must be committed first.
                if case .runFinished(var summary) = event {
                    checkpoints.finish().forEach(send)
                    sendNews()
                    // A run whose final weights are not saved is not complete.
                    if summary.outcome == .completed, let problem = checkpoints.problemOfLast {
                        summary.outcome = .failed(reason: "its final state was not saved: \(problem)")
                    }
                    return send(.runFinished(summary))
                }
                sendNews()
                send(event)
            })
        let summary = training.run(model)
        do throws(RunStoreError) {
            hasKeptEnd = checkpoints.problemOfLast == nil
            try recorder.finish()
        } catch {
            hasKeptEnd = false
            let lost = "the end of this run could not be recorded: \(error)"
            let record = RunRecord(run: run.name, sequence: sequence, time: 0, event: .warning(lost))
            for observer in observers { observer.observe(record) }
        }
        return summary
    }
}

extension PreparedExperiment {
    /// Creates the model before its first step: weights from the seed, from the experiment's file, or from another run.
    ///
    /// - Parameter weights: the weights of the run that `network.from` names, as this run keeps them.
    package func initialModel(from weights: String? = nil) throws -> any TrainableModel {
        let model = try makeModel()
        _ = try loadInitialWeights(into: model, from: weights)
        return model
    }

    /// Creates the initial model, or one whose first step reports insufficient memory.
    ///
    /// - Returns: the model, and how many of its layers another run has initialized, as a sentence.
    fileprivate func initialModelOrNone(
        from weights: String?
    ) throws -> (model: any TrainableModel, remark: String?) {
        let model: any TrainableModel
        do throws(ModelError) { model = try makeModel() } catch {
            guard case .outOfMemory = error else { throw error }
            return (UnmadeModel(error: error), nil)
        }
        return (model, try loadInitialWeights(into: model, from: weights))
    }

    private func loadInitialWeights(
        into model: any TrainableModel, from weights: String?
    ) throws -> String? {
        do {
            if let weights = experiment.network.weights { try model.loadWeights(weights) }
            guard let weights, let run = experiment.network.from else { return nil }
            let (loaded, all) = try model.loadFittingLayers(weights)
            return "\(loaded) of \(all) layers start with the weights of \(run)"
        } catch {
            throw RunnerError(
                "\(experiment.name): network.\(experiment.network.from == nil ? "weights" : "from"): \(error)")
        }
    }

    fileprivate func newRun(_ model: any TrainableModel, program: String) -> NewRun {
        var experiment = experiment
        // The current folder may be different when the run is resumed.
        experiment.network.weights = experiment.network.weights.map { URL(filePath: $0).path }
        var new = NewRun(
            experiment: experiment, machine: machine.summary, threads: threads, engine: model.summary,
            program: program, dataset: data.summary, dataChecksum: data.checksum, stepsPerEpoch: data.stepsPerEpoch)
        new.facts = data.facts
        return new
    }
}

extension TrainableModel {
    /// Loads a checkpoint into the model.
    ///
    /// - Parameter takesOptimizer: whether the optimizer has written the checkpoint, too; one that begins with a fork has
    ///   no history.
    /// - Returns: where the run stands then.
    fileprivate func load(
        _ checkpoint: SavedCheckpoint, for prepared: PreparedExperiment, takesOptimizer: Bool = true
    ) throws -> RunPosition {
        try loadWeights(checkpoint.weightsPath)
        if takesOptimizer, !optimizerState.isEmpty, let optimizer = checkpoint.optimizerPath {
            try loadOptimizer(optimizer)
        }
        let position = try checkpoint.position()
        guard
            position.stepInEpoch == 0 && position.epochExamples == 0
                || 1...prepared.data.stepsPerEpoch ~= position.stepInEpoch
                    && 1...prepared.data.train.count ~= position.epochExamples
        else { throw RunnerError("\(checkpoint.path): its position in the epoch is impossible for this run's data") }
        return position
    }
}
