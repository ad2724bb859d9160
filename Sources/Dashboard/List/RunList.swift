// The list of experiments and runs: which rows there are, in which order, which is selected and which are marked.
// Drawing it is RunListView's work.

internal import ExperimentFiles
internal import Experiments

/// The list's state.
struct RunList: Hashable {
    /// The rows that the filter lets through, sorted.
    private(set) var rows: [ListRow] = []
    /// How many rows there are without the filter.
    private(set) var total = 0
    private(set) var selected: RowID?
    /// Place of the selected row; `nil` without rows.
    private(set) var selectedIndex: Int?
    /// Whether the user has chosen the selected row; until then it is the first one.
    private var isChosen = false
    private(set) var marks: Set<RowID> = []
    /// The filter in force, as it was typed.
    private(set) var filterText = ""
    /// Why the text that was typed last is not in force; the last one that could be read is.
    private(set) var filterProblem: String?
    private var filter = RunFilter()
    /// Which rows are seen.
    private(set) var scroll = ScrollState()
    private var sort: ListColumn?
    private var isDescending = false
    /// A run that is to be selected as soon as it is there, unless another row is chosen first.
    private(set) var awaited: String?

    var selectedRow: ListRow? { selectedIndex.map { rows[$0] } }

    /// The marked rows, or the selected one where none is marked.
    var targets: [ListRow] {
        let marked = marks.isEmpty ? [] : rows.filter { marks.contains($0.id) }
        return marked.isEmpty ? [selectedRow].compactMap(\.self) : marked
    }

    /// The runs whose curves are wanted: the marked ones, else the selected one, else those of the selected experiment.
    func shownRuns(in catalog: Catalog, atMost most: Int) -> [RunEntry] {
        let marked = marks.isEmpty ? [] : rows.compactMap { marks.contains($0.id) ? $0.run : nil }
        if !marked.isEmpty { return marked }
        switch selectedRow {
        case .run(let run): return [run]
        case .experiment(let entry):
            guard let name = try? entry.content.get().name else { return [] }
            return catalog.newestRuns(of: name, atMost: most)
        case nil: return []
        }
    }

    /// Makes the rows again after anything has changed that they depend on.
    mutating func refresh(_ catalog: Catalog, _ preferences: Preferences) {
        sort = ListColumn.named(preferences.sortColumn)
        isDescending = preferences.isDescending
        let old = isChosen ? selectedIndex : 0
        let all = catalog.runs.map(ListRow.run) + catalog.experiments.map(ListRow.experiment)
        total = all.count
        rows = sorted(filter == RunFilter() ? all : all.filter { $0.matches(filter) })
        if !marks.isEmpty { marks.formIntersection(all.map(\.id)) }
        if let name = awaited, let index = rows.firstIndex(where: { $0.id == .run(name) }) {
            select(index)
        } else {
            selectedIndex = rows.firstIndex { $0.id == selected }
            if selectedIndex == nil || !isChosen { place(selectionAt: old ?? 0) }
        }
    }

    /// Selects a run when it comes; `nil` waits no more.
    mutating func select(whenItComes run: String?) { awaited = run }

    /// Takes over what runs have said where that changes neither which rows there are nor their order.
    ///
    /// - Returns: whether that was enough.
    mutating func follow(_ runs: some Collection<RunEntry>) -> Bool {
        guard sort == nil, filter == RunFilter() else { return false }
        for run in runs {
            guard let index = rows.firstIndex(where: { $0.id == .run(run.name) }),
                rows[index].state == run.stateText
            else { return false }
            rows[index] = .run(run)
        }
        return true
    }

    private func sorted(_ rows: [ListRow]) -> [ListRow] {
        if let sort, sort.number == nil {
            let texts = rows.enumerated().map { (text: sort.text($0.element), place: $0.offset) }
            return texts.sorted { left, right in
                left.text == right.text ? left.place < right.place : (left.text < right.text) != isDescending
            }.map { rows[$0.place] }
        }
        // Rows are large, and there may be thousands: their keys are sorted in their place.
        let keys = rows.indices.map { place in
            guard let number = sort?.number else { return SortKey(ownOrderOf: rows[place], at: place) }
            let value = number(rows[place])
            return SortKey(
                rank: value == nil ? 1 : 0, number: (value ?? 0) * (isDescending ? -1 : 1), tie: place, place: place)
        }
        return keys.sorted { $0.isBefore($1) }.map { rows[$0.place] }
    }

    /// What a row is sorted by.
    fileprivate struct SortKey {
        var rank: Int
        var number: Double
        var tie: Int
        let place: Int

        func isBefore(_ other: SortKey) -> Bool { (rank, number, tie) < (other.rank, other.number, other.tie) }
    }

    private mutating func place(selectionAt index: Int) {
        selectedIndex = rows.isEmpty ? nil : min(max(index, 0), rows.count - 1)
        selected = selectedIndex.map { rows[$0].id }
    }

    mutating func select(_ index: Int) {
        (isChosen, awaited) = (true, nil)
        place(selectionAt: index)
    }

    /// Keeps the selected row selected, wherever it goes.
    mutating func holdSelection() { isChosen = true }

    mutating func move(by rows: Int) {
        let (place, overflows) = (selectedIndex ?? 0).addingReportingOverflow(rows)
        select(overflows ? (rows < 0 ? 0 : .max) : place)
    }

    mutating func toggleMark() {
        guard let selected else { return }
        toggleMark(selected)
    }

    mutating func toggleMark(_ id: RowID) {
        isChosen = true
        if marks.remove(id) == nil { marks.insert(id) }
    }

    /// Marks all rows that are shown, or none where all are marked.
    mutating func markAll() {
        let shown = Set(rows.map(\.id))
        marks = marks.isSuperset(of: shown) ? [] : marks.union(shown)
    }

    mutating func unmarkAll() { marks = [] }

    /// Filters as a user types.
    mutating func setFilter(_ text: String, _ catalog: Catalog, _ preferences: Preferences) {
        do {
            filter = try RunFilter(text)
            (filterText, filterProblem) = (text, nil)
        } catch {
            filterProblem = error.description
        }
        refresh(catalog, preferences)
    }

    mutating func forgetFilterProblem() { filterProblem = nil }

    /// Scrolls so that the selected row is among `height` rows.
    mutating func scroll(toShow height: Int) {
        scroll.show(selectedIndex ?? 0, height: height, count: rows.count)
    }
}

extension RunList.SortKey {
    /// The list's own order: what is running by age, the queue, the files as they came, what is over from the newest on.
    fileprivate init(ownOrderOf row: ListRow, at place: Int) {
        self.init(rank: row.rank, number: 0, tie: place, place: place)
        guard case .run(let run) = row else { return }
        switch run.state {
        case .queued: number = run.queuePosition.map(Double.init) ?? .infinity
        case .running, .paused: number = run.createdAt
        default: (number, tie) = (-run.createdAt, -place)
        }
    }
}
