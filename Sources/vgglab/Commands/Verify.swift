// `vgglab verify RUN`: trains a run again from its seed and compares every recorded number and every stored checkpoint.

import ArgumentParser
import Checkpoints
import Experiments
import Model
import RunLog
import Runner
import RunStore
import Training

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a run again from its seed and report the first step that differs, if any.",
        discussion: """
            Compares recorded losses and accuracies, and the weights and optimizer state of every checkpoint. \
            Stores nothing. The exit status is 0 if everything is bit-identical, otherwise 1.
            """)

    @Argument(help: .run, completion: .run) var runName: String
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var dataOptions: DataOptions

    @Flag(help: "Print only the result.")
    var quiet = false

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let name = Readable.visible(run.name)
        if let parent = run.parent {
            throw Failure(
                message:
                    "run \(name) did not start from its seed but from step \(Readable.count(run.parentStep ?? 0)) of "
                    + "\(Readable.visible(parent)); verify that")
        }
        let steps = try explaining { try store.steps(of: run) }
        let epochs = try explaining { try store.epochs(of: run) }
        guard let last = steps.last else { throw Failure(message: "run \(name) has no steps yet") }
        let experiment = try explaining { try run.experiment() }
        let prepared = try prepare(experiment, try dataOptions.load(for: experiment, of: run), threads: run.threads)
        if prepared.data.checksum != run.dataChecksum {
            throw Failure(message: "run \(name): \(prepared.data.summary) is not the data that the run was trained on")
        }
        if prepared.machine.summary != run.machine {
            Console.say(
                "warning: the run was trained on \(Readable.visible(run.machine)); rounding may differ on this machine")
        }

        Signals.install()
        let model = try explaining { try prepared.initialModel(from: InitialWeights.path(of: run, in: store)) }
        let checkpoints = store.checkpoints(of: run).all
        let end = max(last.step, checkpoints.first?.step ?? 0)
        var comparison = Comparison(steps: steps, epochs: epochs, checkpoints: checkpoints)
        var log = TextLog(quiet: quiet, terminalColumns: Console.terminalColumns)
        let stop = StopRequest()
        var training = TrainingRun(prepared.started(model), data: prepared.data, stop: stop) { event in
            if case .runFinished = event {
            } else if !quiet {
                log.terminalColumns = Console.terminalColumns
                Console.write(log.render(RunRecord(run: run.name, sequence: 0, time: 0, event: event)))
            }
            comparison.add(event, model)
            let isDone = comparison.step >= end && comparison.epoch >= (epochs.last?.epoch ?? 0)
            if comparison.difference != nil || isDone || Signals.stop.isRequested { stop.request() }
        }
        _ = training.run(model)
        if let signal = Signals.signal { throw ExitCode(128 + signal) }
        if let difference = comparison.difference ?? comparison.missing {
            Console.print("\(name): \(difference)\n")
            throw ExitCode(1)
        }
        Console.print(
            "\(name): bit-identical in \(Readable.count(comparison.steps)) recorded steps "
                + "and \(comparison.epochs) epochs, and in the weights of \(checkpoints.count) "
                + "checkpoint\(checkpoints.count == 1 ? "" : "s")\n")
    }

    /// Compares recorded values with those of the repeated run.
    private struct Comparison {
        private let notedSteps: [Int: Progress]
        private let notedEpochs: [Int: EpochMetrics]
        /// Checkpoints that have not been reached yet.
        private var checkpoints: [SavedCheckpoint]
        private(set) var step = 0
        private(set) var epoch = 0
        private(set) var steps = 0
        private(set) var epochs = 0
        private(set) var difference: String?

        init(steps: [Progress], epochs: [EpochMetrics], checkpoints: [SavedCheckpoint]) {
            self.checkpoints = checkpoints
            notedSteps = Dictionary(uniqueKeysWithValues: steps.map { ($0.step, $0) })
            notedEpochs = Dictionary(uniqueKeysWithValues: epochs.map { ($0.epoch, $0) })
        }

        /// The first recorded step, epoch or checkpoint that the repeated run did not reach.
        var missing: String? {
            checkpoints.last.map {
                "step \(Readable.count($0.step)), which has a checkpoint, was not reached"
            }
        }

        mutating func add(_ event: RunEvent, _ model: some TrainableModel) {
            switch event {
            case .progress(let now):
                step = now.step
                defer { compareCheckpoints(model) }
                guard let then = notedSteps[now.step] else { return }
                steps += 1
                compare(
                    "step \(Readable.count(now.step))",
                    [("loss", then.loss, now.loss), ("mean loss", then.meanLoss, now.meanLoss)])
            case .epochFinished(let now):
                epoch = now.epoch
                guard let then = notedEpochs[now.epoch] else { return }
                epochs += 1
                compare(
                    "epoch \(now.epoch)",
                    [
                        ("training loss", then.trainLoss, now.trainLoss), ("test loss", then.testLoss, now.testLoss),
                        ("test accuracy", then.testAccuracy, now.testAccuracy),
                    ])
            case .runStarted, .evaluating, .checkpointSaved, .warning, .runFinished: break
            }
        }

        /// Compares the checkpoints after this step with the model's current state.
        private mutating func compareCheckpoints(_ model: some TrainableModel) {
            for checkpoint in checkpoints where checkpoint.step == step && difference == nil {
                var found = model.difference(
                    fromWeights: checkpoint.weightsPath, optimizer: checkpoint.optimizerPath)
                if found == nil {
                    do { try checkpoint.verify() } catch { found = "\(error)" }
                }
                difference = found.map { "the checkpoint after step \(Readable.count(step)) differs: \($0)" }
            }
            checkpoints.removeAll { $0.step == step }
        }

        private mutating func compare(_ place: String, _ figures: [(name: String, then: Double, now: Double)]) {
            guard difference == nil else { return }
            let differs = figures.first { $0.then != $0.now && !($0.then.isNaN && $0.now.isNaN) }
            guard let differs else { return }
            difference = "\(place) differs: \(differs.name) was \(differs.then) and is \(differs.now) now"
        }
    }
}
