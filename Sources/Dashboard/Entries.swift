// What the dashboard is told of experiments and runs. Plain values, made outside; their figures follow a run's records
// in Catalog.swift.

public import Experiments

/// An experiment file, or why it cannot be used.
public struct ExperimentEntry: Sendable, Hashable {
    /// The file; an example's name.
    public var path: String
    /// What it says.
    public var content: Result<Experiment, Problem>
    /// Whether it comes with the program, so that there is no file.
    public var isExample: Bool

    /// An experiment file, unless it is an example.
    public init(path: String, content: Result<Experiment, Problem>, isExample: Bool = false) {
        self.path = path
        self.content = content
        self.isExample = isExample
    }
}

/// The data that a run was trained on, as it recorded it.
public struct RunData: Sendable, Hashable {
    /// Name and place, for people.
    public var summary: String
    /// SHA-256 of the images and labels.
    public var checksum: String
    /// The first epoch that counts for the best; a fork's earlier ones may have been evaluated on other images.
    public var bestFrom: Int
    /// What the data set holds; `nil` where it was not recorded.
    public var facts: DatasetFacts?

    /// All of it.
    public init(summary: String, checksum: String, bestFrom: Int = 0, facts: DatasetFacts? = nil) {
        self.summary = summary
        self.checksum = checksum
        self.bestFrom = bestFrom
        self.facts = facts
    }
}

/// A run as the store and the queue know it.
public struct RunEntry: Sendable, Hashable, Identifiable {
    /// How a run stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// A process trains it now.
        case running
        /// A stored run that passes once more: nothing is trained.
        case replay
        /// Held between two steps.
        case paused
        /// Waits for free threads.
        case queued
        /// All its epochs are done.
        case done
        /// Somebody asked it to stop.
        case stopped
        /// Its process ended without a word.
        case interrupted
        /// Its loss was no longer finite.
        case diverged
        /// It could not go on.
        case failed

        /// Whether it has not ended.
        public var isActive: Bool { [.running, .replay, .paused, .queued].contains(self) }
    }

    /// A process that trains a run.
    public struct Owner: Sendable, Hashable {
        /// Its number.
        public var process: Int32
        /// Its user, machine, number and start, such as `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
        public var text: String

        /// A process by its number and what is known of it.
        public init(process: Int32, text: String) {
            self.process = process
            self.text = text
        }
    }

    /// Its name, unique among runs.
    public var name: String
    /// The experiment with every default filled in.
    public var experiment: Experiment {
        get { shared.experiment }
        set { shared = RunConstants(newValue, shared.data) }
    }
    /// What it is trained on; `nil` before it has begun.
    public var data: RunData? { shared.data }
    private var shared: RunConstants
    /// How it stands.
    public var state: State
    /// Why it failed or diverged; empty otherwise.
    public var reason: String
    /// Place in the queue, from 1; `nil` where it does not wait.
    public var queuePosition: Int?
    /// Whether this process trains it, so that it can be paused and stopped from here.
    public var isOurs: Bool
    /// The process that trains it, where that is another one and known.
    public var owner: Owner?
    /// Threads that compute.
    public var threads: Int
    /// The epoch that goes on, or the last one, from 1; 0 before the first.
    public var epoch: Int
    /// Steps made.
    public var step: Int
    /// Steps made in the epoch.
    public var stepInEpoch: Int
    /// Steps in an epoch; 0 while unknown.
    public var stepsPerEpoch: Int
    /// Mean training loss of the epoch.
    public var loss: Double?
    /// Training accuracy of the epoch, 0 to 1.
    public var trainAccuracy: Double?
    /// Test accuracy of the last finished epoch, 0 to 1.
    public var testAccuracy: Double?
    /// The best test accuracy, 0 to 1.
    public var bestAccuracy: Double?
    /// The first epoch that has it.
    public var bestEpoch: Int?
    /// Training images a second: over the last seconds while it trains, of all its training when it is over.
    public var examplesPerSecond: Double?
    /// The same of the epoch so far; `nil` where it is not known.
    public var meanExamplesPerSecond: Double?
    /// How far the evaluation is that goes on, 0 to 1; `nil` while there is none.
    public var evaluatedShare: Double?
    /// When it has last gone on, in the dashboard's seconds; `nil` before it was seen to.
    var movedAt: Double?
    /// Seconds that it has trained.
    public var elapsedSeconds: Double
    /// Seconds until it ends, evaluations counted; `nil` while unknown.
    public var remainingSeconds: Double?
    /// Seconds since 1970 at its start; orders runs by age.
    public var createdAt: Double
    /// Seconds since 1970 at its end, or when it was last heard of; `nil` before.
    public var endedAt: Double?
    /// Peak resident memory of its process in bytes.
    public var peakMemoryBytes: Int?
    /// Name of the run that it was forked from, if any.
    public var parent: String?
    /// The step of that run that it begins with.
    public var parentStep: Int?
    /// What a person has tagged it with.
    public var tags: [String]
    /// What a person has noted.
    public var note: String

    /// Its name.
    public var id: String { name }

    /// A run that has not begun, unless told otherwise.
    public init(
        name: String, experiment: Experiment, state: State, reason: String = "", queuePosition: Int? = nil,
        isOurs: Bool = true, owner: Owner? = nil, threads: Int = 1, epoch: Int = 0, step: Int = 0,
        stepInEpoch: Int = 0, stepsPerEpoch: Int = 0,
        loss: Double? = nil, trainAccuracy: Double? = nil, testAccuracy: Double? = nil, bestAccuracy: Double? = nil,
        bestEpoch: Int? = nil, examplesPerSecond: Double? = nil, meanExamplesPerSecond: Double? = nil,
        evaluatedShare: Double? = nil, elapsedSeconds: Double = 0,
        remainingSeconds: Double? = nil, createdAt: Double = 0, endedAt: Double? = nil, peakMemoryBytes: Int? = nil,
        parent: String? = nil, parentStep: Int? = nil,
        tags: [String] = [], note: String = "", data: RunData? = nil
    ) {
        self.name = name
        shared = RunConstants(experiment, data)
        self.state = state
        self.reason = reason
        self.queuePosition = queuePosition
        self.isOurs = isOurs
        self.owner = owner
        self.threads = threads
        self.epoch = epoch
        self.step = step
        self.stepInEpoch = stepInEpoch
        self.stepsPerEpoch = stepsPerEpoch
        self.loss = loss
        self.trainAccuracy = trainAccuracy
        self.testAccuracy = testAccuracy
        self.bestAccuracy = bestAccuracy
        self.bestEpoch = bestEpoch
        self.examplesPerSecond = examplesPerSecond
        self.meanExamplesPerSecond = meanExamplesPerSecond
        self.evaluatedShare = evaluatedShare
        self.elapsedSeconds = elapsedSeconds
        self.remainingSeconds = remainingSeconds
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.peakMemoryBytes = peakMemoryBytes
        self.parent = parent
        self.parentStep = parentStep
        self.tags = tags
        self.note = note
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
