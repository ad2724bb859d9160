// `vgglab compare RUN RUN…`: the differences between runs, side by side.

import ArgumentParser
import ExperimentFiles
import Experiments
import RunLog
import RunStore

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare runs: settings that differ, best and last results, time to accuracy.")

    @Argument(help: .run, completion: .run) var runs: [String]
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var storeOptions: StoreOptions

    /// A row of the comparison.
    struct Row {
        /// The key in JSON, and the title in the table.
        let key, title: String
        /// One value per run.
        let values: [JSON]
        /// Formats a value.
        let text: (JSON) -> String

        init(_ key: String, title: String? = nil, _ values: [JSON], text: @escaping (JSON) -> String = Row.text) {
            self.key = key
            self.title = title ?? key
            self.values = values
            self.text = text
        }

        var differs: Bool { Set(values).count > 1 }

        private static func text(_ value: JSON) -> String {
            switch value {
            case .null: "–"
            case .string(let text): text
            default: value.text
            }
        }
    }

    func validate() throws {
        if runs.count < 2 { throw ValidationError("compare needs two or more runs") }
    }

    func run() throws {
        let store = try storeOptions.open()
        var infos: [RunInfo] = []
        for name in runs {
            let run = try storeOptions.run(name, in: store)
            if !infos.contains(where: { $0.id == run.id }) { infos.append(run) }
        }
        if infos.count < 2 {
            throw Failure(message: "compare needs two or more different runs; these are all \(infos[0].name)")
        }
        let experiments = try explaining { try infos.map { try $0.experiment() } }
        let epochs = try explaining { try infos.map { try store.epochs(of: $0) } }
        let settings = Self.settings(of: infos, experiments)
        let origins = origins(of: infos).filter(\.differs)
        let rows = (settings + circumstances(infos)).filter(\.differs) + figures(infos, epochs)

        if json {
            let objects = infos.indices.map { index in
                JSON.object(
                    [JSON.Member("run", .string(infos[index].name))]
                        + (rows + origins).map { JSON.Member($0.key, $0.values[index]) }
                        + [JSON.Member("experiment", experiments[index].json)])
            }
            return Console.print(JSON.array(objects).text + "\n")
        }
        var table = TextTable([.init("")] + infos.map { .init(Readable.visible($0.name), isNumber: true) })
        for row in rows { table.add([row.title] + row.values.map(row.text)) }
        let different = Set(settings.filter(\.differs).map(\.key))
        let same = SettingsText.lines(of: experiments[0], indent: 2) { !different.contains($0) }
        var text = table.text
        // Too long for columns.
        for row in origins {
            text += "\n\(row.title)\n"
            for (run, value) in zip(infos, row.values) {
                text += "  \(Readable.visible(run.name)): \(Readable.visible(row.text(value)))\n"
            }
        }
        Console.print(text + "\nthe same in all\n" + same.map { "  \($0)\n" }.joined())
    }

    /// The runs' settings. The number of threads counts as one.
    static func settings(of runs: [RunInfo], _ experiments: [Experiment]) -> [Row] {
        let objects = experiments.map(\.json)
        return ExperimentKey.settings.map { key in
            // As in a file: a variant's name replaces its blocks.
            let texts = experiments.map { ExperimentFile.value(of: key.path, in: $0) }
            let values = zip(objects, texts).map { object, text in
                text == nil ? JSON.null : object[path: key.path] ?? .null
            }
            return Row(key.path, values)
        } + [Row("threads", runs.map { .integer($0.threads) })]
    }

    /// What else may make runs with equal settings differ.
    private func circumstances(_ runs: [RunInfo]) -> [Row] {
        [
            Row("parent", title: "forked from", runs.map { .optional($0.parent) }),
            Row("parent_step", title: "at step", runs.map { .optional($0.parentStep) }),
            Row("data_sha256", title: "data (SHA-256)", runs.map { .string($0.dataChecksum) }) { value in
                if case .string(let sum) = value { String(sum.prefix(12)) } else { "–" }
            },
        ]
    }

    /// Where each run was made: program, machine and data.
    private func origins(of runs: [RunInfo]) -> [Row] {
        [
            Row("machine", runs.map { .string($0.machine) }), Row("engine", runs.map { .string($0.engine) }),
            Row("program", runs.map { .string($0.program) }),
        ]
    }

    private func figures(_ runs: [RunInfo], _ epochs: [[EpochMetrics]]) -> [Row] {
        func duration(_ value: JSON) -> String {
            if case .number(let seconds) = value { Readable.duration(seconds: seconds) } else { "–" }
        }
        func number(_ text: @escaping (Double) -> String) -> (JSON) -> String {
            { if case .number(let value) = $0 { text(value) } else { "–" } }
        }
        let toAccuracy = [80, 85, 90].map { percent in
            let seconds = zip(runs, epochs).map { run, epochs in
                epochs.first { $0.epoch >= run.bestFrom && $0.testAccuracy >= Double(percent) / 100 }?.elapsedSeconds
            }
            return Row(
                "seconds to \(percent) %", title: "time to \(percent) %", seconds.map(JSON.optional), text: duration)
        }
        return [
            Row("state", runs.map { .string($0.state.rawValue) }),
            Row("epoch", runs.map { .integer($0.finishedEpochs) }),
            Row("epochs", title: "of epochs", runs.map { .integer($0.epochs) }),
            Row("best test acc", runs.map { .optional($0.bestAccuracy) }, text: number(Readable.metric)),
            Row("in epoch", runs.map { .optional($0.bestEpoch) }),
            Row("last test acc", runs.map { .optional($0.testAccuracy) }, text: number(Readable.metric)),
            Row("last train loss", epochs.map { .optional($0.last?.trainLoss) }, text: number(Readable.metric)),
            Row("last test loss", epochs.map { .optional($0.last?.testLoss) }, text: number(Readable.metric)),
            Row("images/s", runs.map { .optional($0.examplesPerSecond) }, text: number(Readable.rate)),
        ] + toAccuracy + [
            Row("seconds", title: "time", runs.map { .number($0.elapsedSeconds) }, text: duration)
        ]
    }
}
