// `vgglab resume RUN`: continues training from the newest checkpoint of a run.

import ArgumentParser
import Checkpoints
import Datasets
import ExperimentFiles
import Experiments
import Foundation
import RunLog
import Runner
import RunStore
import Training

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Resume a stopped or interrupted run.",
        discussion: """
            Weights, optimizer, position in the epoch, dropout and metrics continue from the newest checkpoint. With \
            the same number of threads on the same kind of processor, the results are bit-identical to those of an \
            uninterrupted run.
            """)

    @Argument(help: .run, completion: .run) var runName: String
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption
    @OptionGroup var logOptions: LogOptions

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let commands = storeOptions.commands(dataOptions)
        let name = Readable.visible(run.name)
        switch run.state {
        case .completed where (try? store.checkpoints(of: run).all.first?.position().epoch) ?? 0 <= run.epochs:
            Console.say(
                "run \(name) is complete, but its final state was not saved; training again from the last checkpoint")
        case .completed:
            throw Failure(
                message: "run \(name) is complete; to continue training, fork it with more epochs: "
                    + commands.line(.fork, run.name, ["--set", "training.epochs=\(run.epochs + 5)"]))
        case .diverged:
            throw Failure(
                message: "run \(name) diverged and would diverge again; " + (try advice(on: run, in: store, commands)))
        case .queued, .running, .paused, .stopped, .interrupted, .failed: break
        }
        try logOptions.checkPlaces()
        let experiment = try explaining { try run.experiment() }
        let prepared = try prepare(
            experiment, try dataOptions.load(for: experiment, of: run),
            threads: threadOptions.requested ?? run.threads)
        Signals.install()
        let session = try explaining(commands) {
            try RunSession.resume(run, prepared, in: store, isStrict: strictOption.isStrict)
        }
        try endStatus([try logOptions.train(session, commands)])
    }

    /// Returns advice on a run that diverged.
    private func advice(on run: RunInfo, in store: RunStore, _ commands: CommandText) throws -> String {
        let rate = try explaining { try run.experiment().training.learningRate }
        let slower = ["--set", "training.lr=\(String(format: "%.3g", rate / 10))"]
        guard let place = ["best", "last"].first(where: { (try? store.checkpoint(named: $0, of: run)) != nil }) else {
            return "it has no checkpoint, so train it from the start with a smaller learning rate: "
                + commands.line(.train, store.experimentPath(of: run), slower)
        }
        return "fork it with a smaller learning rate: " + commands.line(.fork, run.name, ["--at", place] + slower)
    }
}

/// Validates an experiment together with its data on this machine.
func prepare(_ experiment: Experiment, _ dataset: Dataset, threads: Int) throws -> PreparedExperiment {
    try explaining {
        try PreparedExperiment(
            experiment, data: TrainingData(dataset, for: experiment), threads: threads, machine: .current,
            backend: Vgglab.backend)
    }
}
