// What the dashboard is told of experiments and runs. Plain values, made outside; their figures follow a run's records
// in Catalog.swift.

package import Experiments

/// An experiment file, or why it cannot be used.
package struct ExperimentEntry: Sendable, Hashable {
    /// The file; an example's name.
    package var path: String
    /// What it says.
    package var content: Result<Experiment, Problem>
    /// Whether it comes with the program, so that there is no file.
    package var isExample: Bool

    /// An experiment file, unless it is an example.
    package init(path: String, content: Result<Experiment, Problem>, isExample: Bool = false) {
        self.path = path
        self.content = content
        self.isExample = isExample
    }
}

/// The data that a run was trained on, as it recorded it.
package struct RunData: Sendable, Hashable {
    /// Name and place, as text.
    package var summary: String
    /// SHA-256 of the images and labels.
    package var checksum: String
    /// What the data set holds; `nil` where it was not recorded.
    package var facts: DatasetFacts?

    package init(summary: String, checksum: String, facts: DatasetFacts? = nil) {
        self.summary = summary
        self.checksum = checksum
        self.facts = facts
    }
}

/// A run as the store and the queue know it.
@dynamicMemberLookup package struct RunEntry: Sendable, Hashable, Identifiable {
    /// A process that trains a run.
    package struct Owner: Sendable, Hashable {
        /// Its number.
        package var process: Int32
        /// Its user, machine, number and start, such as `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
        package var text: String

        /// A process by its number and what is known of it.
        package init(process: Int32, text: String) {
            self.process = process
            self.text = text
        }
    }

    /// Its name, unique among runs.
    package var name: String
    /// The experiment with every default filled in.
    package var experiment: Experiment {
        get { shared.experiment }
        set { shared = RunConstants(newValue, shared.data) }
    }
    /// What it is trained on; `nil` before it has begun.
    package var data: RunData? { shared.data }
    private var shared: RunConstants
    /// Its state and figures, which are members of an entry, too.
    package var status: RunStatus
    /// Whether this process trains it, so that it can be paused and stopped from here.
    package var isOurs = true
    /// The process that trains it, where that is another one and known.
    package var owner: Owner?
    /// Whether a stored run passes once more: nothing is trained.
    package var isReplay = false
    /// When it has last made progress, in the dashboard's seconds; `nil` before it was seen to.
    var movedAt: Double?

    package var id: String { name }
    /// Whether it is being trained, here or elsewhere.
    var isRunning: Bool { status.state == .running && !isReplay }
    /// How its state is told.
    var stateText: String { isReplay && status.state == .running ? "replay" : status.state.rawValue }

    /// A run of this process.
    package init(name: String, experiment: Experiment, status: RunStatus, data: RunData? = nil) {
        self.name = name
        shared = RunConstants(experiment, data)
        self.status = status
    }

    /// A figure of its status.
    package subscript<Value>(dynamicMember figure: WritableKeyPath<RunStatus, Value>) -> Value {
        get { status[keyPath: figure] }
        set { status[keyPath: figure] = newValue }
    }
}

/// What never changes of a run, for all copies of an entry: lists of thousands of them are copied and compared often.
private final class RunConstants: Hashable, Sendable {
    let experiment: Experiment
    let data: RunData?

    init(_ experiment: Experiment, _ data: RunData?) {
        self.experiment = experiment
        self.data = data
    }

    static func == (a: RunConstants, b: RunConstants) -> Bool {
        a === b || a.experiment == b.experiment && a.data == b.data
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(experiment)
        hasher.combine(data)
    }
}
