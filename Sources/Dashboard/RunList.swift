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
    /// Whether the person has chosen the selected row; until then it is the first one.
    private var isChosen = false
    private(set) var marks: Set<RowID> = []
    private(set) var filterText = ""
    /// Why the filter cannot be read; the last one that could be stays in force.
    private(set) var filterProblem: String?
    private var filter = RunFilter()
    /// The first row on the screen.
    var top = 0
    private var sort: ListColumn?
    private var isDescending = false

    /// Place of the selected row; `nil` without rows.
    var selectedIndex: Int? { rows.firstIndex { $0.id == selected } }

    var selectedRow: ListRow? { selectedIndex.map { rows[$0] } }

    /// The marked rows, or the selected one where none is marked.
    var targets: [ListRow] {
        let marked = rows.filter { marks.contains($0.id) }
        return marked.isEmpty ? [selectedRow].compactMap(\.self) : marked
    }

    /// The runs whose curves are wanted: the marked ones, else the selected one, else those of the selected experiment.
    func shownRuns(in catalog: Catalog, atMost most: Int) -> [RunEntry] {
        let marked = rows.compactMap { marks.contains($0.id) ? $0.run : nil }
        if !marked.isEmpty { return marked }
        switch selectedRow {
        case .run(let run): return [run]
        case .experiment(let entry):
            guard let name = try? entry.content.get().name else { return [] }
            let runs = catalog.runs.filter { $0.experiment.name == name && $0.state != .queued }
            return Array(runs.sorted { $0.createdAt > $1.createdAt }.prefix(most))
        case nil: return []
        }
    }

    /// Makes the rows again after anything has changed that they depend on.
    mutating func refresh(_ catalog: Catalog, _ preferences: Preferences) {
        sort = ListColumn(rawValue: preferences.sortColumn)
        isDescending = preferences.isDescending
        let old = isChosen ? selectedIndex : 0
        let all = catalog.runs.map(ListRow.run) + catalog.experiments.map(ListRow.experiment)
        total = all.count
        rows = sorted(filter == RunFilter() ? all : all.filter { $0.matches(filter) })
        let ids = Set(all.map(\.id))
        marks = marks.intersection(ids)
        if selectedIndex == nil || !isChosen { place(selectionAt: old ?? 0) }
    }

    /// Takes over what runs have said where that changes neither which rows there are nor their order.
    ///
    /// - Returns: whether that was enough.
    mutating func follow(_ runs: some Collection<RunEntry>) -> Bool {
        guard sort == nil, filter == RunFilter() else { return false }
        for run in runs {
            guard let index = rows.firstIndex(where: { $0.id == .run(run.name) }),
                rows[index].state == run.state.rawValue
            else { return false }
            rows[index] = .run(run)
        }
        return true
    }

    private func sorted(_ rows: [ListRow]) -> [ListRow] {
        let order = rows.enumerated().map { ($0.offset, $0.element) }
        let sorted: [(Int, ListRow)]
        switch sort {
        case nil: sorted = order.sorted { Self.comesFirst($0, $1) }
        case .name?, .state?:
            let column = sort ?? .name
            sorted = order.sorted { left, right in
                let (a, b) = (column.text(of: left.1), column.text(of: right.1))
                return a == b ? left.0 < right.0 : (a < b) != isDescending
            }
        case .some(let column):
            sorted = order.sorted { left, right in
                switch (column.number(of: left.1), column.number(of: right.1)) {
                case (let a?, let b?): a == b ? left.0 < right.0 : (a < b) != isDescending
                case (.some, nil): true
                case (nil, .some): false
                case (nil, nil): left.0 < right.0
                }
            }
        }
        return sorted.map(\.1)
    }

    /// The list's own order: what goes on by age, the queue, the files as they came, what is over from the newest on.
    private static func comesFirst(_ left: (Int, ListRow), _ right: (Int, ListRow)) -> Bool {
        let (a, b) = (left.1, right.1)
        guard a.rank == b.rank else { return a.rank < b.rank }
        switch (a, b) {
        case (.run(let a), .run(let b)) where a.state == .queued:
            return (a.queuePosition ?? .max, left.0) < (b.queuePosition ?? .max, right.0)
        case (.run(let a), .run(let b)) where a.state.isActive:
            return (a.createdAt, left.0) < (b.createdAt, right.0)
        case (.run(let a), .run(let b)): return (b.createdAt, right.0) < (a.createdAt, left.0)
        default: return left.0 < right.0
        }
    }

    private mutating func place(selectionAt index: Int) {
        selected = rows.isEmpty ? nil : rows[min(max(index, 0), rows.count - 1)].id
    }

    mutating func select(_ index: Int) {
        isChosen = true
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

    /// Filters as a person types.
    mutating func setFilter(_ text: String, _ catalog: Catalog, _ preferences: Preferences) {
        filterText = text
        do {
            filter = try RunFilter(text)
            filterProblem = nil
        } catch {
            filterProblem = error.description
        }
        refresh(catalog, preferences)
    }

    /// Scrolls so that the selected row is among `height` rows.
    mutating func scroll(toShow height: Int) {
        let height = max(height, 1)
        let place = selectedIndex ?? 0
        top = min(max(top, place - height + 1), place, max(rows.count - height, 0))
        top = max(top, 0)
    }
}
