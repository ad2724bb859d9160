// `vgglab show RUN`: everything about one run.

import ArgumentParser
import Checkpoints
import ExperimentFiles
import Experiments
import RunLog
import RunStore

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a run: settings, curves, epochs, checkpoints, machine.")

    @Argument(help: .run, completion: .run) var runName: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let records = try explaining { try store.records(of: run) }
        var (epochs, steps, started): ([EpochMetrics], [Progress], RunStarted?) = ([], [], nil)
        for record in records {
            switch record.event {
            case .runStarted(let event): started = event
            case .progress(let progress): steps.append(progress)
            case .epochFinished(let metrics): epochs.append(metrics)
            case .evaluating, .checkpointSaved, .warning, .runFinished: break
            }
        }
        let layers = steps.last { !$0.layers.isEmpty }?.layers ?? []
        let diagnosis = LearningRecord(started, epochs: epochs, latest: steps.last, layers: layers).diagnosis
        let checkpoints = store.checkpoints(of: run)
        if json {
            let parts: [JSON.Member] = [
                JSON.Member("epochs_finished", .array(epochs.map(\.json))),
                JSON.Member("layers", .array(layers.map(\.json))),
                JSON.Member("diagnosis", diagnosis.map { .string($0.reason) } ?? .null),
                JSON.Member(
                    "checkpoints",
                    .array(
                        checkpoints.all.map {
                            ["path": .string($0.path), "step": .integer($0.step), "bytes": .integer($0.byteCount)]
                        })),
            ]
            guard case .object(let members) = run.json else { return }
            return Console.print(JSON.object(members + parts).text + "\n")
        }
        let experiment = try? run.experiment()
        Console.print(
            ([heading(run)] + (diagnosis.map { ["\($0.badge): \($0.reason)"] } ?? [])
                + facts(run, experiment, inherited: started?.inheritedSeconds ?? 0)
                + settings(experiment) + curves(steps, epochs)).map { "\($0)\n" }.joined()
                + table(layers, of: started?.network) + table(epochs)
                + list(checkpoints, try explaining { try store.bestCheckpoint(of: run) }))
    }

    private func heading(_ run: RunInfo) -> String {
        let best = run.bestAccuracy.map {
            ", best test acc \(Readable.metric($0)) in epoch \(run.bestEpoch ?? 0)"
        }
        let reason = run.reason.isEmpty ? "" : " (\(Readable.visible(run.reason)))"
        return "\(Readable.visible(run.name)): \(run.state.rawValue)\(reason), "
            + "\(run.finishedEpochs) of \(run.epochs) epochs\(best ?? "")"
    }

    /// - Parameter inherited: seconds that its parent had trained before the fork.
    private func facts(_ run: RunInfo, _ experiment: Experiment?, inherited: Double) -> [String] {
        let own = Readable.duration(seconds: max(run.elapsedSeconds - inherited, 0))
        let trained = inherited > 0 ? "\(own), its parent before it \(Readable.duration(seconds: inherited))" : own
        let isOver = run.state != .running
        let end = isOver ? run.endedAt.map { ", ended \(Readable.date($0))" } ?? "" : ""
        var facts: [(String, String)] = [
            ("what", experiment?.description ?? ""),
            ("initialized", experiment?.initialWeights ?? ""),
            ("forked from", run.parent.map { "\($0) at step \(Readable.count(run.parentStep ?? 0))" } ?? ""),
            (
                "best",
                run.bestFrom > 0 ? "counted from epoch \(run.bestFrom) on; earlier epochs had different images" : ""
            ),
            ("data", "\(run.dataset), SHA-256 \(run.dataChecksum)"),
            ("", run.facts?.summary ?? ""),
            ("machine", "\(run.machine), \(run.threads) thread\(run.threads == 1 ? "" : "s"), host \(run.host)"),
            ("engine", run.engine),
            ("program", run.program),
            ("began", "\(Readable.date(run.createdAt))\(end), trained \(trained)"),
            ("tags", run.tags.joined(separator: " ")),
            ("note", run.note),
        ]
        if let bytes = run.peakMemoryBytes { facts.append(("peak memory", Readable.bytes(bytes))) }
        return facts.filter { !$0.1.isEmpty }.map { "\($0.0.padded(13))\(Readable.visible($0.1))" }
    }

    private func settings(_ experiment: Experiment?) -> [String] {
        guard let experiment else { return [] }
        let indent = String(repeating: " ", count: 13)
        return zip(SettingsText.lines(of: experiment, indent: indent.count), 0...).map { line, number in
            (number == 0 ? "settings".padded(indent.count) : indent) + line
        }
    }

    private func curves(_ steps: [Progress], _ epochs: [EpochMetrics]) -> [String] {
        var curves: [String: String] = [:]
        func draw<Record>(_ metrics: [MetricDefinition<Record>], of records: [Record]) {
            // Those that TensorBoard draws, too.
            for metric in metrics where metric.tag != nil {
                let values = records.compactMap(metric.value)
                // A learning rate only where it changes.
                if metric.isLargerBetter == nil, Set(values).count == 1 { continue }
                guard let heading = metric.heading, let first = values.first, let last = values.last else { continue }
                let ends = [first, last].map { Readable.metric($0, metric.unit) }.joined(separator: " → ")
                curves[metric.column] = "\(heading.padded(13))\(CurveText.text(of: values, width: 60))  \(ends)"
            }
        }
        draw(Progress.metrics, of: steps)
        draw(EpochMetrics.metrics, of: epochs)
        return Progress.metrics.columns(with: EpochMetrics.metrics).compactMap { curves[$0] }
    }

    private func table(_ layers: [LayerHealth], of network: Network?) -> String {
        guard !layers.isEmpty else { return "" }
        var table = TextTable([
            .init("layer"), .init("dead units", isNumber: true), .init("update / weights", isNumber: true),
        ])
        for layer in layers {
            table.add([
                network?.label(ofLayer: layer.name) ?? layer.name,
                layer.deadShare.map { "\(Readable.fixed($0 * 100, decimals: 0)) %" } ?? "–",
                layer.updateRatio.map(Readable.scientific) ?? "–",
            ])
        }
        return "\n" + table.text
    }

    private func table(_ epochs: [EpochMetrics]) -> String {
        guard !epochs.isEmpty else { return "" }
        let shown = EpochMetrics.metrics.filter { metric in
            metric.heading != nil && epochs.contains { metric.value($0) != nil }
        }
        // The time at its end comes last.
        let metrics = shown.dropFirst() + shown.prefix(1)
        var table = TextTable((["epoch"] + metrics.compactMap(\.heading)).map { .init($0, isNumber: true) })
        for epoch in epochs {
            table.add(
                ["\(epoch.epoch)"]
                    + metrics.map { metric in metric.value(epoch).map { Readable.metric($0, metric.unit) } ?? "–" })
        }
        return "\n" + table.text
    }

    /// - Parameter best: the checkpoint of the best epoch, which may be in another run's folder.
    private func list(_ checkpoints: CheckpointFolder, _ best: KeptCheckpoint?) -> String {
        let all = checkpoints.all.reversed()
        let elsewhere = best.map { all.contains($0.checkpoint) ? [] : [$0.checkpoint] } ?? []
        let lines = (elsewhere + all).map { checkpoint in
            let isBest = checkpoint == best?.checkpoint ? ", the best" : ""
            let keeper = elsewhere.contains(checkpoint) ? best.map { ", stored with \($0.run.name)" } ?? "" : ""
            return
                "step \(Readable.count(checkpoint.step))\(isBest)\(keeper): \(Readable.bytes(checkpoint.byteCount)), "
                + checkpoint.path
        }
        return lines.isEmpty ? "" : "\ncheckpoints\n" + lines.map { "  \(Readable.visible($0))\n" }.joined()
    }
}
