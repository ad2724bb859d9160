// Commands that start, pause, stop and delete runs, and the form for new ones.

internal import Experiments

extension State {
    /// Launches the selected or marked experiments; opens a run, or a cell of the confusion matrix.
    mutating func open() -> [Effect] {
        if tab == .images {
            guard let run = images.run, images.panel == .matrix, images.report != nil else { return [] }
            let filter = ImageFilter.cell(truth: images.truth, prediction: images.prediction)
            images.panel = .images
            return [images.load(run, filter)]
        }
        list.holdSelection()
        if list.marks.isEmpty, list.selectedRow?.run != nil {
            show(.run)
            return []
        }
        let targets = list.targets
        let requests = targets.compactMap { row -> LaunchRequest? in
            guard case .experiment(let entry) = row, case .success(let experiment) = entry.content else { return nil }
            return LaunchRequest(experiment: experiment, path: entry.path)
        }
        guard !requests.isEmpty else {
            if let problem = targets.lazy.compactMap(\.problem).first {
                say(problem, isError: true)
            } else if !targets.isEmpty {
                say("only runs are marked; R trains them again, r resumes them", isError: true)
            }
            return []
        }
        return ask(.new(requests)) ? [] : launch(.new(requests))
    }

    /// Maximum number of runs that are launched without confirmation.
    private static let maxUnasked = 5
    /// Maximum seconds of training that are launched without confirmation.
    private static let longestUnasked = 3600.0

    /// Asks for confirmation before launching much, or something trained before; returns `false` if there is nothing to
    /// confirm.
    private mutating func ask(_ launch: Launch) -> Bool {
        let experiments = experiments(of: launch)
        var isAgain = false
        if case .new = launch { isAgain = experiments.contains { !twins(of: $0).isEmpty } }
        let isMuch = experiments.count > Self.maxUnasked || seconds(of: experiments) ?? 0 > Self.longestUnasked
        if isAgain || isMuch { dialog = .launch(launch) }
        return isAgain || isMuch
    }

    private mutating func launch(_ launch: Launch) -> [Effect] {
        switch launch {
        case .new(let requests):
            list.unmarkAll()
            for request in requests { launching.append((request, nil)) }
            return [.launch(requests)]
        case .again(let names): return [.restart(names)]
        }
    }

    func experiments(of launch: Launch) -> [Experiment] {
        switch launch {
        case .new(let requests): requests.map(\.experiment)
        case .again(let names): names.compactMap { catalog.run(named: $0)?.experiment }
        }
    }

    /// Returns the total training time of experiments in seconds; `nil` if any of them is unknown.
    func seconds(of experiments: [Experiment]) -> Double? {
        let known = experiments.compactMap { experiment -> Double? in
            guard let sheet = try? CostSheet(experiment, self), let epoch = sheet.totals?.epochSeconds else {
                return nil
            }
            return epoch * Double(experiment.training.epochs)
        }
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// Returns the runs that have, or will have, the same network, data and recipe, including the seed; for experiments
    /// whose runs are not listed yet, their names.
    func twins(of experiment: Experiment) -> [String] {
        func isTwin(_ other: Experiment) -> Bool {
            other.training == experiment.training && other.data == experiment.data
                && other.network == experiment.network
        }
        // A fork starts with other weights.
        return launching.filter { $0.request.parent == nil && isTwin($0.request.experiment) }
            .map { $0.run ?? $0.request.experiment.name }
            + catalog.runs.filter { $0.parent == nil && isTwin($0.experiment) }.map(\.name)
    }

    /// Reports the result of launching an experiment, and selects the run if it was created in the form.
    mutating func take(_ answer: Result<String, Problem>, to request: LaunchRequest) {
        let place = launching.firstIndex { $0.request == request && $0.run == nil }
        switch answer {
        case .success(let run):
            if let place { launching[place].run = run }
            say("launched \(run)")
            if request.path == nil { list.select(whenItComes: run) }
            refreshList()
        case .failure(let problem):
            if let place { launching.remove(at: place) }
            say(problem.description, isError: true)
        }
    }

    /// Carries out a command on the selected or marked runs.
    mutating func control(_ command: Command) -> [Effect] {
        if command == .confirm { return confirm() }
        let runs = selectedRuns
        guard !runs.isEmpty else {
            say("no run is selected; Enter starts an experiment", isError: true)
            return []
        }
        switch command {
        case .stop:
            return names(of: runs, othersRun(runs) ?? "nothing to stop: no selected run is running") {
                $0.isOurs && $0.state.isActive
            }.map { [.stop($0)] } ?? []
        case .pause:
            let running = runs.filter { $0.isOurs && $0.isRunning }
            if running.isEmpty, runs.contains(where: { $0.state == .paused }) {
                return names(of: runs, "") { $0.isOurs && $0.state == .paused }.map { [.unpause($0)] } ?? []
            }
            return names(of: runs, othersRun(runs) ?? "nothing to pause: no selected run is running") {
                $0.isOurs && $0.isRunning
            }.map { [.pause($0)] } ?? []
        case .resume:
            let paused = runs.filter { $0.isOurs && $0.state == .paused }.map(\.name)
            if !paused.isEmpty { return [.unpause(paused)] }
            return names(of: runs, "nothing to resume: no selected run was stopped before its end") {
                [.stopped, .interrupted, .failed].contains($0.state)
            }.map { [.resume($0)] } ?? []
        case .restart:
            guard let names = self.names(of: runs, "nothing to train again: stop a run first", { !$0.state.isActive })
            else { return [] }
            return ask(.again(names)) ? [] : launch(.again(names))
        case .earlier, .later:
            guard let run = runs.first(where: { $0.state == .queued }) else {
                say("only queued runs have a place in the queue", isError: true)
                return []
            }
            return [.moveInQueue(run: run.name, by: command == .earlier ? -1 : 1)]
        case .delete:
            if let names = names(of: runs, "only ended runs can be deleted; s stops a run", { !$0.state.isActive }) {
                dialog = .delete(names)
            }
        default: break
        }
        return []
    }

    /// Returns a message that another process trains one of these runs, and how to stop it; `nil` if none does.
    private func othersRun(_ runs: [RunEntry]) -> String? {
        guard let run = runs.first(where: { !$0.isOurs && $0.isRunning }) else { return nil }
        guard let owner = run.owner else { return "another process trains \(run.name): stop it there with Ctrl-C" }
        return "\(owner.text) trains \(run.name): stop it there with Ctrl-C, or with kill \(owner.process)"
    }

    /// Returns the names of those runs that a command applies to; reports why if there are none.
    private mutating func names(
        of runs: [RunEntry], _ problem: String, _ isMeant: (RunEntry) -> Bool
    ) -> [String]? {
        let names = runs.filter(isMeant).map(\.name)
        guard names.isEmpty else { return names }
        say(problem, isError: true)
        return nil
    }

    private mutating func confirm() -> [Effect] {
        if dialog.takesLine { return confirmLine() }
        defer { dialog = .none }
        switch dialog {
        case .sort(let place): sort(by: SortView.choices[place])
        case .delete(let names): return [.delete(names)]
        case .launch(let launch): return self.launch(launch)
        case .discard: form = nil
        default: break
        }
        return []
    }

    /// Opens the form for a variant of the selected row, or for a fork of the selected run.
    mutating func openForm(isFork: Bool) -> [Effect] {
        let row = tab == .run ? selectedRun.map(ListRow.run) : list.selectedRow
        if isFork {
            guard let run = row?.run, run.step > 0 else {
                say("fork starts from a run's checkpoint; select a run that has trained", isError: true)
                return []
            }
            form = VariantForm(from: run.experiment, forkOf: run.name)
        } else {
            form = VariantForm(from: row?.experiment ?? Experiment(name: "vgg11"))
        }
        dialog = .form
        return form?.parent.map { [.loadCheckpoints(run: $0)] } ?? []
    }

    mutating func finishForm(launching: Bool, saving: Bool) -> [Effect] {
        guard let form else { return [] }
        guard let experiment = form.experiment else {
            if let flaw = form.flaws.first {
                if let row = flaw.row { self.form?.select(row) }
                say(flaw.problem, isError: true, until: flaw)
            }
            return []
        }
        var effects: [Effect] = []
        if saving { effects.append(.saveExperiment(experiment)) }
        if launching {
            let request = LaunchRequest(experiment: experiment, parent: form.fork)
            self.launching.append((request, nil))
            effects.append(.launch([request]))
        }
        unsavedForm = launching ? nil : form
        self.form = nil
        dialog = .none
        return effects
    }

    /// Reopens a form that could not be saved, so that nothing typed is lost, unless a launched run has it.
    mutating func take(notSaved problem: String) {
        say(problem, isError: true)
        guard dialog == .none, let unsavedForm else { return }
        (form, dialog) = (unsavedForm, .form)
    }
}
