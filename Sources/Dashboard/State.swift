// All that the dashboard knows, put together from a sub-state for each subject. Messages change it (State+Update.swift),
// and the view draws it (View.swift); it never looks outside itself.

internal import Experiments
package import Model
package import Screen

/// The dashboard: what is known, what is shown, and what the user is doing.
package struct State: Sendable {
    /// What lies over the view and takes the keys.
    enum Dialog: Hashable {
        case none
        case help(ScrollState)
        case quit
        case delete([String])
        /// Whether to launch experiments, or train runs' experiments again, all the same.
        case launch(Launch)
        /// Whether to drop what was typed into the form.
        case discard
        case filter
        case search
        /// What the list is sorted by; the place in the menu.
        case sort(Int)
        case tags([String], before: [String])
        case note([String])
        case form
        /// Runs are being stopped, and the program ends when their states are kept.
        case ending

        /// Whether a line is typed into at the foot of the screen.
        var takesLine: Bool {
            switch self {
            case .filter, .search, .tags, .note: true
            case .none, .help, .quit, .delete, .launch, .discard, .sort, .form, .ending: false
            }
        }
    }

    /// What is about to be trained.
    enum Launch: Hashable {
        case new([LaunchRequest])
        /// The experiments of these runs, from the start.
        case again([String])
    }

    /// A sentence that is shown for a while.
    struct Notice: Hashable {
        var text: String
        var isError: Bool
        var since: Double
        /// A flaw of the form, with which it goes.
        var flaw: VariantForm.Flaw?
    }

    var size: Size
    var tab = Tab.overview
    var dialog = Dialog.none
    /// What the question whether to quit lies over, and what comes back if the answer is no.
    var dialogBelow = Dialog.none

    var catalog: Catalog
    var list = RunList()
    var curves = Curves()
    var images = Images()
    var log = LogBook()
    /// Which of a run's facts are seen.
    var facts = ScrollState()
    /// Which rows of the comparison are seen.
    var comparison = ScrollState()
    var form: VariantForm?
    /// What was last asked to be saved and nothing else, until it is known to be.
    var unsavedForm: VariantForm?
    /// Experiments that were launched and whose runs are not listed yet, with the run's name as soon as it is known.
    var launching: [(request: LaunchRequest, run: String?)] = []
    /// What is typed at the foot of the screen.
    var line = TextLine()
    var preferences: Preferences

    var machine: MachineLoad?
    var notice: Notice?
    /// Whether experiments and runs have been told, so that an empty list means that there are none.
    var isLoaded = false
    /// Whether the mouse drags the cursor of the charts.
    var isDraggingCursor = false
    /// Profiles that have been asked for.
    var askedProfiles: Set<String> = []
    /// Data sets whose facts have been asked for.
    var askedDatasets: Set<String> = []
    /// Seconds since the first tick.
    var now = 0.0
    var firstTick: Double?
    /// Seconds since 1970 at the last tick.
    var time = 0.0
    let utcOffset: @Sendable (Double) -> Int
    /// What is replayed, if anything.
    var replay: ReplayInfo?

    /// A dashboard that has been told nothing yet.
    ///
    /// - Parameter utcOffset: seconds that local time is ahead of UTC at a time in seconds since 1970.
    package init(
        size: Size, costs: any CostModel, preferences: Preferences = Preferences(),
        utcOffset: @escaping @Sendable (Double) -> Int = { _ in 0 }
    ) {
        self.size = size
        catalog = Catalog(costs: costs)
        self.preferences = preferences
        self.utcOffset = utcOffset
    }

    /// The part of the overview that the keys go to.
    var panel: Preferences.Panel {
        get { preferences.panel }
        set { preferences.panel = newValue }
    }

    /// Whether the terminal is too small for the dashboard to be used.
    var isTooSmall: Bool { Layout.isTooSmall(size) }

    /// Where keys go to.
    var context: Context {
        switch dialog {
        case .quit: .quitting
        case .ending: .ending
        case _ where isTooSmall: .tooSmall
        case .none: Context(tab)
        case .help: .help
        case .delete: .deleting
        case .launch: .launching
        case .discard: .discarding
        case .filter: .filter
        case .search: .search
        case .sort: .sorting
        case .tags, .note: .line
        case .form: .form
        }
    }

    /// The run that the run and images views are about.
    var selectedRun: RunEntry? { list.shownRuns(in: catalog, atMost: 1).first }

    /// The runs that commands are for: the one shown in full, or the selected or marked ones; where only experiments
    /// are, those of theirs that are active.
    var selectedRuns: [RunEntry] {
        if tab == .run { return [selectedRun].compactMap(\.self) }
        let runs = list.targets.compactMap(\.run)
        guard runs.isEmpty else { return runs }
        let names = Set(list.targets.compactMap(\.experiment?.name))
        return catalog.activeRuns.filter { $0.isOurs && names.contains($0.experiment.name) }
    }

    /// The runs whose curves are shown.
    var shownRuns: [RunEntry] {
        switch tab {
        case .overview, .compare: list.shownRuns(in: catalog, atMost: 8)
        case .run, .images, .log: selectedRun.map { [$0] } ?? []
        }
    }

    /// Runs that compute now.
    var runningCount: Int { catalog.activeRuns.count(where: \.isRunning) }

    /// Our runs that quitting would end.
    var activeRuns: [RunEntry] { catalog.activeRuns.filter(\.isOurs) }

    /// Whether something moves, so that ticks are wanted more often than once a second.
    package var isMoving: Bool {
        notice != nil || images.isLoading
            || catalog.activeRuns.contains { $0.state == .running }
    }

    /// Local date and time, `2026-05-04 10:05:12`.
    func localTime(_ seconds: Double) -> LocalTime {
        LocalTime(seconds.isFinite && seconds.magnitude < 1e11 ? Int(seconds.rounded(.down)) + utcOffset(seconds) : 0)
    }
}
