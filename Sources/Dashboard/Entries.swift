// Experiments and runs as the dashboard receives them: plain values. Catalog.swift updates their metrics from a run's
// records.

package import Experiments

/// An experiment file, or why it cannot be used.
package struct ExperimentEntry: Sendable, Hashable {
    /// The file's path, or the name of a built-in experiment.
    package var path: String
    /// The experiment, or why it cannot be used.
    package var content: Result<Experiment, Problem>
    /// Whether it is built in, so that there is no file.
    package var isExample: Bool

    package init(path: String, content: Result<Experiment, Problem>, isExample: Bool = false) {
        self.path = path
        self.content = content
        self.isExample = isExample
    }
}

package struct RunData: Sendable, Hashable {
    /// Name and folder, as text.
    package var summary: String
    /// SHA-256 of the images and labels.
    package var checksum: String
    /// The data set's facts; `nil` if they were not recorded.
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
        /// Process ID.
        package var process: Int32
        /// User, machine, process ID and start, such as `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
        package var text: String

        package init(process: Int32, text: String) {
            self.process = process
            self.text = text
        }
    }

    /// Name, unique among runs.
    package var name: String
    /// The experiment with all defaults filled in.
    package var experiment: Experiment {
        get { shared.experiment }
        set { shared = RunConstants(newValue, shared.data) }
    }
    /// The training data; `nil` before the run has started.
    package var data: RunData? { shared.data }
    private var shared: RunConstants
    /// State and metrics, which are also members of an entry.
    package var status: RunStatus
    /// Whether this process trains it and can pause and stop it.
    package var isOurs = true
    /// The process that trains it, if it is a different and known one.
    package var owner: Owner?
    /// Whether it is a replay, which trains nothing.
    package var isReplay = false
    /// When it last made progress, in seconds since the dashboard started; `nil` before the first progress.
    var movedAt: Double?

    package var id: String { name }
    /// Whether it is being trained, here or by another process.
    var isRunning: Bool { status.state == .running && !isReplay }
    var stateText: String { isReplay && status.state == .running ? "replay" : status.state.rawValue }

    /// A run of this process.
    package init(name: String, experiment: Experiment, status: RunStatus, data: RunData? = nil) {
        self.name = name
        shared = RunConstants(experiment, data)
        self.status = status
    }

    package subscript<Value>(dynamicMember figure: WritableKeyPath<RunStatus, Value>) -> Value {
        get { status[keyPath: figure] }
        set { status[keyPath: figure] = newValue }
    }
}

/// What never changes of a run, shared by all copies of an entry: lists of thousands of them are copied and compared
/// often.
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
