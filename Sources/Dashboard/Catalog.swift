// All experiments and runs with their recorded values, kept consistent. RunList decides which are shown, and how.

internal import Experiments
internal import Model

struct Catalog {
    /// Predicts the costs of experiments on this machine.
    let costs: any CostModel
    private(set) var experiments: [ExperimentEntry] = []
    private(set) var runs: [RunEntry] = []
    private var places: [String: Int] = [:]
    /// Indices of the few runs that have not ended.
    private var activePlaces: [Int] = []
    private(set) var series: [String: RunSeries] = [:]
    private(set) var profiles: [String: [LayerShare]] = [:]
    /// Runs whose history was requested, with the records that arrived since.
    private var waiting: [String: [RunRecord]] = [:]
    /// Runs whose history was received; one that the store does not have is not requested again.
    private var answered: Set<String> = []
    private var colors: [String: Int] = [:]
    /// Speeds measured on this machine, apart from those of `runs`.
    var measuredSpeeds: [SpeedSample] = []
    /// The best speed for each kind of network, from this machine's runs.
    private var runSpeeds: [SpeedKey: SpeedSample] = [:]
    /// Runs whose speed was recorded before the end of their first epoch.
    private var timed: Set<String> = []
    /// Known data sets by name.
    var datasets: [String: DatasetFacts] = [:]

    init(costs: any CostModel) { self.costs = costs }

    var activeRuns: [RunEntry] { activePlaces.map { runs[$0] } }

    func run(named name: String) -> RunEntry? { places[name].map { runs[$0] } }

    /// Returns the newest runs of an experiment that have started.
    func newestRuns(of experiment: String, atMost most: Int) -> [RunEntry] {
        var newest: [Int] = []
        for index in runs.indices
        where runs[index].state != .queued && runs[index].experiment.name == experiment {
            let place = newest.firstIndex { runs[$0].createdAt < runs[index].createdAt } ?? newest.count
            guard place < most else { continue }
            newest.insert(index, at: place)
            if newest.count > most { newest.removeLast() }
        }
        return newest.map { runs[$0] }
    }

    /// Returns the facts of an experiment's data set: found by its name, else recorded by its newest run.
    func dataset(of experiment: Experiment) -> DatasetFacts? {
        let name = experiment.data.dataset
        return datasets[name] ?? runs.last { $0.data?.facts?.name == name }?.data?.facts
    }

    /// Returns the facts of a run's data set: recorded by the run, else found by name.
    func dataset(of run: RunEntry) -> DatasetFacts? {
        let found = dataset(of: run.experiment)
        guard let own = run.data?.facts else { return found }
        // Version 0.1.0 recorded less.
        return own.storedBytes == nil && found?.numClasses == own.numClasses ? found : own
    }

    /// Returns a run's network; `nil` while the number of classes is unknown.
    func network(of run: RunEntry) -> Network? {
        if let started = series[run.name]?.started { return started.network }
        return run.data?.facts.flatMap { try? run.experiment.network(for: $0) }
    }

    /// Returns the seconds that an epoch of a run took, with its evaluation if there is one: for its last epoch, or for
    /// the whole run until its first epoch has ended; `nil` if nothing was measured.
    func epochSeconds(of run: RunEntry) -> Double? {
        let epochs = series[run.name]?.epochs ?? []
        if let last = epochs.last {
            let before = epochs.dropLast().last
            let isNext = before.map { $0.epoch == last.epoch - 1 } ?? (last.epoch == 1)
            let seconds = last.elapsedSeconds - (before?.elapsedSeconds ?? 0)
            if isNext, seconds > 0 { return seconds }
        }
        // A fork's time may include that of its parent.
        guard run.parent == nil, run.epoch > 0, run.stepsPerEpoch > 0, run.elapsedSeconds > 0 else { return nil }
        let passed = Double(run.epoch - 1) + Double(run.stepInEpoch) / Double(run.stepsPerEpoch)
        return passed > 0 ? run.elapsedSeconds / passed : nil
    }

    /// Returns a run's peak memory, or the prediction made when it started; `nil` before.
    func memoryBytes(of run: RunEntry) -> (bytes: Int, isMeasured: Bool)? {
        if let peak = run.peakMemoryBytes { return (peak, true) }
        return series[run.name]?.started.map { ($0.predictedMemoryBytes, false) }
    }

    /// Returns the number of a run's curve colour, which never changes while the program runs.
    func color(of run: String) -> Int { colors[run] ?? 0 }

    mutating func take(experiments: [ExperimentEntry]) { self.experiments = experiments }

    /// - Parameter now: seconds since the dashboard started.
    mutating func take(runs: [RunEntry], at now: Double) {
        let (old, oldPlaces) = (self.runs, self.places)
        self.runs = runs
        places = [:]
        places.reserveCapacity(runs.count)
        for index in runs.indices { places[runs[index].name] = index }
        for index in runs.indices where runs[index].state.isActive {
            giveColor(to: runs[index].name)
            // Records arrive earlier than the store's row and include the running epoch. A resumed run has lost some of
            // its records.
            if let place = oldPlaces[runs[index].name], old[place].state.isActive, runs[index].step <= old[place].step {
                self.runs[index].takeFigures(of: old[place])
            }
            if runs[index].isRunning {
                self.runs[index].noteMove(since: oldPlaces[runs[index].name].map { old[$0] }, at: now)
            }
        }
        // Older runs may have been trained by an older version.
        for run in self.runs.suffix(Self.timedRuns) where oldPlaces[run.name].map({ old[$0] }) != run {
            noteSpeed(of: run)
        }
        findActive()
        series = series.filter { places[$0.key] != nil }
    }

    /// Number of the newest runs used to measure this machine's speed.
    private static let timedRuns = 200

    private mutating func findActive() { activePlaces = runs.indices.filter { runs[$0].state.isActive } }

    mutating func giveColor(to run: String) {
        if colors[run] == nil { colors[run] = colors.count }
    }

    mutating func take(records: [RunRecord], at now: Double) {
        for record in records {
            // Until the history arrives, new records are drawn alone.
            let isNew = series[record.run, default: RunSeries()].append(record)
            if record.sequence == 0 { waiting[record.run] = nil }
            waiting[record.run]?.append(record)
            guard isNew, let index = places[record.run] else { continue }
            let wasActive = runs[index].state.isActive
            runs[index].status.follow(record.event)
            runs[index].movedAt = now
            if wasActive != runs[index].state.isActive { findActive() }
            switch record.event {
            case .epochFinished: noteSpeed(of: runs[index])
            case .progress(let progress) where progress.step >= Self.minSteps && timed.insert(record.run).inserted:
                noteSpeed(of: runs[index])
            case .runFinished: runs[index].endedAt = record.time
            default: break
            }
        }
    }

    mutating func take(history: [RunRecord], of run: String) {
        answered.insert(run)
        // A run that started meanwhile has posted all its records.
        guard series[run]?.isComplete != true || !history.isEmpty else { return }
        var whole = RunSeries()
        whole.append(history)
        whole.append(waiting[run] ?? [])
        waiting[run] = nil
        series[run] = whole
    }

    mutating func take(profile: [LayerShare], of run: String) { profiles[run] = profile }

    /// What a speed depends on.
    private struct SpeedKey: Hashable {
        var work: Double
        var threads: Int
    }

    /// Fewer steps say little about a network's speed: caches are cold, and clock rates still low.
    private static let minSteps = 20

    private mutating func noteSpeed(of run: RunEntry) {
        guard run.isOurs, run.step >= Self.minSteps, let rate = run.examplesPerSecond, rate > 0,
            let network = network(of: run)
        else { return }
        let work = costs.trainingWork(of: network, batchSize: run.experiment.data.batchSize)
        let sample = SpeedSample(work: work, examplesPerSecond: rate, threads: run.threads)
        let key = SpeedKey(work: sample.work, threads: sample.threads)
        if rate > runSpeeds[key]?.examplesPerSecond ?? 0 { runSpeeds[key] = sample }
    }

    /// Measured speeds, including those of this machine's runs.
    var speeds: [SpeedSample] { measuredSpeeds + runSpeeds.values }

    /// Returns whether another process's run has advanced by a twentieth of an epoch since its history was read.
    private func hasMore(_ run: RunEntry) -> Bool {
        guard !run.isOurs, run.isRunning else { return false }
        return run.step >= (series[run.name]?.points.last?.figures.step ?? 0) + max(run.stepsPerEpoch / 20, 1)
    }

    /// Returns the runs whose histories must be requested; each is returned only once.
    mutating func histories(toAskFor names: [String]) -> [String] {
        names.filter { name in
            giveColor(to: name)
            guard let run = run(named: name), run.state != .queued, waiting[name] == nil else { return false }
            let isMissing = series[name]?.isComplete != true && !answered.contains(name)
            guard isMissing || hasMore(run) else { return false }
            waiting[name] = []
            return true
        }
    }
}

extension RunEntry {
    /// Copies the values that another entry of the same run knows better.
    fileprivate mutating func takeFigures(of known: RunEntry) {
        let known = known.status
        (status.epoch, status.step, status.stepInEpoch) = (known.epoch, known.step, known.stepInEpoch)
        (status.loss, status.trainAccuracy) = (known.loss, known.trainAccuracy)
        (status.examplesPerSecond, status.elapsedSeconds) = (known.examplesPerSecond, known.elapsedSeconds)
        status.remainingSeconds = known.remainingSeconds
        status.meanExamplesPerSecond = known.meanExamplesPerSecond
        if isOurs { status.evaluatedShare = known.evaluatedShare }
        status.testAccuracy = known.testAccuracy ?? status.testAccuracy
        status.bestAccuracy = known.bestAccuracy ?? status.bestAccuracy
        status.bestEpoch = known.bestEpoch ?? status.bestEpoch
        if status.stepsPerEpoch == 0 { status.stepsPerEpoch = known.stepsPerEpoch }
    }

    /// Records whether the run has advanced since its previous entry.
    fileprivate mutating func noteMove(since old: RunEntry?, at now: Double) {
        let hasMoved =
            old.map { $0.step != status.step || $0.evaluatedShare != status.evaluatedShare || $0.state != status.state }
            ?? true
        movedAt = hasMoved ? now : old?.movedAt
    }

    /// Returns the seconds without progress, beyond the duration of a step; `nil` while the run makes progress.
    func standstill(at now: Double) -> Double? {
        guard isRunning, let movedAt else { return nil }
        let perStep = status.examplesPerSecond.map { $0 > 0 ? Double(experiment.data.batchSize) / $0 : 0 } ?? 0
        return now - movedAt > max(5, 3 * perStep) ? now - movedAt : nil
    }

    /// Returns the current training images per second: 0 while it evaluates or stands still.
    func presentRate(at now: Double) -> Double? {
        guard isRunning else { return status.examplesPerSecond }
        return status.evaluatedShare != nil || standstill(at: now) != nil ? 0 : status.examplesPerSecond
    }
}
