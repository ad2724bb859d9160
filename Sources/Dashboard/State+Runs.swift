// Commands that start, hold, end and forget runs, and the form for new ones.

internal import Experiments

extension State {
    /// Starts the experiments among the selected or marked rows; opens a run, or a cell of the confusion matrix.
    mutating func open() -> [Effect] {
        if tab == .pictures {
            guard let run = pictures.run, pictures.panel == .matrix, pictures.report != nil else { return [] }
            let filter = PictureFilter.cell(truth: pictures.truth, prediction: pictures.prediction)
            pictures.panel = .pictures
            return [pictures.load(run, filter)]
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
                say("only runs are marked; R trains them again, r goes on with them", isError: true)
            }
            return []
        }
        if !list.marks.isEmpty { list.unmarkAll() }
        return [.launch(requests)]
    }

    /// Carries out what concerns the selected or marked runs.
    mutating func control(_ command: Command) -> [Effect] {
        if command == .confirm { return confirm() }
        let runs = selectedRuns
        guard !runs.isEmpty else {
            say("no run is selected; Enter starts an experiment", isError: true)
            return []
        }
        switch command {
        case .stop:
            return names(of: runs, "nothing to stop: no selected run goes on") { $0.isOurs && $0.state.isActive }
                .map { [.stop($0)] } ?? []
        case .pause:
            let running = runs.filter { $0.isOurs && $0.state == .running }
            if running.isEmpty, runs.contains(where: { $0.state == .paused }) {
                return names(of: runs, "") { $0.isOurs && $0.state == .paused }.map { [.unpause($0)] } ?? []
            }
            return names(of: runs, "nothing to pause: no selected run computes now") {
                $0.isOurs && $0.state == .running
            }.map { [.pause($0)] } ?? []
        case .resume:
            let paused = runs.filter { $0.isOurs && $0.state == .paused }.map(\.name)
            if !paused.isEmpty { return [.unpause(paused)] }
            return names(of: runs, "nothing to resume: no selected run was stopped before its end") {
                [.stopped, .interrupted, .failed].contains($0.state)
            }.map { [.resume($0)] } ?? []
        case .restart:
            return names(of: runs, "nothing to train again: stop a run first") { !$0.state.isActive }
                .map { [.restart($0)] } ?? []
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

    /// The names of those runs that a command is for; says why where there is none.
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
        if case .sort(let place) = dialog { sort(by: SortView.choices[place]) }
        if case .delete(let names) = dialog { return [.delete(names)] }
        return []
    }

    /// Opens the form for a variant of the selected row.
    mutating func openForm(isFork: Bool) -> [Effect] {
        let row = tab == .run ? selectedRun.map(ListRow.run) : list.selectedRow
        if isFork {
            guard let run = row?.run, run.step > 0 else {
                say("fork goes on from a run's checkpoint; select a run that has trained", isError: true)
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
        let experiment: Experiment
        switch form.result {
        case .success(let made): experiment = made
        case .failure(let flaw):
            if let field = flaw.field { self.form?.select(field) }
            say(flaw.problem, isError: true)
            return []
        }
        var effects: [Effect] = []
        if saving { effects.append(.saveExperiment(experiment)) }
        if launching { effects.append(.launch([LaunchRequest(experiment: experiment, parent: form.fork)])) }
        unsavedForm = launching ? nil : form
        self.form = nil
        dialog = .none
        return effects
    }

    /// Gives back what could not be saved, so that nothing typed is lost; a run that was launched has it.
    mutating func take(notSaved problem: String) {
        say(problem, isError: true)
        guard dialog == .none, let unsavedForm else { return }
        (form, dialog) = (unsavedForm, .form)
    }
}
