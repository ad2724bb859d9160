// The dashboard's whole state, composed of one sub-state per subject. Messages change it (State+Update.swift), and
// View.swift draws it; it never accesses anything outside.

internal import Experiments
package import Model
package import Screen

/// The dashboard: known data, current view, and pending user input.
package struct State: Sendable {
    /// A dialog on top of the view, which receives the keys.
    enum Dialog: Hashable {
        case none
        case help(ScrollState)
        case quit
        case delete([String])
        /// Whether to launch experiments, or train runs' experiments again, after all.
        case launch(Launch)
        /// Whether to discard the form's edits.
        case discard
        case filter
        case search
        /// The menu of columns to sort by, with the selected entry.
        case sort(Int)
        case tags([String], before: [String])
        case note([String])
        case form
        /// Runs are being stopped; the program ends when they are saved.
        case ending

        /// Whether the user types into the line at the foot of the screen.
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
        /// The experiments of these runs, again from the start.
        case again([String])
    }

    /// A sentence that is shown for a while.
    struct Notice: Hashable {
        var text: String
        var isError: Bool
        var since: Double
        /// A flaw of the form; the notice disappears with it.
        var flaw: VariantForm.Flaw?
    }

    var size: Size
    var tab = Tab.overview
    var dialog = Dialog.none
    /// The dialog under the quit dialog, restored if the user decides not to quit.
    var dialogBelow = Dialog.none

    var catalog: Catalog
    var list = RunList()
    var curves = Curves()
    var images = Images()
    var log = LogBook()
    /// Scroll position of a run's facts.
    var facts = ScrollState()
    /// Scroll position of the comparison.
    var comparison = ScrollState()
    var form: VariantForm?
    /// The form whose experiment is being saved, but not launched, until that has succeeded.
    var unsavedForm: VariantForm?
    /// Launched experiments whose runs are not listed yet, with the run's name once it is known.
    var launching: [(request: LaunchRequest, run: String?)] = []
    /// The text being typed at the foot of the screen.
    var line = TextLine()
    var preferences: Preferences

    var machine: MachineLoad?
    var notice: Notice?
    /// Whether experiments and runs have been received, so that an empty list means that there are none.
    var isLoaded = false
    /// Whether the mouse drags the cursor of the charts.
    var isDraggingCursor = false
    /// Runs whose profiles have been requested.
    var askedProfiles: Set<String> = []
    /// Data sets whose facts have been requested.
    var askedDatasets: Set<String> = []
    /// Seconds since the first tick.
    var now = 0.0
    var firstTick: Double?
    /// Seconds since 1970 at the last tick.
    var time = 0.0
    let utcOffset: @Sendable (Double) -> Int
    var replay: ReplayInfo?

    /// Creates a dashboard without experiments or runs.
    ///
    /// - Parameter utcOffset: returns the offset of local time from UTC in seconds, at a time in seconds since 1970.
    package init(
        size: Size, costs: any CostModel, preferences: Preferences = Preferences(),
        utcOffset: @escaping @Sendable (Double) -> Int = { _ in 0 }
    ) {
        self.size = size
        catalog = Catalog(costs: costs)
        self.preferences = preferences
        self.utcOffset = utcOffset
    }

    /// The focused panel of the overview.
    var panel: Preferences.Panel {
        get { preferences.panel }
        set { preferences.panel = newValue }
    }

    var isTooSmall: Bool { Layout.isTooSmall(size) }

    /// The context that handles keys.
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
        case .form: formContext
        }
    }

    private var formContext: Context { form?.isLineSelected == true ? .formLine : .form }

    /// The context whose keys the help shows.
    var helpContext: Context { form == nil ? Context(tab) : .formLine }

    /// The run of the run and images views.
    var selectedRun: RunEntry? { list.shownRuns(in: catalog, atMost: 1).first }

    /// The runs that commands apply to: the one shown in full, or the selected or marked ones; if only experiments are
    /// selected or marked, their active runs.
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

    /// Number of running runs.
    var runningCount: Int { catalog.activeRuns.count(where: \.isRunning) }

    /// Our runs that quitting would end.
    var activeRuns: [RunEntry] { catalog.activeRuns.filter(\.isOurs) }

    /// Whether something changes by itself, so that ticks should come more often than once a second.
    package var isMoving: Bool {
        notice != nil || images.isLoading
            || catalog.activeRuns.contains { $0.state == .running }
    }

    /// Returns local date and time.
    func localTime(_ seconds: Double) -> LocalTime {
        LocalTime(seconds.isFinite && seconds.magnitude < 1e11 ? Int(seconds.rounded(.down)) + utcOffset(seconds) : 0)
    }
}
