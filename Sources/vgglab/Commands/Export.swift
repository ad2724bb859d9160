// `vgglab export RUN…`: writes runs in the formats of other programs.

import ArgumentParser
import Checkpoints
import Datasets
import ExperimentFiles
import Experiments
import Exports
import RunLog
import RunStore
import Safetensors

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Export runs to other programs: pandas, TensorBoard, PyTorch, ONNX Runtime.",
        discussion: """
            csv, json and jsonl contain the metrics; --out - writes them to standard output. A csv of several runs has \
            a column for each setting that differs. tensorboard writes an event file for each run into a folder with \
            the run's name. safetensors and onnx contain the weights of one run's checkpoint, the best one unless --at \
            names another.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, json, jsonl, tensorboard, safetensors, onnx
    }

    @Argument(help: .runs, completion: .run) var runNames: [String] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Export only runs that match, as in vgglab list; without run names, all that match.", valueName: "filter"))
    var filter: String?
    @Option(help: "csv, json, jsonl, tensorboard, safetensors or onnx.") var format: Format
    @Option(help: ArgumentHelp("File to write; for tensorboard a folder.", valueName: "path"), completion: .file())
    var out: String
    @Option(help: ArgumentHelp("Checkpoint with the weights: best, last, epoch:N or step:N.", valueName: "checkpoint"))
    var at = "best"
    @Flag(help: "Replace an existing file.") var overwrite = false
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if runNames.isEmpty && filter == nil {
            throw ValidationError("export needs names of runs or a filter, such as --filter state=completed")
        }
    }

    func run() throws {
        let store = try storeOptions.open()
        let runs = try runs(in: store)
        let metrics = MetricsFormat(rawValue: format.rawValue)
        if metrics == nil && format != .tensorboard && runs.count > 1 {
            throw Failure(
                message: "--format \(format.rawValue) writes the weights of one run (got \(runs.count))")
        }
        if let metrics, isStandardOutput(out) { return Console.print(metrics.text(of: try told(runs, in: store))) }
        if format != .tensorboard || isStandardOutput(out) {
            try checkWritable(out, option: "--out", replaces: overwrite)
        }
        switch format {
        case .csv, .json, .jsonl:
            guard let metrics else { return }
            let told = try told(runs, in: store)
            try explaining { try metrics.write(told, to: out, overwrite: overwrite) }
            let what = runs.count == 1 ? Readable.visible(runs[0].name) : "\(runs.count) runs"
            Console.say("exported \(what) to \(Readable.visible(out))")
        case .tensorboard:
            for run in runs {
                let records = try explaining { try store.records(of: run) }
                let folder = "\(out)/\(run.name)"
                let path = try explaining { try TensorBoardLog.write(records, to: folder, overwrite: overwrite) }
                Console.say("exported \(Readable.visible(run.name)) to \(Readable.visible(path))")
            }
        case .safetensors, .onnx:
            try exportWeights(of: runs[0], in: store)
        }
    }

    /// The selected runs, each once.
    private func runs(in store: RunStore) throws -> [RunInfo] {
        var runs = try explaining {
            try runNames.isEmpty ? store.runs() : runNames.map { try storeOptions.run($0, in: store) }
        }
        var known: Set<Int64> = []
        runs.removeAll { !known.insert($0.id).inserted }
        if let filter {
            let wanted = try explaining { try RunFilter(filter) }
            runs = try explaining { try runs.filter { wanted.matches(try $0.experiment(), name: $0.name, $0.status) } }
        }
        if runs.isEmpty {
            throw Failure(message: "no run matches the filter; \(storeOptions.commands().line(.list)) shows all")
        }
        return runs
    }

    /// The metrics of these runs, with the settings that differ.
    private func told(_ runs: [RunInfo], in store: RunStore) throws -> [RunMetrics] {
        let experiments = try explaining { try runs.map { try $0.experiment() } }
        let settings = Compare.settings(of: runs, experiments).filter(\.differs)
        return try runs.indices.map { index in
            RunMetrics(
                try explaining { try store.records(of: runs[index]) },
                settings: settings.map { JSON.Member($0.key, $0.values[index]) })
        }
    }

    private func exportWeights(of run: RunInfo, in store: RunStore) throws {
        let kept = try explaining {
            // Before the first evaluation, no checkpoint is the best one.
            let isLast = at == "best" && run.bestEpoch == nil && store.checkpoints(of: run).best == nil
            let kept = try store.checkpoint(named: isLast ? "last" : at, of: run)
            try kept.checkpoint.verify()
            return kept
        }
        let checkpoint = kept.checkpoint
        let weights = try explaining {
            let weights = try SafetensorsFile(contentsOf: checkpoint.weightsPath)
            try weights.checkFinite(weights.tensors.keys.sorted())
            return weights
        }
        let experiment = try explaining { try run.experiment() }
        // Runs of version 0.1.0 recorded no facts; the last layer's biases tell the number of classes.
        let last = try explaining { try experiment.network(numClasses: 10).layers.last { $0.name != nil }?.name ?? "" }
        guard let classes = run.facts?.numClasses ?? weights.tensors["\(last).bias"]?.shape.first else {
            throw Failure(message: "\(checkpoint.weightsPath): has no tensor \(last).bias")
        }
        try explaining {
            let network = try experiment.network(numClasses: classes, inputChannels: run.facts?.numChannels ?? 1)
            let description = WeightsDescription(experiment, network: network, of: run, step: checkpoint.step)
            if format == .safetensors {
                try WeightsExport.writeSafetensors(weights, description, to: out, overwrite: overwrite)
            } else {
                try WeightsExport.writeONNX(network, weights: weights, description, to: out, overwrite: overwrite)
            }
        }
        let keeper = kept.run.id == run.id ? "" : ", stored with \(Readable.visible(kept.run.name)),"
        Console.say(
            "exported weights of \(Readable.visible(run.name)) after step \(Readable.count(checkpoint.step))\(keeper) to "
                + Readable.visible(out))
        if let remark = store.remark(on: checkpoint, named: at, of: run) { Console.say("warning: \(remark)") }
    }
}

extension WeightsDescription {
    /// - Parameter step: the number of steps that the weights were trained for.
    init(_ experiment: Experiment, network: Network, of run: RunInfo, step: Int) {
        // Runs of version 0.1.0 recorded no class names.
        let known = FashionMNIST.classNames(forDataWith: run.dataChecksum, classes: network.numClasses)
        self.init(
            experiment, network: network, normalization: run.facts?.normalization,
            classNames: run.facts?.classNames ?? known, dataChecksum: run.dataChecksum, step: step)
    }
}
