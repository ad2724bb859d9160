// Runs in parallel: a worker thread for each, up to a maximum; others wait in order. Independent of the screen; reports
// events to its listener.

internal import Checkpoints
internal import Datasets
package import Experiments
internal import Foundation
package import Model
package import RunStore
internal import Synchronization
internal import Threads
internal import Training

/// Runs that are queued, running or paused. Thread-safe; no method waits for a run.
package final class RunQueue: Sendable {
    /// What a queue reports, on the threads of its runs.
    package enum News: Sendable {
        /// A run could not start or continue, with the reason as one sentence.
        case failed(run: String, reason: String)
        /// A run was queued, started or paused, or has ended.
        case changed
    }

    /// Number of runs that train at once, and their threads.
    package struct Budget: Sendable, Hashable {
        /// Maximum number of runs at once.
        package let jobs: Int
        /// Number of threads of all of them together.
        package let threads: Int

        /// Creates a budget of at least one run with one thread.
        package init(jobs: Int, threads: Int) {
            self.jobs = max(jobs, 1)
            self.threads = max(threads, 1)
        }

        /// Number of threads per run.
        package var threadsPerRun: Int { max(threads / jobs, 1) }
    }

    /// A run in the queue.
    package struct Entry: Sendable, Hashable {
        package let name: String
        /// The experiment to train.
        package let experiment: Experiment
        /// Queued, running (or about to) or paused.
        package let state: RunState
        /// Position among the queued runs, from 1; `nil` for others.
        package let queuePosition: Int?
        /// Number of compute threads.
        package let threads: Int
    }

    /// The number of runs at once and their threads.
    package let budget: Budget
    private let store: RunStore
    private let program: String
    private let isStrict: Bool
    private let datasets: DatasetCache
    private let backend: any Backend
    private let observers: [any RunObserver & Sendable]
    private let listen: @Sendable (News) -> Void
    private let jobs = Mutex<[Job]>([])
    private let workers = DispatchGroup()

    /// - Parameters:
    ///   - program: the program and its version.
    ///   - isStrict: whether warnings prevent a run from starting.
    ///   - observers: observe every run, on its thread.
    ///   - listen: called on any thread; must not block.
    package init(
        _ store: RunStore, budget: Budget, datasets: DatasetCache, backend: any Backend, program: String,
        isStrict: Bool = false,
        observers: [any RunObserver & Sendable] = [], listen: @escaping @Sendable (News) -> Void
    ) {
        self.store = store
        self.budget = budget
        self.datasets = datasets
        self.backend = backend
        self.program = program
        self.isStrict = isStrict
        self.observers = observers
        self.listen = listen
    }

    /// All runs that have not ended, in queue order.
    package var entries: [Entry] {
        jobs.withLock { jobs in
            var place = 0
            return jobs.map { job in
                let state: RunState =
                    switch job.phase {
                    case .waiting, .waitingToResume: .queued
                    case .running: .running
                    case .paused: .paused
                    }
                if state == .queued { place += 1 }
                return Entry(
                    name: job.name, experiment: job.experiment, state: state,
                    queuePosition: state == .queued ? place : nil, threads: budget.threadsPerRun)
            }
        }
    }

    /// Starts an experiment as a new run, or queues it.
    ///
    /// - Parameter run: a run whose data to use, if it still exists.
    /// - Returns: the run's name.
    @discardableResult
    package func launch(_ experiment: Experiment, like run: RunInfo? = nil) throws(RunStoreError) -> String {
        let reserved = try store.reserve(for: experiment)
        add(Job(reserved.name, experiment, .new(reserved, like: run)))
        return reserved.name
    }

    /// Starts a new run from another one's checkpoint, `best`, `last`, `step:N` or `epoch:N`, or queues it. It gets its
    /// own copy of the checkpoint immediately, independent of what happens to the other run.
    ///
    /// - Returns: the new run's name.
    /// - Throws: `FileError` if there is no such checkpoint, or `RunStoreError`.
    @discardableResult
    package func fork(_ parent: RunInfo, at checkpoint: String, _ experiment: Experiment) throws -> String {
        let found = try store.checkpoint(named: checkpoint, of: parent).checkpoint
        let reserved = try store.reserve(for: experiment)
        do {
            let checkpoint = try reserved.checkpoints.take(over: found)
            if let best = try checkpoint.position().bestEpoch {
                try store.hand(epochEndingAt: best.step, of: parent, to: reserved.checkpoints)
            }
            add(Job(reserved.name, experiment, .fork(reserved, parent, checkpoint)))
        } catch {
            store.release(reserved)
            throw error
        }
        return reserved.name
    }

    /// Resumes a run that ended before its last epoch.
    package func resume(_ run: RunInfo) throws(RunStoreError) {
        add(Job(run.name, try run.experiment(), .resume(run)))
    }

    /// Pauses a run after its current step. Other runs can use its threads meanwhile.
    package func pause(_ name: String) {
        change(name) { job in
            guard job.phase == .running || job.phase == .waitingToResume else { return }
            job.phase = .paused
            job.pause.request()
        }
    }

    /// Resumes a paused run once there is room.
    package func resume(_ name: String) {
        change(name) { job in if job.phase == .paused { job.phase = .waitingToResume } }
    }

    /// Stops a run and saves its state; removes a queued one.
    package func stop(_ name: String) {
        jobs.withLock { jobs in
            takeOut(of: &jobs) { $0.name == name }
            jobs.first { $0.name == name }?.stop.request()
        }
        schedule()
    }

    /// Stops all runs and saves their state.
    package func stopAll() {
        jobs.withLock { jobs in
            takeOut(of: &jobs) { _ in true }
            for job in jobs { job.stop.request() }
        }
        listen(.changed)
    }

    /// Removes runs that have not started.
    private func takeOut(of jobs: inout [Job], _ isMeant: (Job) -> Bool) {
        for job in jobs where job.phase == .waiting && isMeant(job) { release(job) }
        jobs.removeAll { $0.phase == .waiting && isMeant($0) }
    }

    /// Releases the name of a run that was not created.
    private func release(_ job: Job) {
        switch job.origin {
        case .new(let reserved, _), .fork(let reserved, _, _): store.release(reserved)
        case .resume: break
        }
    }

    /// Moves a queued run by this many positions; negative is earlier.
    package func move(_ name: String, by places: Int) {
        jobs.withLock { jobs in
            var waiting = jobs.filter { $0.phase == .waiting }
            guard let from = waiting.firstIndex(where: { $0.name == name }) else { return }
            let job = waiting.remove(at: from)
            waiting.insert(job, at: min(max(from + places, 0), waiting.count))
            jobs = jobs.filter { $0.phase != .waiting } + waiting
        }
        listen(.changed)
    }

    /// Waits until all runs have ended, for at most this many seconds.
    ///
    /// - Returns: whether they have.
    package func waitUntilIdle(seconds: Double) -> Bool { workers.wait(timeout: .now() + seconds) == .success }

    private func add(_ job: Job) {
        jobs.withLock { jobs in
            // A run that is already in the queue is not started twice.
            if !jobs.contains(where: { $0.name == job.name }) { jobs.append(job) }
        }
        schedule()
    }

    private func change(_ name: String, _ body: (inout Job) -> Void) {
        jobs.withLock { jobs in
            guard let index = jobs.firstIndex(where: { $0.name == name }) else { return }
            body(&jobs[index])
        }
        schedule()
    }

    /// Starts runs in order as far as there is room.
    private func schedule() {
        let failed = jobs.withLock { jobs in
            var running = jobs.count { $0.phase == .running }
            var failed: [Job] = []
            for index in jobs.indices where running < budget.jobs {
                switch jobs[index].phase {
                case .waiting:
                    guard start(jobs[index]) else {
                        failed.append(jobs[index])
                        continue
                    }
                case .waitingToResume: jobs[index].pause.clear()
                case .running, .paused: continue
                }
                jobs[index].phase = .running
                running += 1
            }
            jobs.removeAll { job in failed.contains { $0.name == job.name } }
            return failed
        }
        for job in failed {
            release(job)
            listen(.failed(run: job.name, reason: "no thread could be started for it; raise the limit (ulimit -u)"))
        }
        listen(.changed)
    }

    /// - Returns: whether a thread could be started.
    private func start(_ job: Job) -> Bool {
        workers.enter()
        let hasStarted = startThread { [self] in
            do {
                try work(on: job)
            } catch {
                release(job)
                listen(.failed(run: job.name, reason: "\(error)"))
            }
            jobs.withLock { jobs in jobs.removeAll { $0.name == job.name } }
            // Starts queued runs before this one is removed, so that the queue is not idle in between.
            schedule()
            workers.leave()
        }
        if !hasStarted { workers.leave() }
        return hasStarted
    }

    private func work(on job: Job) throws {
        let dataset =
            switch job.origin {
            case .new(_, let run?), .fork(_, let run, _): try datasets.dataset(for: job.experiment, like: run)
            case .new(_, nil): try datasets.dataset(named: job.experiment.data.dataset)
            case .resume(let run): try datasets.dataset(of: run)
            }
        let prepared = try PreparedExperiment(
            job.experiment, data: TrainingData(dataset, for: job.experiment), threads: budget.threadsPerRun,
            machine: .current, backend: backend)
        if isStrict { try prepared.refuseWarnings() }
        let session =
            switch job.origin {
            case .new(let reserved, _): try RunSession.new(prepared, as: reserved, in: store, program: program)
            case .resume(let run): try RunSession.resume(run, prepared, in: store, isStrict: isStrict)
            case .fork(let reserved, let parent, let checkpoint):
                try RunSession.fork(
                    parent, at: checkpoint, prepared, as: reserved, in: store, program: program, isStrict: isStrict)
            }
        listen(.changed)
        _ = session.train(stop: job.stop, pause: job.pause, observers: observers)
    }
}

/// A run that has not ended.
private struct Job: Sendable {
    enum Phase {
        case waiting, running, paused
        /// Resumed, but waiting for room.
        case waitingToResume
    }

    /// What a run starts from.
    enum Origin {
        case new(ReservedRun, like: RunInfo?)
        case resume(RunInfo)
        case fork(ReservedRun, RunInfo, SavedCheckpoint)
    }

    let name: String
    let experiment: Experiment
    let origin: Origin
    var phase = Phase.waiting
    let stop = StopRequest()
    let pause = PauseRequest()

    init(_ name: String, _ experiment: Experiment, _ origin: Origin) {
        self.name = name
        self.experiment = experiment
        self.origin = origin
    }
}
