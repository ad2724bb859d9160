// What stands behind the dashboard: the store, the queue and the files. Carries out effects and answers with messages,
// on threads of its own, so that the screen never waits.

import Checkpoints
import Dashboard
import Datasets
import ExperimentFiles
import Experiments
import Foundation
import Model
import Runner
import RunStore
import Synchronization
import Threads
import Training

/// Carries out what the dashboard wants done.
final class LiveBackend: DashboardBackend, Sendable {
    /// How far a run of another process has been told.
    private struct Watch {
        /// The run when it was read last.
        var run: RunInfo
        /// When it began or was resumed last, by number and time.
        var start: [Double]
        /// Sequence number of the last record told.
        var last: Int
    }

    private struct Shelves {
        var experiments: ExperimentIndex
        var runs: RunIndex
        var machine = MachineWatch()
        var known: [RunInfo] = []
        /// Runs of other processes that are followed.
        var watched: [String: Watch] = [:]
        var speedCount = 0
        var isRefreshing = false
        /// Preferences that are being written.
        var writes = 0
        /// How often predictions were asked for.
        var predictions = 0
    }

    /// Runs that are told before all others are.
    private static let newest = 100
    /// Events of earlier starts that the log shows.
    private static let earlierEvents = 500

    let queue: RunQueue
    private let createdAt = Date().timeIntervalSince1970
    private let store: RunStore
    private let datasets: DatasetCache
    private let mailbox: Mailbox
    private let shelves: Mutex<Shelves>
    /// Reads and writes files, one thing after the other.
    private let desk: Worker
    /// Writes preferences, which must not wait for a store that is locked.
    private let writer: Worker
    /// Held while test images are classified, one question after the other.
    private let predicting = NSLock()

    /// - Throws: `Failure` where the system lets no more threads start.
    init(
        _ store: RunStore, experiments: ExperimentIndex, budget: RunQueue.Budget, datasets: DatasetCache,
        isStrict: Bool, tensorboard: String?, mailbox: Mailbox
    ) throws {
        guard let desk = Worker(), let writer = Worker() else { throw Failure(message: Vgglab.noThread) }
        (self.desk, self.writer) = (desk, writer)
        self.store = store
        self.datasets = datasets
        self.mailbox = mailbox
        shelves = Mutex(Shelves(experiments: experiments, runs: RunIndex(machine: Machine.current.summary)))
        var observers: [any RunObserver & Sendable] = [mailbox]
        if let tensorboard {
            observers.append(TensorBoardFolder(tensorboard) { mailbox.post(.notice($0, isError: true)) })
        }
        let relay = Relay()
        queue = RunQueue(
            store, budget: budget, datasets: datasets, backend: Vgglab.backend, program: Vgglab.program,
            isStrict: isStrict,
            observers: observers
        ) { relay.send($0) }
        relay.connect(self)
    }

    /// Begins to tell what there is, and what changes.
    func begin() {
        if let notice = store.notice { mailbox.post(.notice(notice, isError: true)) }
        desk.async { [self] in
            // What a user looks for first comes first.
            tellExperiments()
            tellNewestRuns()
            pollEverySecond()
            // Behind the first look at the runs of others, so that nothing is missing between both.
            aside { [self] in tellEarlierEvents() }
        }
        aside { [self] in
            do throws(RunStoreError) { try store.check() } catch {
                mailbox.post(.notice(error.description, isError: true))
            }
            try? store.removeLeftovers()
        }
    }

    /// Does something beside all else.
    private func aside(_ body: @escaping @Sendable () -> Void) {
        if !startThread(body) { mailbox.post(.notice(Vgglab.noThread, isError: true)) }
    }

    /// What the newest runs said before this start is for the log.
    private func tellEarlierEvents() {
        guard let records = try? store.latestEvents(Self.earlierEvents), !records.isEmpty else { return }
        mailbox.post(.earlier(records))
    }

    private func tellExperiments() {
        // Read outside the lock, which the screen takes, too: a disk may take its time.
        var shelf = shelves.withLock { $0.experiments }
        guard let experiments = shelf.read() else { return }
        shelves.withLock { [shelf] in $0.experiments = shelf }
        mailbox.post(.experiments(experiments))
    }

    private func tellNewestRuns() {
        guard let runs = try? store.runs(newest: Self.newest) else { return }
        mailbox.post(.runs(shelves.withLock { $0.runs.entries(runs, [], owner: store.owner(of:)) }))
    }

    private func pollEverySecond() {
        look()
        desk.async(after: 1) { [weak self] in self?.pollEverySecond() }
    }

    // MARK: What changes

    fileprivate func take(_ news: RunQueue.News) {
        switch news {
        case .failed(let run, let reason):
            shelves.withLock { $0.runs.note(failure: reason, of: run) }
            mailbox.post(.notice("\(run): \(reason)", isError: true))
        case .changed: refresh()
        }
    }

    /// Has the runs told again soon; many wishes at once become one.
    private func refresh() {
        let isNew = shelves.withLock { shelves in
            defer { shelves.isRefreshing = true }
            return !shelves.isRefreshing
        }
        if isNew { desk.async { [self] in refreshRuns() } }
    }

    private func refreshRuns() {
        shelves.withLock { $0.isRefreshing = false }
        do {
            // Those of the queue last: a run that ends meanwhile is then in both rather than in neither.
            let queued = queue.entries
            let (runs, flaws) = try store.runsAndFlaws()
            let (entries, speeds, isNew) = shelves.withLock { shelves in
                let entries = shelves.runs.entries(runs, queued, owner: store.owner(of:))
                shelves.runs.note(flaws: flaws)
                let speeds = shelves.runs.measuredSpeeds
                shelves.known = runs
                defer { shelves.speedCount = speeds.count }
                return (entries, speeds, speeds.count != shelves.speedCount)
            }
            mailbox.post(.runs(entries))
            for flaw in shelves.withLock({ $0.runs.takeFlaws() }) {
                mailbox.post(.notice("\(flaw); it is skipped", isError: true))
            }
            if isNew { mailbox.post(.speeds(speeds)) }
        } catch {
            mailbox.post(.notice(error.description, isError: true))
        }
    }

    /// Looks at everything that others may have changed.
    private func look() {
        let running = queue.entries.count { $0.state == .running }
        tellExperiments()
        mailbox.post(.machine(shelves.withLock { $0.machine.load(queue.budget, running: running) }))
        // Other processes write to the store as well.
        guard let runs = try? store.runs() else { return }
        followOthers(runs)
        if shelves.withLock({ $0.known != runs }) { refreshRuns() }
    }

    private func loadFacts(of name: String) {
        guard let facts = try? datasets.facts(of: name) else { return }
        mailbox.post(.dataset(facts))
    }

    // MARK: What is wanted

    func stopAll() { queue.stopAll() }
    var isIdle: Bool { shelves.withLock { $0.writes } == 0 && queue.waitUntilIdle(seconds: 0) }

    /// Carries out an effect that is not the screen's own.
    func perform(_ effect: Effect) {
        switch effect {
        case .pause(let runs): runs.forEach(queue.pause)
        case .unpause(let runs): runs.forEach(queue.resume)
        case .stop(let runs): runs.forEach(queue.stop)
        case .moveInQueue(let run, let places): queue.move(run, by: places)
        case .launch(let requests): desk.async { [self] in for request in requests { launch(request) } }
        case .resume(let runs):
            trying { [self] in for run in runs { try queue.resume(try store.run(withName: run)) } }
        case .restart(let runs):
            trying { [self] in
                for name in runs {
                    let run = try store.run(withName: name)
                    let new = try queue.launch(try run.experiment(), like: run)
                    mailbox.post(.notice("launched \(new)", isError: false))
                }
            }
        case .delete(let runs):
            trying { [self] in
                for run in runs { try store.delete(try store.run(withName: run)) }
                refreshRuns()
            }
        case .changeTags(let runs, let new, let old):
            trying { [self] in
                for run in runs { try store.changeTags(of: try store.run(named: run), add: new, remove: old) }
                refreshRuns()
            }
        case .setNote(let runs, let text):
            trying { [self] in
                for run in runs { try store.setNote(text, of: try store.run(named: run)) }
                refreshRuns()
            }
        case .saveExperiment(let experiment): desk.async { [self] in save(experiment) }
        case .loadFacts(let dataset):
            // Not on the desk, which a store that is locked holds up.
            aside { [self] in loadFacts(of: dataset) }
        case .loadHistory(let run): desk.async { [self] in loadHistory(of: run) }
        case .loadProfile(let run): desk.async { [self] in loadProfile(of: run) }
        case .loadCheckpoints(let run): desk.async { [self] in loadCheckpoints(of: run) }
        case .loadPredictions(let run, let filter): loadPredictions(run, filter)
        case .savePreferences(let preferences):
            shelves.withLock { $0.writes += 1 }
            trying(on: writer) { [self] in
                defer { shelves.withLock { $0.writes -= 1 } }
                try PreferencesFile.write(preferences)
            }
        case .redraw, .suspend, .quit, .abandon: break
        }
    }

    /// Does something on the desk, or another thread, and tells if it fails.
    private func trying(on worker: Worker? = nil, _ body: @escaping @Sendable () throws -> Void) {
        (worker ?? desk).async { [self] in
            do { try body() } catch { mailbox.post(.notice(Self.sentence(error), isError: true)) }
        }
    }

    private static func sentence(_ error: any Error) -> String {
        if let failure = error as? Failure { return failure.message }
        return error is CocoaError ? error.localizedDescription : "\(error)"
    }

    private func launch(_ request: LaunchRequest) {
        let result = Result {
            guard let fork = request.parent else { return try queue.launch(request.experiment) }
            let parent = try store.run(withName: fork.run)
            let checkpoints = store.checkpoints(of: parent).all
            let step = checkpoints.first { fork.step == nil || $0.step == fork.step }?.step
            return try queue.fork(parent, at: step.map { "step:\($0)" } ?? "last", request.experiment)
        }
        mailbox.post(.launched(request, result.mapError { Problem(Self.sentence($0)) }))
    }

    private func save(_ experiment: Experiment) {
        do {
            let path = try shelves.withLock { $0.experiments }.save(experiment)
            mailbox.post(.notice("saved as \(path)", isError: false))
        } catch {
            mailbox.post(.notSaved(Self.sentence(error)))
        }
        look()
    }

    private func loadHistory(of name: String) {
        let run = try? store.run(withName: name)
        let records = run.flatMap { try? store.records(of: $0) } ?? []
        mailbox.post(.history(run: name, records))
        guard let run, run.state == .running, !queue.entries.contains(where: { $0.name == name }) else { return }
        let start = records.last { if case .runStarted = $0.event { true } else { false } }
        let watch = Watch(run: run, start: Self.identity(start), last: records.last?.sequence ?? -1)
        shelves.withLock { $0.watched[name] = watch }
    }

    /// What tells a start from all others: numbers are used once more when a run is resumed.
    private static func identity(_ start: RunRecord?) -> [Double] {
        start.map { [Double($0.sequence), $0.time] } ?? []
    }

    private func loadProfile(of name: String) {
        guard let run = try? store.run(named: name), let facts = run.facts,
            let network = try? run.experiment().network(numClasses: facts.numClasses)
        else { return }
        let times = store.profile(of: run).filter { $0.layer ?? 0 < network.layers.count }
        guard !times.isEmpty else { return }
        mailbox.post(.profile(run: name, LayerShare.shares(times.map { ($0.layer, $0.seconds) })))
    }

    private func loadCheckpoints(of name: String) {
        guard let run = try? store.run(named: name) else { return }
        let checkpoints = store.checkpoints(of: run)
        let best = (try? store.bestCheckpoint(of: run))?.checkpoint
        let entries = checkpoints.all.compactMap { checkpoint in
            (try? checkpoint.position()).map { position in
                CheckpointEntry(
                    step: checkpoint.step, epoch: position.epoch, isInsideEpoch: position.stepInEpoch > 0,
                    testAccuracy: position.lastEpoch?.testAccuracy, isBest: checkpoint == best)
            }
        }
        mailbox.post(.checkpoints(run: name, entries))
    }

    /// Tells what the runs of other processes have said since the last look, whether they are shown or not.
    private func followOthers(_ runs: [RunInfo]) {
        let ours = Set(queue.entries.map(\.name))
        for run in runs {
            let known = shelves.withLock { shelves in
                if ours.contains(run.name) { shelves.watched[run.name] = nil }
                return shelves.watched[run.name]
            }
            guard !ours.contains(run.name), known != nil || run.state == .running, known?.run != run else { continue }
            guard let watch = try? follow(run, known) else { continue }
            shelves.withLock { $0.watched[run.name] = watch }
        }
    }

    private func follow(_ run: RunInfo, _ known: Watch?) throws -> Watch {
        let start = try store.latestStart(of: run)
        let identity = Self.identity(start)
        var last = -1
        if let known, known.start == identity {
            last = known.last
        } else if let start {
            // What was said before this program began comes with the run's history and the log's earlier events.
            last = start.time < createdAt ? try store.nextSequence(of: run) - 1 : start.sequence - 1
        }
        let new = try store.records(of: run, after: last)
        for record in new { mailbox.post(record) }
        return Watch(run: run, start: identity, last: new.last?.sequence ?? last)
    }

    private func loadPredictions(_ run: String, _ filter: ImageFilter) {
        let number = shelves.withLock { shelves in
            shelves.predictions += 1
            return shelves.predictions
        }
        let hasStarted = startThread { [self] in
            predicting.lock()
            defer { predicting.unlock() }
            // Whoever has asked for something else in the meantime does not wait for this answer.
            guard shelves.withLock({ $0.predictions }) == number else { return }
            do {
                let info = try store.run(withName: run)
                let experiment = try info.experiment()
                let dataset = try datasets.dataset(of: info)
                let checkpoints = store.checkpoints(of: info)
                guard !checkpoints.all.isEmpty else {
                    throw Failure(message: "\(run) has no checkpoint yet, which is needed to classify images")
                }
                let isLast = info.bestEpoch == nil && checkpoints.best == nil
                let checkpoint = try store.checkpoint(named: isLast ? "last" : "best", of: info).checkpoint
                let predictions = try Predictions(
                    checkpoint, of: experiment, data: TrainingData(dataset, for: experiment),
                    threads: queue.budget.threadsPerRun, backend: Vgglab.backend)
                let report = PredictionReport(predictions, dataset.classNames, filter)
                mailbox.post(.predictions(run: run, filter, .success(report)))
            } catch {
                mailbox.post(.predictions(run: run, filter, .failure(Problem(Self.sentence(error)))))
            }
        }
        if !hasStarted { mailbox.post(.predictions(run: run, filter, .failure(Problem(Vgglab.noThread)))) }
    }
}

extension LayerShare {
    /// The share of each layer in the time of a step.
    static func shares(_ times: [(layer: Int?, seconds: Double)]) -> [LayerShare] {
        let total = max(times.reduce(0) { $0 + $1.seconds }, .leastNormalMagnitude)
        var seconds: [Int?: Double] = [:]
        for time in times { seconds[time.layer, default: 0] += time.seconds }
        return seconds.map { LayerShare(layer: $0.key, share: $0.value / total) }
            .sorted { ($0.layer ?? .max) < ($1.layer ?? .max) }
    }
}

/// Hands on what a queue tells to the workbench, which is made after it.
private final class Relay: Sendable {
    // The object and not a closure: one that goes in and out of a generic type is wrapped once more each time.
    private struct Listener {
        weak var bench: LiveBackend?
    }

    private let listener = Mutex(Listener())

    func connect(_ bench: LiveBackend) { listener.withLock { $0.bench = bench } }

    func send(_ news: RunQueue.News) { listener.withLock { $0.bench }?.take(news) }
}
