// All experiments and runs with what they have said. Keeps them consistent; which are shown, and how, is RunList's work.

internal import Experiments
internal import Model

/// What is known of experiments and runs.
struct Catalog {
    /// Predicts what experiments cost on this machine.
    let costs: any CostModel
    private(set) var experiments: [ExperimentEntry] = []
    private(set) var runs: [RunEntry] = []
    private var places: [String: Int] = [:]
    /// Places of the runs that have not ended, which are few.
    private var activePlaces: [Int] = []
    private(set) var series: [String: RunSeries] = [:]
    private(set) var profiles: [String: [LayerShare]] = [:]
    /// Runs whose history has been asked for, with what they have said since.
    private var waiting: [String: [RunRecord]] = [:]
    /// Runs whose history was given; what the store does not have is not asked for twice.
    private var answered: Set<String> = []
    private var colors: [String: Int] = [:]
    /// What this machine was measured to do, beside what its runs tell.
    var measuredSpeeds: [SpeedSample] = []
    /// The best speed of each kind of network that runs of this machine had.
    private var runSpeeds: [SpeedKey: SpeedSample] = [:]
    /// Runs whose speed was recorded before their first epoch was over.
    private var timed: Set<String> = []
    /// What was found of data sets by their names.
    var datasets: [String: DatasetFacts] = [:]

    init(costs: any CostModel) { self.costs = costs }

    /// The runs that have not ended.
    var activeRuns: [RunEntry] { activePlaces.map { runs[$0] } }

    func run(named name: String) -> RunEntry? { places[name].map { runs[$0] } }

    /// The newest runs of an experiment that have begun.
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

    /// What is known of an experiment's data set: what was found by its name, else what its newest run has recorded.
    func dataset(of experiment: Experiment) -> DatasetFacts? {
        let name = experiment.data.dataset
        return datasets[name] ?? runs.last { $0.data?.facts?.name == name }?.data?.facts
    }

    /// What is known of a run's data set: what it has recorded, else what was found by its name.
    func dataset(of run: RunEntry) -> DatasetFacts? {
        let found = dataset(of: run.experiment)
        guard let own = run.data?.facts else { return found }
        // Version 0.1.0 has recorded less.
        return own.storedBytes == nil && found?.numClasses == own.numClasses ? found : own
    }

    /// A run's network; `nil` while its classes are not known.
    func network(of run: RunEntry) -> Network? {
        if let started = series[run.name]?.started { return started.network }
        return run.data?.facts.flatMap { try? run.experiment.network(numClasses: $0.numClasses) }
    }

    /// What a run took for an epoch, evaluated or not: for its last one, or for all that it has made as long as it has
    /// ended none; `nil` where nothing was measured.
    func epochSeconds(of run: RunEntry) -> Double? {
        let epochs = series[run.name]?.epochs ?? []
        if let last = epochs.last {
            let before = epochs.dropLast().last
            let isNext = before.map { $0.epoch == last.epoch - 1 } ?? (last.epoch == 1)
            let seconds = last.elapsedSeconds - (before?.elapsedSeconds ?? 0)
            if isNext, seconds > 0 { return seconds }
        }
        // A fork's time may be that of its parent.
        guard run.parent == nil, run.epoch > 0, run.stepsPerEpoch > 0, run.elapsedSeconds > 0 else { return nil }
        let passed = Double(run.epoch - 1) + Double(run.stepInEpoch) / Double(run.stepsPerEpoch)
        return passed > 0 ? run.elapsedSeconds / passed : nil
    }

    /// The most memory that a run has taken, or what was predicted when it began; `nil` before.
    func memoryBytes(of run: RunEntry) -> (bytes: Int, isMeasured: Bool)? {
        if let peak = run.peakMemoryBytes { return (peak, true) }
        return series[run.name]?.started.map { ($0.predictedMemoryBytes, false) }
    }

    /// A curve's number, the same as long as the program runs.
    func color(of run: String) -> Int { colors[run] ?? 0 }

    mutating func take(experiments: [ExperimentEntry]) { self.experiments = experiments }

    /// - Parameter now: seconds since the dashboard's begin.
    mutating func take(runs: [RunEntry], at now: Double) {
        let (old, oldPlaces) = (self.runs, self.places)
        self.runs = runs
        places = [:]
        places.reserveCapacity(runs.count)
        for index in runs.indices { places[runs[index].name] = index }
        for index in runs.indices where runs[index].state.isActive {
            giveColor(to: runs[index].name)
            // What a run says arrives faster than what the store knows of it, and tells of the epoch that is running.
            // One that is resumed has lost some of what it said.
            if let place = oldPlaces[runs[index].name], old[place].state.isActive, runs[index].step <= old[place].step {
                self.runs[index].takeFigures(of: old[place])
            }
            if runs[index].isRunning {
                self.runs[index].noteMove(since: oldPlaces[runs[index].name].map { old[$0] }, at: now)
            }
        }
        // Older ones would tell of an older program.
        for run in self.runs.suffix(Self.timedRuns) where oldPlaces[run.name].map({ old[$0] }) != run {
            noteSpeed(of: run)
        }
        findActive()
        series = series.filter { places[$0.key] != nil }
    }

    /// How many of the newest runs tell how fast this machine is.
    private static let timedRuns = 200

    private mutating func findActive() { activePlaces = runs.indices.filter { runs[$0].state.isActive } }

    mutating func giveColor(to run: String) {
        if colors[run] == nil { colors[run] = colors.count }
    }

    mutating func take(records: [RunRecord], at now: Double) {
        for record in records {
            // Until the history comes, what is said now is drawn by itself.
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
        // A run that began in the meantime has said everything itself.
        guard series[run]?.isComplete != true || !history.isEmpty else { return }
        var whole = RunSeries()
        whole.append(history)
        whole.append(waiting[run] ?? [])
        waiting[run] = nil
        series[run] = whole
    }

    mutating func take(profile: [LayerShare], of run: String) { profiles[run] = profile }

    /// What speed depends on.
    private struct SpeedKey: Hashable {
        var work: Double
        var threads: Int
    }

    /// Fewer steps than this say little of a network's speed: caches are cold, and clocks not yet up.
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

    /// Speeds that were measured, and those of runs of this machine.
    var speeds: [SpeedSample] { measuredSpeeds + runSpeeds.values }

    /// Whether a run that another process trains has gone on by a twentieth of an epoch since its history was read.
    private func hasMore(_ run: RunEntry) -> Bool {
        guard !run.isOurs, run.isRunning else { return false }
        return run.step >= (series[run.name]?.points.last?.step ?? 0) + max(run.stepsPerEpoch / 20, 1)
    }

    /// Which of these runs' histories are to be asked for; each only once.
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
    /// Takes over what another entry of the same run knows better.
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

    /// Notes whether it has gone on since it was told of last.
    fileprivate mutating func noteMove(since old: RunEntry?, at now: Double) {
        let hasMoved =
            old.map { $0.step != status.step || $0.evaluatedShare != status.evaluatedShare || $0.state != status.state }
            ?? true
        movedAt = hasMoved ? now : old?.movedAt
    }

    /// Seconds that a run has stood still, beyond what its steps take; `nil` while it makes progress.
    func standstill(at now: Double) -> Double? {
        guard isRunning, let movedAt else { return nil }
        let perStep = status.examplesPerSecond.map { $0 > 0 ? Double(experiment.data.batchSize) / $0 : 0 } ?? 0
        return now - movedAt > max(5, 3 * perStep) ? now - movedAt : nil
    }

    /// Training images a second now: none while it evaluates or stands still.
    func presentRate(at now: Double) -> Double? {
        guard isRunning else { return status.examplesPerSecond }
        return status.evaluatedShare != nil || standstill(at: now) != nil ? 0 : status.examplesPerSecond
    }
}
