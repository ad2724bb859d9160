// `vgglab fork RUN`: starts a new run from a checkpoint of another.

import ArgumentParser
import Checkpoints
import Datasets
import ExperimentFiles
import Experiments
import RunLog
import RunStore
import Runner
import Training

struct Fork: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a new run from another run's checkpoint, with different settings.",
        discussion: """
            The new run has the other run's history up to the checkpoint and continues from there: \
            vgglab fork vgg11-ratio4-1 --at best --set training.lr=0.01
            """)

    @Argument(help: .run, completion: .run) var runName: String

    @Option(help: ArgumentHelp("Checkpoint to start from: best, last, epoch:N or step:N.", valueName: "checkpoint"))
    var at = "last"

    @OptionGroup var settings: SettingOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption
    @OptionGroup var logOptions: LogOptions

    func run() throws {
        let (store, parent) = try storeOptions.run(runName)
        let commands = storeOptions.commands(dataOptions)
        try logOptions.checkPlaces()
        let experiment = try explaining {
            try parent.experiment(overrides: settings.overrides)
        }
        let kept = try explaining { try store.checkpoint(named: at, of: parent) }
        let dataset = try explaining {
            dataOptions.folder == nil
                ? try dataOptions.datasets.dataset(for: experiment, like: parent)
                : try dataOptions.datasets.dataset(named: experiment.data.dataset)
        }
        let prepared = try prepare(experiment, dataset, threads: threadOptions.count(on: .current))
        if kept.run.id != parent.id {
            let (name, keeper) = (Readable.visible(parent.name), Readable.visible(kept.run.name))
            Console.say(
                "the best weights of \(name), after step \(Readable.count(kept.checkpoint.step)), are stored with \(keeper)"
            )
        }
        Signals.install()
        let session = try explaining(commands) {
            try RunSession.fork(
                parent, at: kept.checkpoint, prepared, in: store, program: Vgglab.program,
                remarks: [store.remark(on: kept.checkpoint, named: at, of: parent)].compactMap(\.self),
                isStrict: strictOption.isStrict)
        }
        try endStatus([try logOptions.train(session, commands)])
    }
}
