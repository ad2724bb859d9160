// `vgglab list`: the runs in the store.

import ArgumentParser
import Checkpoints
import ExperimentFiles
import Experiments
import Exports
import Foundation
import Model
import RunLog
import RunStore

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List stored runs, the newest last.",
        discussion: """
            The filter consists of words and comparisons, all of which must match: vgglab list vgg13 'lr>=0.05' \
            state=completed 'best>0.9'. A - before a term negates it: vgglab list -draft. Columns can be any settings \
            and metrics: vgglab list --columns run,network.ratio,training.lr,threads,best,test_loss.
            """)

    enum Sort: String, ExpressibleByArgument, CaseIterable {
        case time = "when"
        case name, state, best, acc, loss, rate
    }

    @Argument(help: ArgumentHelp("Terms that runs must match; without any, all runs.", valueName: "filter")) var filter:
        [String] = []
    @Option(help: "Sort by when, name, state, best, acc, loss or rate.") var sort = Sort.time
    @Flag(help: "Reverse the order.") var reverse = false
    @Flag(help: "List all runs instead of the newest 40.") var all = false
    @Option(
        help: ArgumentHelp(
            "Comma-separated columns: run, settings such as training.lr, results such as best.",
            valueName: "names"), completion: .columns)
    var columns: String?
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Print CSV.") var csv = false
    @OptionGroup var storeOptions: StoreOptions

    private static let newest = 40
    /// Default columns of CSV.
    private static let usualColumns =
        "run,state,epoch,epochs,loss,train_accuracy,test_accuracy,best_accuracy,best_epoch,examples_per_second,"
        + "elapsed_seconds,created,tags"

    func validate() throws {
        if json && csv { throw ValidationError("--json and --csv exclude each other; choose one") }
    }

    func run() throws {
        let columns = try (self.columns ?? (csv ? Self.usualColumns : nil)).map { try [RunColumn](named: $0) }
        let store = try storeOptions.open()
        let filter = try explaining { try RunFilter(self.filter.joined(separator: " ")) }
        // Filtering and sorting need all runs.
        let takesAll = all || json || csv || !self.filter.isEmpty || sort != .time
        let (known, flaws) = try explaining { try store.runsAndFlaws(newest: takesAll ? nil : Self.newest) }
        defer { for flaw in flaws { Console.say("warning: \(Readable.visible(flaw)); skipped") } }
        var runs = try explaining {
            try self.filter.isEmpty
                ? known : known.filter { filter.matches(try $0.experiment(), name: $0.name, $0.status) }
        }
        runs = sorted(runs)
        if reverse { runs.reverse() }
        if json && columns == nil { return Console.print(JSON.array(runs.map(\.json)).text + "\n") }
        guard !runs.isEmpty || json || csv else {
            let commands = storeOptions.commands()
            return Console.say(
                known.isEmpty
                    ? "no runs yet in \(Readable.visible(store.folder)); \(commands.line(.train, "FILE.yaml")) trains one"
                    : "no run matches; \(commands.line(.list)) shows all")
        }
        if let columns {
            try show(runs, columns, store)
        } else {
            show(runs)
        }
        let more = takesAll ? 0 : try explaining { try store.count() } - runs.count - flaws.count
        if more > 0 { Console.say("\(Readable.count(more)) older runs are not shown; --all shows them") }
    }

    private func show(_ runs: [RunInfo]) {
        var table = TextTable([
            .init("run"), .init("state"), .init("epoch", isNumber: true), .init("loss", isNumber: true),
            .init("train acc", isNumber: true), .init("test acc", isNumber: true), .init("best", isNumber: true),
            .init("images/s", isNumber: true), .init("time", isNumber: true), .init("when"), .init("tags"),
        ])
        for run in runs { table.add(run.cells) }
        Console.print(table.text)
    }

    private func show(_ runs: [RunInfo], _ columns: [RunColumn], _ store: RunStore) throws {
        let readsMetrics = columns.contains(where: \.readsMetrics)
        let rows = try runs.map { run in
            let row = try RunColumn.row(of: run, metricsFrom: readsMetrics ? store : nil)
            return columns.map { $0.value(of: row) }
        }
        if json {
            let objects = rows.map { row in JSON.object(zip(columns, row).map { JSON.Member($0.name, $1) }) }
            return Console.print(JSON.array(objects).text + "\n")
        }
        if csv { return Console.print(CSV.text(of: [columns.map { .string($0.name) }] + rows)) }
        var table = TextTable(
            columns.indices.map { column in
                .init(columns[column].name, isNumber: rows.contains { $0[column].isNumber })
            })
        for row in rows { table.add(zip(columns, row).map { $0.text(of: $1) }) }
        Console.print(table.text)
    }

    private func sorted(_ runs: [RunInfo]) -> [RunInfo] {
        func by(_ figure: (RunInfo) -> Double?) -> [RunInfo] {
            runs.sorted { (figure($0) ?? -.infinity, $0.id) < (figure($1) ?? -.infinity, $1.id) }
        }
        return switch sort {
        case .time: runs
        case .name: runs.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        case .state: runs.sorted { ($0.state.rawValue, $0.id) < ($1.state.rawValue, $1.id) }
        case .best: by(\.bestAccuracy)
        case .acc: by(\.testAccuracy)
        case .loss: by(\.loss)
        case .rate: by(\.examplesPerSecond)
        }
    }
}

extension Experiment {
    /// Where its first weights come from: the name of how they are drawn from the seed, or a file.
    var initialWeights: String { network.weights ?? training.initialWeights }
}

extension RunInfo {
    fileprivate var cells: [String] {
        func metric(_ value: Double?) -> String { value.map(Readable.metric) ?? "" }
        return [
            name, status.state.rawValue, "\(status.epoch)/\(epochs)", metric(status.loss), metric(status.trainAccuracy),
            metric(status.testAccuracy), metric(status.bestAccuracy),
            status.examplesPerSecond.map(Readable.rate) ?? "",
            Readable.duration(seconds: status.elapsedSeconds), Readable.date(status.createdAt),
            status.tags.joined(separator: " "),
        ]
    }

    /// Everything that the store knows of the run itself.
    var json: JSON {
        let experiment = try? experiment()
        return [
            "name": .string(name), "state": .string(status.state.rawValue), "reason": .string(status.reason),
            "epoch": .integer(finishedEpochs), "epochs": .integer(epochs), "step": .integer(status.step),
            "steps_per_epoch": .integer(status.stepsPerEpoch), "loss": .optional(status.loss),
            "train_accuracy": .optional(status.trainAccuracy), "test_accuracy": .optional(status.testAccuracy),
            "best_accuracy": .optional(status.bestAccuracy), "best_epoch": .optional(status.bestEpoch),
            "examples_per_second": .optional(status.examplesPerSecond),
            "elapsed_seconds": .number(status.elapsedSeconds),
            "created": .number(status.createdAt), "ended": .optional(status.endedAt), "host": .string(host),
            "machine": .string(machine), "threads": .integer(status.threads), "engine": .string(engine),
            "program": .string(program), "dataset": .string(dataset), "data_sha256": .string(dataChecksum),
            "data": facts?.json ?? .null,
            "initialization": .optional(experiment?.initialWeights), "experiment_sha256": .string(experimentHash),
            "peak_memory_bytes": .optional(status.peakMemoryBytes),
            "parent": .optional(status.parent), "parent_step": .optional(status.parentStep),
            "note": .string(status.note), "tags": .array(status.tags.map(JSON.string)),
            "experiment": experiment?.json ?? .null,
        ]
    }
}

extension Readable {
    /// Formats day and minute in the local time zone, with the C library, which supports every form of `TZ`.
    static func date(_ seconds: Double) -> String {
        var parts = tm()
        guard var time = time_t(exactly: seconds.rounded(.down)), localtime_r(&time, &parts) != nil else { return "?" }
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%d %H:%M", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
