// The runs that the dashboard lists: those in the store, and those in the queue that the store does not have yet.

import Dashboard
import Experiments
import Model
import Runner
import RunStore
import Training

/// Merges the store's runs with the queue's.
struct RunIndex {
    /// A run that could not start, so the store does not have it.
    private struct Failure {
        let experiment: Experiment
        let reason: String
    }

    /// Number of the newest runs used to measure this machine's speed.
    private static let timedRuns = 200

    private let machine: String
    private var experiments: [Int64: Experiment] = [:]
    private var speeds: [Int64: SpeedSample] = [:]
    private var failures: [String: Failure] = [:]
    private var waiting: [String: Experiment] = [:]
    /// Why runs are left out, each reason once.
    private var flaws: [String] = []
    private var reportedFlaws: Set<String> = []

    /// - Parameter machine: this machine, as text.
    init(machine: String) { self.machine = machine }

    /// Records that a run could not start.
    mutating func note(failure reason: String, of run: String) {
        guard let experiment = waiting[run] else { return }
        failures[run] = Failure(experiment: experiment, reason: reason)
    }

    /// Records why runs are left out.
    mutating func note(flaws new: [String]) {
        for flaw in new where reportedFlaws.insert(flaw).inserted { flaws.append(flaw) }
    }

    /// Takes the reasons recorded since the last call.
    mutating func takeFlaws() -> [String] {
        defer { flaws = [] }
        return flaws
    }

    /// Returns all runs, the oldest first.
    ///
    /// - Parameter owner: returns the process that trains a run.
    mutating func entries(
        _ runs: [RunInfo], _ queue: [RunQueue.Entry], owner: (RunInfo) -> RunOwner?
    ) -> [RunEntry] {
        for entry in queue { waiting[entry.name] = entry.experiment }
        let queued = Dictionary(queue.map { ($0.name, $0) }) { first, _ in first }
        let stored = runs.compactMap { run in entry(run, queued[run.name], owner) }
        for run in runs.suffix(Self.timedRuns) { noteSpeed(of: run) }
        let names = Set(runs.map(\.name))
        let failed = failures.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map { name, failure in
            var status = RunStatus(.failed)
            status.reason = failure.reason
            return RunEntry(name: name, experiment: failure.experiment, status: status)
        }
        let new = queue.filter { !names.contains($0.name) }.map { entry in
            var run = RunEntry(name: entry.name, experiment: entry.experiment, status: RunStatus(.queued))
            run.take(entry)
            run.createdAt = .greatestFiniteMagnitude
            return run
        }
        return failed + stored + new
    }

    /// Speeds measured on this machine, the newest runs first.
    var measuredSpeeds: [SpeedSample] { speeds.sorted { $0.key > $1.key }.prefix(50).map(\.value) }

    private mutating func entry(
        _ run: RunInfo, _ queued: RunQueue.Entry?, _ owner: (RunInfo) -> RunOwner?
    ) -> RunEntry? {
        let experiment: Experiment
        do { experiment = try experiments[run.id] ?? run.experiment() } catch {
            note(flaws: ["\(error)"])
            return nil
        }
        experiments[run.id] = experiment
        var entry = RunEntry(run, experiment)
        entry.isOurs = queued != nil || (run.state != .running && run.machine == machine)
        if let queued {
            entry.take(queued)
        } else if run.state == .running {
            entry.owner = owner(run).map { RunEntry.Owner(process: $0.process, text: $0.text) }
        }
        return entry
    }

    private mutating func noteSpeed(of run: RunInfo) {
        guard run.state == .completed, run.machine == machine, speeds[run.id] == nil,
            let rate = run.examplesPerSecond, let experiment = experiments[run.id],
            let facts = run.facts, let network = try? experiment.network(for: facts)
        else { return }
        let work = Vgglab.backend.costs.trainingWork(of: network, batchSize: experiment.data.batchSize)
        speeds[run.id] = SpeedSample(work: work, examplesPerSecond: rate, threads: run.threads)
    }
}

extension RunEntry {
    init(_ run: RunInfo, _ experiment: Experiment) {
        self.init(
            name: run.name, experiment: experiment, status: run.status,
            data: RunData(summary: run.dataset, checksum: run.dataChecksum, facts: run.facts))
        isOurs = false
    }

    /// Applies the run's state in this process's queue.
    fileprivate mutating func take(_ entry: RunQueue.Entry) {
        (status.state, status.queuePosition) = (entry.state, entry.queuePosition)
        isOurs = true
        status.threads = entry.threads
    }
}
