// The list of experiments and runs: which rows it has, in which order, and which are selected and marked. RunListView
// draws it.

internal import ExperimentFiles
internal import Experiments

struct RunList: Hashable {
    /// The rows that match the filter, sorted.
    private(set) var rows: [ListRow] = []
    /// Number of rows without the filter.
    private(set) var total = 0
    private(set) var selected: RowID?
    /// Index of the selected row; `nil` without rows.
    private(set) var selectedIndex: Int?
    /// Whether the user has selected the row; until then it is the first one.
    private var isChosen = false
    private(set) var marks: Set<RowID> = []
    /// The active filter's text.
    private(set) var filterText = ""
    /// Why the text typed last is not a valid filter; the last valid one stays active.
    private(set) var filterProblem: String?
    private var filter = RunFilter()
    private(set) var scroll = ScrollState()
    private var sort: ListColumn?
    private var isDescending = false
    /// A run to be selected once it is listed, unless another row is selected first.
    private(set) var awaited: String?

    var selectedRow: ListRow? { selectedIndex.map { rows[$0] } }

    /// The marked rows, or else the selected one.
    var targets: [ListRow] {
        let marked = marks.isEmpty ? [] : rows.filter { marks.contains($0.id) }
        return marked.isEmpty ? [selectedRow].compactMap(\.self) : marked
    }

    /// Returns the runs whose curves to show: the marked ones, else the selected one, else those of the selected
    /// experiment.
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

    /// Rebuilds the rows after a change of anything that they depend on.
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

    /// Selects a run once it is listed; `nil` cancels that.
    mutating func select(whenItComes run: String?) { awaited = run }

    /// Updates runs in place if that changes neither which rows there are nor their order.
    ///
    /// - Returns: whether that was possible.
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
        // Rows are large, and there may be thousands: sorts their keys instead.
        let keys = rows.indices.map { place in
            guard let number = sort?.number else { return SortKey(ownOrderOf: rows[place], at: place) }
            let value = number(rows[place])
            return SortKey(
                rank: value == nil ? 1 : 0, number: (value ?? 0) * (isDescending ? -1 : 1), tie: place, place: place)
        }
        return keys.sorted { $0.isBefore($1) }.map { rows[$0.place] }
    }

    /// The key that rows are sorted by.
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

    /// Keeps the current row selected, wherever it moves.
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

    /// Marks all shown rows, or unmarks them if all are marked.
    mutating func markAll() {
        let shown = Set(rows.map(\.id))
        marks = marks.isSuperset(of: shown) ? [] : marks.union(shown)
    }

    mutating func unmarkAll() { marks = [] }

    /// Filters while the user types.
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

    /// Scrolls so that the selected row is among `height` visible rows.
    mutating func scroll(toShow height: Int) {
        scroll.show(selectedIndex ?? 0, height: height, count: rows.count)
    }
}

extension RunList.SortKey {
    /// The default order: running runs by age, the queue, files in their order, ended runs from the newest on.
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
