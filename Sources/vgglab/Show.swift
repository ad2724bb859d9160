// `vgglab show RUN`: everything about one run. `vgglab compare RUN RUN…`: what tells runs apart, side by side.

import ArgumentParser
import Checkpoints
import ExperimentFiles
import Experiments
import RunLog
import RunStore

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a run: settings, curves, epochs, checkpoints, where it ran.")

    @Argument(help: .run, completion: .run) var runName: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let epochs = try explaining { try store.epochs(of: run) }
        let steps = try explaining { try store.steps(of: run) }
        let checkpoints = store.checkpoints(of: run)
        if json {
            let parts: [JSON.Member] = [
                JSON.Member("epochs_finished", .array(epochs.map(\.json))),
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
        Console.print(
            ([heading(run)] + facts(run) + curves(steps, epochs)).map { "\($0)\n" }.joined()
                + table(epochs) + list(checkpoints, try explaining { try store.bestCheckpoint(of: run) }))
    }

    private func heading(_ run: RunInfo) -> String {
        let best = run.bestAccuracy.map {
            ", best test acc \(Readable.fixed($0, decimals: 3)) in epoch \(run.bestEpoch ?? 0)"
        }
        let reason = run.reason.isEmpty ? "" : " (\(Readable.visible(run.reason)))"
        return "\(Readable.visible(run.name)): \(run.state.rawValue)\(reason), "
            + "\(run.epoch) of \(run.epochs) epochs\(best ?? "")"
    }

    private func facts(_ run: RunInfo) -> [String] {
        let experiment = try? run.experiment()
        let settings = experiment.map { ExperimentFile.differences(from: Experiment(name: $0.name), to: $0) } ?? []
        var facts: [(String, String)] = [
            ("what", experiment?.description ?? ""),
            ("settings", settings.map { "\($0.path)=\($0.new)" }.joined(separator: " ")),
            ("forked from", run.parentName.map { "\($0) at step \(run.parentStep ?? 0)" } ?? ""),
            ("best", run.bestFrom > 0 ? "counted from epoch \(run.bestFrom) on, as earlier ones had other images" : ""),
            ("data", run.dataset),
            ("", run.facts?.summary ?? ""),
            ("machine", "\(run.machine), \(run.threads) thread\(run.threads == 1 ? "" : "s"), host \(run.host)"),
            ("engine", "\(run.engine), \(run.program)"),
            ("began", "\(Readable.date(run.createdAt)), trained \(Readable.duration(seconds: run.elapsedSeconds))"),
            ("tags", run.tags.joined(separator: " ")),
            ("note", run.note),
        ]
        if let bytes = run.peakMemoryBytes { facts.append(("peak memory", Readable.bytes(bytes))) }
        return facts.filter { !$0.1.isEmpty }.map { "\($0.0.padding(to: 13))\(Readable.visible($0.1))" }
    }

    private func curves(_ steps: [Progress], _ epochs: [EpochMetrics]) -> [String] {
        let curves: [(String, [Double])] = [
            ("loss", steps.map(\.loss)), ("train acc", epochs.map(\.trainAccuracy)),
            ("test acc", epochs.map(\.testAccuracy)), ("gradient", steps.compactMap(\.gradientNorm)),
            ("dead units", steps.compactMap(\.deadShare)),
        ]
        return curves.filter { !$0.1.isEmpty }.map { name, values in
            let ends = [values.first, values.last].compactMap { $0 }.map { Readable.fixed($0, decimals: 3) }
            return "\(name.padding(to: 13))\(CurveText.text(of: values, width: 60))  \(ends.joined(separator: " → "))"
        }
    }

    private func table(_ epochs: [EpochMetrics]) -> String {
        guard !epochs.isEmpty else { return "" }
        var table = TextTable(
            ["epoch", "loss", "train acc", "test loss", "test acc", "images/s", "time"].map {
                .init($0, isNumber: true)
            })
        for epoch in epochs {
            let metrics = [epoch.trainLoss, epoch.trainAccuracy, epoch.testLoss, epoch.testAccuracy]
            table.add(
                ["\(epoch.epoch)"] + metrics.map { Readable.fixed($0, decimals: 3) } + [
                    Readable.fixed(epoch.examplesPerSecond, decimals: 1),
                    Readable.duration(seconds: epoch.elapsedSeconds),
                ])
        }
        return "\n" + table.text
    }

    /// - Parameter best: the checkpoint of the best epoch, which an earlier run may keep.
    private func list(_ checkpoints: CheckpointFolder, _ best: KeptCheckpoint?) -> String {
        let all = checkpoints.all.reversed()
        let elsewhere = best.map { all.contains($0.checkpoint) ? [] : [$0.checkpoint] } ?? []
        let lines = (elsewhere + all).map { checkpoint in
            let isBest = checkpoint == best?.checkpoint ? ", the best" : ""
            let keeper = elsewhere.contains(checkpoint) ? best.map { ", kept by \($0.run.name)" } ?? "" : ""
            return "step \(checkpoint.step)\(isBest)\(keeper): \(Readable.bytes(checkpoint.byteCount)), "
                + checkpoint.path
        }
        return lines.isEmpty ? "" : "\ncheckpoints\n" + lines.map { "  \(Readable.visible($0))\n" }.joined()
    }
}

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare runs: settings that differ, best and last figures, time to accuracy.")

    @Argument(help: .run, completion: .run) var runs: [String]
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if runs.count < 2 { throw ValidationError("compare takes two runs or more") }
    }

    func run() throws {
        let store = try storeOptions.open()
        var infos: [RunInfo] = []
        for name in runs {
            let run = try explaining { try store.run(named: name) }
            if !infos.contains(where: { $0.id == run.id }) { infos.append(run) }
        }
        if infos.count < 2 {
            throw Failure(message: "compare takes two runs or more, and these are all \(infos[0].name)")
        }
        let experiments = try explaining { try infos.map { try $0.experiment() } }
        let epochs = try explaining { try infos.map { try store.epochs(of: $0) } }

        var rows: [(title: String, values: [JSON])] = ExperimentFile.differences(among: experiments)
            .filter { !["name", "description"].contains($0.path) }
            .map { ($0.path, $0.values.map(JSON.string)) }
        if Set(infos.map(\.dataChecksum)).count > 1 {
            rows.append(("data", infos.map { .string("\($0.dataset), SHA-256 \($0.dataChecksum.prefix(8))…") }))
        }
        func add(_ title: String, _ value: (RunInfo, [EpochMetrics]) -> JSON) {
            rows.append((title, zip(infos, epochs).map(value)))
        }
        add("state") { run, _ in .string(run.state.rawValue) }
        add("epochs") { run, _ in .string("\(run.epoch)/\(run.epochs)") }
        add("best test acc") { run, _ in .optional(run.bestAccuracy) }
        add("in epoch") { run, _ in .optional(run.bestEpoch) }
        add("last test acc") { run, _ in .optional(run.testAccuracy) }
        add("last train loss") { _, epochs in .optional(epochs.last?.trainLoss) }
        add("last test loss") { _, epochs in .optional(epochs.last?.testLoss) }
        add("images/s") { run, _ in .optional(run.examplesPerSecond) }
        for percent in [80, 85, 90] {
            add("seconds to \(percent) %") { run, epochs in
                let counted = epochs.drop { $0.epoch < run.bestFrom }
                return .optional(counted.first { $0.testAccuracy >= Double(percent) / 100 }?.elapsedSeconds)
            }
        }
        add("seconds") { run, _ in .number(run.elapsedSeconds) }

        if json {
            let objects = infos.enumerated().map { index, run in
                JSON.object(
                    [JSON.Member("run", .string(run.name))] + rows.map { JSON.Member($0.title, $0.values[index]) })
            }
            return Console.print(JSON.array(objects).text + "\n")
        }
        var table = TextTable([.init("")] + infos.map { .init(Readable.visible($0.name), isNumber: true) })
        for row in rows {
            table.add([row.title.replacing("seconds", with: "time")] + row.values.map { cell($0, row.title) })
        }
        Console.print(table.text)
    }

    private func cell(_ value: JSON, _ title: String) -> String {
        switch value {
        case .null: "–"
        case .number(let number) where title.hasPrefix("seconds"): Readable.duration(seconds: number)
        case .number(let number): Readable.fixed(number, decimals: title == "images/s" ? 1 : 3)
        case .integer(let number): String(number)
        case .string(let text): text
        default: value.text
        }
    }
}
