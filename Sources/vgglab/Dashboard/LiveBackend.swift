// The dashboard's backend: the store, the queue and files. Carries out effects and posts answers from its own threads,
// so that the screen never waits.

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

final class LiveBackend: DashboardBackend, Sendable {
    /// How much of another process's run has been posted.
    private struct Watch {
        /// The run when it was last read.
        var run: RunInfo
        /// When it was last started or resumed, as sequence number and time.
        var start: [Double]
        /// Sequence number of the last posted record.
        var last: Int
    }

    private struct Shared {
        var experiments: ExperimentIndex
        var runs: RunIndex
        var machine = MachineWatch()
        var known: [RunInfo] = []
        /// Runs of other processes that are being followed.
        var watched: [String: Watch] = [:]
        var speedCount = 0
        var isRefreshing = false
        /// Number of pending writes of preferences.
        var writes = 0
        /// Number of prediction requests so far.
        var predictions = 0
    }

    /// Number of the newest runs that are posted before all others.
    private static let newest = 100
    /// Maximum number of earlier events in the log.
    private static let earlierEvents = 500

    let queue: RunQueue
    private let createdAt = Date().timeIntervalSince1970
    private let store: RunStore
    private let datasets: DatasetCache
    private let mailbox: Mailbox
    private let rates: RateSearcher
    private let shared: Mutex<Shared>
    /// Reads and writes files, serially.
    private let storeWorker: Worker
    /// Writes preferences, which must not wait for a locked store.
    private let preferencesWorker: Worker
    /// Serializes the classification of test images.
    private let predicting = NSLock()

    /// - Throws: `Failure` if threads cannot be started.
    init(
        _ store: RunStore, experiments: ExperimentIndex, budget: RunQueue.Budget, datasets: DatasetCache,
        isStrict: Bool, tensorboard: String?, mailbox: Mailbox
    ) throws {
        guard let storeWorker = Worker(), let preferencesWorker = Worker() else {
            throw Failure(message: Vgglab.noThread)
        }
        (self.storeWorker, self.preferencesWorker) = (storeWorker, preferencesWorker)
        self.store = store
        self.datasets = datasets
        self.mailbox = mailbox
        rates = RateSearcher(datasets, mailbox)
        shared = Mutex(Shared(experiments: experiments, runs: RunIndex(machine: Machine.current.summary)))
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

    func begin() {
        if let notice = store.notice { mailbox.post(.notice(notice, isError: true)) }
        storeWorker.async { [self] in
            // What a user looks for first is posted first.
            postExperiments()
            postNewestRuns()
            pollEverySecond()
            // After the first read of other processes' runs, so that no event falls between the two.
            onNewThread { [self] in postEarlierEvents() }
        }
        onNewThread { [self] in
            do throws(RunStoreError) { try store.check() } catch {
                mailbox.post(.notice(error.description, isError: true))
            }
            try? store.removeLeftovers()
        }
    }

    /// Runs `body` on another thread.
    private func onNewThread(_ body: @escaping @Sendable () -> Void) {
        if !startThread(body) { mailbox.post(.notice(Vgglab.noThread, isError: true)) }
    }

    /// Posts the latest events of earlier sessions, for the log.
    private func postEarlierEvents() {
        guard let records = try? store.latestEvents(Self.earlierEvents), !records.isEmpty else { return }
        mailbox.post(.earlier(records))
    }

    private func postExperiments() {
        // Reads files outside the lock, which the screen also takes: disks can be slow.
        var index = shared.withLock { $0.experiments }
        guard let experiments = index.read() else { return }
        shared.withLock { [index] in $0.experiments = index }
        mailbox.post(.experiments(experiments))
    }

    private func postNewestRuns() {
        guard let runs = try? store.runs(newest: Self.newest) else { return }
        mailbox.post(.runs(shared.withLock { $0.runs.entries(runs, [], owner: store.owner(of:)) }))
    }

    private func pollEverySecond() {
        poll()
        storeWorker.async(after: 1) { [weak self] in self?.pollEverySecond() }
    }

    // MARK: Changes

    fileprivate func take(_ news: RunQueue.News) {
        switch news {
        case .failed(let run, let reason):
            shared.withLock { $0.runs.note(failure: reason, of: run) }
            mailbox.post(.notice("\(run): \(reason)", isError: true))
        case .changed: refresh()
        }
    }

    /// Schedules an update of the list of runs; several requests within a short time cause one update.
    private func refresh() {
        let isNew = shared.withLock { shared in
            defer { shared.isRefreshing = true }
            return !shared.isRefreshing
        }
        if isNew { storeWorker.async { [self] in refreshRuns() } }
    }

    private func refreshRuns() {
        shared.withLock { $0.isRefreshing = false }
        do {
            // Reads the queue's entries last: a run that ends meanwhile is then in both lists rather than in neither.
            let queued = queue.entries
            let (runs, flaws) = try store.runsAndFlaws()
            let (entries, speeds, isNew) = shared.withLock { shared in
                let entries = shared.runs.entries(runs, queued, owner: store.owner(of:))
                shared.runs.note(flaws: flaws)
                let speeds = shared.runs.measuredSpeeds
                shared.known = runs
                defer { shared.speedCount = speeds.count }
                return (entries, speeds, speeds.count != shared.speedCount)
            }
            mailbox.post(.runs(entries))
            for flaw in shared.withLock({ $0.runs.takeFlaws() }) {
                mailbox.post(.notice("\(flaw); skipped", isError: true))
            }
            if isNew { mailbox.post(.speeds(speeds)) }
        } catch {
            mailbox.post(.notice(error.description, isError: true))
        }
    }

    /// Polls everything that other processes may have changed.
    private func poll() {
        let running = queue.entries.count { $0.state == .running }
        postExperiments()
        mailbox.post(.machine(shared.withLock { $0.machine.load(queue.budget, running: running) }))
        // Other processes write to the store as well.
        guard let runs = try? store.runs() else { return }
        followOthers(runs)
        if shared.withLock({ $0.known != runs }) { refreshRuns() }
    }

    private func loadFacts(of name: String) {
        guard let facts = try? datasets.facts(of: name) else { return }
        mailbox.post(.dataset(facts))
    }

    // MARK: Effects

    func stopAll() { queue.stopAll() }
    var isIdle: Bool { shared.withLock { $0.writes } == 0 && queue.waitUntilIdle(seconds: 0) }

    func perform(_ effect: Effect) {
        switch effect {
        case .pause(let runs): runs.forEach(queue.pause)
        case .unpause(let runs): runs.forEach(queue.resume)
        case .stop(let runs): runs.forEach(queue.stop)
        case .moveInQueue(let run, let places): queue.move(run, by: places)
        case .launch(let requests): storeWorker.async { [self] in for request in requests { launch(request) } }
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
        case .saveExperiment(let experiment): storeWorker.async { [self] in save(experiment) }
        case .findRate(let experiment): rates.search(experiment, threads: queue.budget.threads)
        case .stopFindingRate: rates.stop()
        case .loadFacts(let dataset):
            // Not on the worker, which a locked store can block.
            onNewThread { [self] in loadFacts(of: dataset) }
        case .loadHistory(let run): storeWorker.async { [self] in loadHistory(of: run) }
        case .loadProfile(let run): storeWorker.async { [self] in loadProfile(of: run) }
        case .loadCheckpoints(let run): storeWorker.async { [self] in loadCheckpoints(of: run) }
        case .loadPredictions(let run, let filter): loadPredictions(run, filter)
        case .savePreferences(let preferences):
            shared.withLock { $0.writes += 1 }
            trying(on: preferencesWorker) { [self] in
                defer { shared.withLock { $0.writes -= 1 } }
                try PreferencesFile.write(preferences)
            }
        case .redraw, .suspend, .quit, .abandon: break
        }
    }

    /// Runs `body` on a worker and posts its error.
    private func trying(on worker: Worker? = nil, _ body: @escaping @Sendable () throws -> Void) {
        (worker ?? storeWorker).async { [self] in
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
            let path = try shared.withLock { $0.experiments }.save(experiment)
            mailbox.post(.notice("saved as \(path)", isError: false))
        } catch {
            mailbox.post(.notSaved(Self.sentence(error)))
        }
        poll()
    }

    private func loadHistory(of name: String) {
        let run = try? store.run(withName: name)
        let records = run.flatMap { try? store.records(of: $0) } ?? []
        mailbox.post(.history(run: name, records))
        guard let run, run.state == .running, !queue.entries.contains(where: { $0.name == name }) else { return }
        let start = records.last { if case .runStarted = $0.event { true } else { false } }
        let watch = Watch(run: run, start: Self.identity(start), last: records.last?.sequence ?? -1)
        shared.withLock { $0.watched[name] = watch }
    }

    /// Identifies a start of a run: resuming reuses sequence numbers.
    private static func identity(_ start: RunRecord?) -> [Double] {
        start.map { [Double($0.sequence), $0.time] } ?? []
    }

    private func loadProfile(of name: String) {
        guard let run = try? store.run(named: name), let facts = run.facts,
            let network = try? run.experiment().network(for: facts)
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

    /// Posts new records of other processes' runs, whether they are shown or not.
    private func followOthers(_ runs: [RunInfo]) {
        let ours = Set(queue.entries.map(\.name))
        for run in runs {
            let known = shared.withLock { shared in
                if ours.contains(run.name) { shared.watched[run.name] = nil }
                return shared.watched[run.name]
            }
            guard !ours.contains(run.name), known != nil || run.state == .running, known?.run != run else { continue }
            guard let watch = try? follow(run, known) else { continue }
            shared.withLock { $0.watched[run.name] = watch }
        }
    }

    private func follow(_ run: RunInfo, _ known: Watch?) throws -> Watch {
        let start = try store.latestStart(of: run)
        let identity = Self.identity(start)
        var last = -1
        if let known, known.start == identity {
            last = known.last
        } else if let start {
            // Earlier records are part of the run's history and the log's earlier events.
            last = start.time < createdAt ? try store.nextSequence(of: run) - 1 : start.sequence - 1
        }
        let new = try store.records(of: run, after: last)
        for record in new { mailbox.post(record) }
        return Watch(run: run, start: identity, last: new.last?.sequence ?? last)
    }

    private func loadPredictions(_ run: String, _ filter: ImageFilter) {
        let number = shared.withLock { shared in
            shared.predictions += 1
            return shared.predictions
        }
        let hasStarted = startThread { [self] in
            predicting.lock()
            defer { predicting.unlock() }
            // Skips an answer if a newer question has been asked meanwhile.
            guard shared.withLock({ $0.predictions }) == number else { return }
            do {
                let info = try store.run(withName: run)
                let experiment = try info.experiment()
                let dataset = try datasets.dataset(of: info)
                let checkpoints = store.checkpoints(of: info)
                guard !checkpoints.all.isEmpty else {
                    throw Failure(message: "\(run) has no checkpoint yet; classifying images needs one")
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
    /// Each layer's share of the time of a step.
    static func shares(_ times: [(layer: Int?, seconds: Double)]) -> [LayerShare] {
        let total = max(times.reduce(0) { $0 + $1.seconds }, .leastNormalMagnitude)
        var seconds: [Int?: Double] = [:]
        for time in times { seconds[time.layer, default: 0] += time.seconds }
        return seconds.map { LayerShare(layer: $0.key, share: $0.value / total) }
            .sorted { ($0.layer ?? .max) < ($1.layer ?? .max) }
    }
}

/// Forwards the queue's events to the backend, which is created after the queue.
private final class Relay: Sendable {
    // Stores the object rather than a closure, which would be wrapped again each time it passes through a generic type.
    private struct Listener {
        weak var bench: LiveBackend?
    }

    private let listener = Mutex(Listener())

    func connect(_ bench: LiveBackend) { listener.withLock { $0.bench = bench } }

    func send(_ news: RunQueue.News) { listener.withLock { $0.bench }?.take(news) }
}
