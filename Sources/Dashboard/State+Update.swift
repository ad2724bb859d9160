// How messages change the state. State+Input.swift converts keys and mouse events to commands, which
// State+Commands.swift carries out.

internal import Experiments
internal import Screen

extension State {
    /// Updates the state with a message and returns the effects to carry out.
    package mutating func update(_ message: Message) -> [Effect] {
        var effects: [Effect] = []
        let liked = preferences
        let searched = form?.rateSearch?.running
        switch message {
        case .input(let input): effects = take(input)
        case .tick(let seconds, let time): take(tick: seconds, at: time)
        case .experiments(let entries):
            catalog.take(experiments: entries)
            isLoaded = true
            refreshList()
        case .runs(let runs):
            catalog.take(runs: runs, at: now)
            isLoaded = true
            refreshList()
        case .history(let run, let records):
            catalog.take(history: records, of: run)
        case .records(let records):
            catalog.take(records: records, at: now)
            for record in records { log.append(record) }
            let runs = Set(records.map(\.run)).compactMap { catalog.run(named: $0) }
            if !list.follow(runs) { refreshList() }
            effects = imagesAfter(records)
        case .earlier(let records): log.putBefore(records)
        case .replay(let replay): self.replay = replay
        case .machine(let load): machine = load
        case .dataset(let facts): catalog.datasets[facts.name] = facts
        case .speeds(let samples): catalog.measuredSpeeds = samples
        case .profile(let run, let shares): catalog.take(profile: shares, of: run)
        case .predictions(let run, let filter, let answer):
            images.take(answer, of: run, filter)
            scrollMatrix()
        case .launched(let request, let answer): take(answer, to: request)
        case .checkpoints(let run, let entries): if form?.parent == run { form?.offer(entries) }
        case .rates(let experiment, let answer): form?.rateSearch?.take(answer, for: experiment)
        case .notSaved(let problem): take(notSaved: problem)
        case .notice(let text, let isError): say(text, isError: isError)
        case .log(let text): log.append(text, at: time)
        case .askedToQuit: effects = perform(.quit)
        }
        if let flaw = notice?.flaw, form?.flaws.contains(flaw) != true { notice = nil }
        form?.dropOldRates()
        if searched != nil, form?.rateSearch?.running != searched {
            effects.insert(.stopFindingRate, at: 0)
        }
        if preferences != liked { effects.append(.savePreferences(preferences)) }
        return effects + wanted()
    }

    private mutating func take(tick seconds: Double, at time: Double) {
        self.time = time
        let first = firstTick ?? seconds
        firstTick = first
        now = max(seconds - first, now)
        if let notice, now - notice.since > (notice.isError ? 12 : 6) { self.notice = nil }
    }

    mutating func refreshList() {
        list.refresh(catalog, preferences)
        let catalog = catalog
        launching.removeAll { $0.run.map { catalog.run(named: $0) != nil } ?? false }
        if let name = list.awaited, catalog.run(named: name) != nil {
            list.select(whenItComes: nil)
            say("launched \(name), which the filter hides")
        }
        scrollList()
    }

    /// Scrolls to the selected row.
    mutating func scrollList() { list.scroll(toShow: Layout(self).visibleRows) }

    /// Shows a sentence for a while, or until a flaw of the form is fixed, and adds it to the log.
    mutating func say(_ text: String, isError: Bool = false, until flaw: VariantForm.Flaw? = nil) {
        notice = Notice(text: text, isError: isError, since: now, flaw: flaw)
        log.append(text, level: isError ? .bad : .plain, at: time)
    }

    /// Requests images that were waiting for a checkpoint.
    private mutating func imagesAfter(_ records: [RunRecord]) -> [Effect] {
        guard tab == .images, let run = images.run, images.problem != nil,
            records.contains(where: { $0.run == run && $0.isCheckpoint })
        else { return [] }
        return [images.load(run, images.filter)]
    }

    /// Returns requests for what the view lacks and has not requested yet.
    private mutating func wanted() -> [Effect] {
        let shown = shownRuns
        var effects = catalog.histories(toAskFor: shown.map(\.name)).map { Effect.loadHistory(run: $0) }
        for dataset in wantedDatasets where askedDatasets.insert(dataset).inserted {
            effects.append(.loadFacts(dataset: dataset))
        }
        if tab == .run, let run = shown.first, run.step > 0, askedProfiles.insert(run.name).inserted {
            effects.append(.loadProfile(run: run.name))
        }
        if tab == .images, let run = shown.first, run.name != images.run, run.step > 0 {
            effects.append(images.load(run.name, images.filter))
        }
        return effects
    }

    /// Data sets that the shown costs depend on. A run records the facts of its own.
    private var wantedDatasets: [String] {
        let row = list.selectedRow
        let isKnown = row?.run.map { $0.data?.facts?.storedBytes != nil } ?? false
        return [isKnown ? nil : row?.experiment, form?.preview].compactMap { $0?.data.dataset }
    }
}

extension RunRecord {
    fileprivate var isCheckpoint: Bool { if case .checkpointSaved = event { true } else { false } }
}
