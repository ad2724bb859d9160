// A row of the list: an experiment file or a run, and its texts. RunList decides which rows are shown.

internal import ExperimentFiles
internal import Experiments
internal import RunLog

/// Identifies a row.
enum RowID: Hashable {
    case file(String)
    case run(String)
}

enum ListRow: Hashable {
    case experiment(ExperimentEntry)
    case run(RunEntry)

    var id: RowID {
        switch self {
        case .experiment(let entry): .file(entry.path)
        case .run(let run): .run(run.name)
        }
    }

    /// The experiment, unless its file is invalid.
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

    /// Why it cannot be used; `nil` if it can.
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

    /// Its rank in the default order: running, queued, experiments, invalid files, ended.
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

    /// Whether a filter matches it.
    func matches(_ filter: RunFilter) -> Bool {
        let facts: RunFilter.Facts = ["name": .text(name), "state": .text(state)]
        guard let experiment else { return filter.matches(facts: facts) }
        return run.map { filter.matches(experiment, name: $0.name, $0.status) }
            ?? filter.matches(experiment, facts: facts)
    }
}
