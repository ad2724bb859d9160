// A row of the list: an experiment file or a run, and what its columns say. Which rows are shown is RunList's work.

internal import ExperimentFiles
internal import Experiments
internal import RunLog

/// What tells a row from all others.
enum RowID: Hashable {
    case file(String)
    case run(String)
}

/// An experiment file or a run.
enum ListRow: Hashable {
    case experiment(ExperimentEntry)
    case run(RunEntry)

    var id: RowID {
        switch self {
        case .experiment(let entry): .file(entry.path)
        case .run(let run): .run(run.name)
        }
    }

    /// The experiment, unless its file is broken.
    var experiment: Experiment? {
        switch self {
        case .experiment(let entry): try? entry.content.get()
        case .run(let run): run.experiment
        }
    }

    var run: RunEntry? {
        if case .run(let run) = self { run } else { nil }
    }

    var name: String {
        switch self {
        case .experiment(let entry): experiment?.name ?? entry.path
        case .run(let run): run.name
        }
    }

    /// Why it cannot be used; `nil` where all is well.
    var problem: String? {
        guard case .experiment(let entry) = self, case .failure(let problem) = entry.content else { return nil }
        return problem.description
    }

    var state: String {
        switch self {
        case .experiment(let entry): problem != nil ? "broken" : entry.isExample ? "example" : "ready"
        case .run(let run): run.stateText
        }
    }

    /// Where it stands in the list's own order: what goes on, what waits, what could be started or is
    /// broken, what is over.
    var rank: Int {
        switch self {
        case .run(let run):
            switch run.state {
            case .running, .paused: 0
            case .queued: 1
            default: 4
            }
        case .experiment: problem == nil ? 2 : 3
        }
    }

    /// Whether a filter lets it through.
    func matches(_ filter: RunFilter) -> Bool {
        let facts: RunFilter.Facts = ["name": .text(name), "state": .text(state)]
        guard let experiment else { return filter.matches(facts: facts) }
        return run.map { filter.matches(experiment, name: $0.name, $0.status) }
            ?? filter.matches(experiment, facts: facts)
    }
}

/// A column of the list.
enum ListColumn: String, CaseIterable {
    case name, state, epoch, loss, acc, best, rate, time, ratio, lr, depth, resize, batch, seed, limits

    var title: String {
        switch self {
        case .rate: "img/s"
        case .resize: "side"
        default: rawValue
        }
    }

    var isNumber: Bool { ![.name, .state].contains(self) }

    /// What a row shows there; empty for nothing.
    func text(of row: ListRow) -> String {
        let (run, experiment) = (row.run, row.experiment)
        func metric(_ value: Double?) -> String { value.map(Readable.metric) ?? "" }
        switch self {
        case .name: return row.name
        case .state:
            if let position = run?.queuePosition, run?.state == .queued { return "queued \(position)" }
            // Another process trains it.
            if let run, run.isRunning, !run.isOurs {
                return run.owner.map { "pid \($0.process)" } ?? "elsewhere"
            }
            return row.state
        case .epoch:
            guard let experiment else { return "" }
            return run.map { "\($0.epoch)/\(experiment.training.epochs)" } ?? "\(experiment.training.epochs)"
        case .loss: return metric(run?.loss)
        case .acc: return metric(run?.testAccuracy)
        case .best: return metric(run?.bestAccuracy)
        case .rate: return run?.examplesPerSecond.map(Readable.rate) ?? ""
        case .time: return run.map { $0.elapsedSeconds > 0 ? Readable.duration(seconds: $0.elapsedSeconds) : "" } ?? ""
        case .ratio: return experiment.map { "\($0.network.ratio)" } ?? ""
        case .lr: return experiment.map { Readable.short($0.training.learningRate) } ?? ""
        case .depth: return experiment.map { "\($0.network.depth)" } ?? ""
        case .resize: return experiment.map { "\($0.data.resize)" } ?? ""
        case .batch: return experiment.map { "\($0.data.batchSize)" } ?? ""
        case .seed: return experiment.map { "\($0.training.seed)" } ?? ""
        case .limits:
            guard let data = experiment?.data, data.limitTrain != nil || data.limitTest != nil else { return "" }
            return [data.limitTrain, data.limitTest].map { $0.map(Readable.count) ?? "all" }.joined(separator: "/")
        }
    }

    /// What rows are sorted by; `nil` goes last.
    func number(of row: ListRow) -> Double? {
        let (run, experiment) = (row.run, row.experiment)
        switch self {
        case .name, .state: return nil
        case .epoch: return run.map { Double($0.epoch) }
        case .loss: return run?.loss.flatMap { $0.isFinite ? $0 : nil }
        case .acc: return run?.testAccuracy
        case .best: return run?.bestAccuracy
        case .rate: return run?.examplesPerSecond
        case .time: return run?.elapsedSeconds
        case .ratio: return experiment.map { Double($0.network.ratio) }
        case .lr: return experiment?.training.learningRate
        case .depth: return experiment.map { Double($0.network.depth) }
        case .resize: return experiment.map { Double($0.data.resize) }
        case .batch: return experiment.map { Double($0.data.batchSize) }
        case .seed: return experiment.map { Double($0.training.seed) }
        case .limits: return (experiment?.data.limitTrain ?? experiment?.data.limitTest).map(Double.init)
        }
    }

    /// Images a second.
    static func rate(_ value: Double) -> String { Readable.rate(value) }
}
