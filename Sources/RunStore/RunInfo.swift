// A run as the store knows it: what it was, where it ran, how far it has come.

public import ExperimentFiles
public import Experiments
internal import Foundation
internal import GRDB
internal import Synchronization

/// How a run stands.
public enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
    /// A process trains it now.
    case running
    /// All its epochs are done.
    case completed
    /// Somebody asked it to stop.
    case stopped
    /// Its process ended without a word: killed, crashed, or the power failed.
    case interrupted
    /// Its loss was no longer finite.
    case diverged
    /// It could not go on.
    case failed
}

/// What a new run is made of.
public struct NewRun: Sendable {
    /// The name that was reserved for it; `nil` for the next one.
    public var reserved: ReservedRun?
    /// The experiment with every default filled in.
    public var experiment: Experiment
    /// Processor, cores and memory, for people.
    public var machine: String
    /// Threads that compute.
    public var threads: Int
    /// How convolutions are computed, for people.
    public var engine: String
    /// The program and its version.
    public var program: String
    /// Name and place of the data set, for people.
    public var dataset: String
    /// SHA-256 of the data set.
    public var dataChecksum: String
    /// Steps in an epoch.
    public var stepsPerEpoch: Int
    /// The run and position that it goes on from, if it is a fork.
    public var parent: (run: RunInfo, position: RunPosition)?
    /// The first epoch that counts for the best: a fork's earlier ones may have been evaluated on other images.
    public var bestFrom = 0
    /// What the data set holds.
    public var facts: DatasetFacts?

    /// All of it.
    public init(
        experiment: Experiment, machine: String, threads: Int, engine: String, program: String, dataset: String,
        dataChecksum: String, stepsPerEpoch: Int, parent: (run: RunInfo, position: RunPosition)? = nil
    ) {
        self.experiment = experiment
        self.machine = machine
        self.threads = threads
        self.engine = engine
        self.program = program
        self.dataset = dataset
        self.dataChecksum = dataChecksum
        self.stepsPerEpoch = stepsPerEpoch
        self.parent = parent
    }
}

/// A run in the store.
public struct RunInfo: Sendable, Hashable, Identifiable {
    /// Its number in the store, never used again.
    public let id: Int64
    /// Its name: the experiment's and a number.
    public let name: String
    /// The resolved experiment as a YAML text.
    public let experimentText: String
    /// SHA-256 of that text.
    public let experimentHash: String
    /// How it stands.
    public var state: RunState
    /// Why it failed, or where it diverged; empty otherwise.
    public let reason: String
    /// Name of the computer that it ran on.
    public let host: String
    /// Processor, cores and memory, for people.
    public let machine: String
    /// Threads that computed.
    public let threads: Int
    /// How convolutions were computed, for people.
    public let engine: String
    /// The program and its version.
    public let program: String
    /// What it was trained on: name and place.
    public let dataset: String
    /// SHA-256 of the data set.
    public let dataChecksum: String
    /// What the data set holds. Version 0.1.0 has recorded no size of images, and the numbers of images after limits.
    public let facts: DatasetFacts?
    /// Seconds since 1970 by the wall clock.
    public let createdAt: Double
    /// Seconds since 1970 when it was last heard of; `nil` before its first event.
    public let endedAt: Double?
    /// Seconds that it has trained.
    public let elapsedSeconds: Double
    /// Steps made.
    public let step: Int
    /// Steps in an epoch.
    public let stepsPerEpoch: Int
    /// Epochs finished.
    public let epoch: Int
    /// The epoch of the last step, from 1; 0 before the first.
    public var epochOfLastStep: Int {
        step > 0 && stepsPerEpoch > 0 ? min((step - 1) / stepsPerEpoch + 1, epochs) : epoch
    }
    /// Epochs in all.
    public let epochs: Int
    /// Mean training loss of the last finished epoch; before it, of the steps that were noted.
    public let loss: Double?
    /// Training accuracy of the same, 0 to 1.
    public let trainAccuracy: Double?
    /// Test accuracy of the last finished epoch, 0 to 1.
    public let testAccuracy: Double?
    /// The best test accuracy, 0 to 1.
    public let bestAccuracy: Double?
    /// The first epoch that has it.
    public let bestEpoch: Int?
    /// The first epoch that counts for the best; those before it were evaluated on other images.
    public let bestFrom: Int
    /// Training pictures a second.
    public let examplesPerSecond: Double?
    /// Peak resident memory of its process in bytes.
    public let peakMemoryBytes: Int?
    /// Name of the run that it was forked from, if any.
    public let parentName: String?
    /// The step of that run that it begins with.
    public let parentStep: Int?
    /// What a person has noted.
    public let note: String
    /// What a person has tagged it with, in alphabetical order.
    public var tags: [String]

    /// The folder that its data was read from; `nil` where none is recorded.
    public var dataFolder: String? {
        // A data set's name has no spaces.
        dataset.firstRange(of: " from ").map { String(dataset[$0.upperBound...]) }
    }

    /// The experiment with every default filled in.
    ///
    /// - Throws: `RunStoreError` if its text cannot be read.
    public func experiment() throws(RunStoreError) -> Experiment {
        do {
            return try experiment(overrides: [])
        } catch {
            throw RunStoreError("run \(name): its experiment cannot be read: \(error.description)")
        }
    }

    /// The experiment with some settings replaced.
    ///
    /// - Parameter overrides: `key=value` each.
    /// - Throws: `ExperimentFileError` that says what is wrong with them.
    public func experiment(overrides: [String]) throws(ExperimentFileError) -> Experiment {
        // A key that is missing means what the version did that wrote the text.
        var defaults = Experiment(name: "")
        defaults.data.sampling = .first
        return try ExperimentFile.parse(experimentText, path: name, overrides: overrides, defaults: defaults)
    }
}

/// Texts of facts that were read: most runs of a store have the same.
private let knownFacts = Mutex<[String: DatasetFacts?]>([:])

extension DatasetFacts {
    /// The facts that a run recorded; `nil` where they cannot be read.
    fileprivate init?(stored text: String) {
        let facts = knownFacts.withLock { known in
            if let facts = known[text] { return facts }
            let facts = try? JSONDecoder().decode(DatasetFacts.self, from: Data(text.utf8))
            known[text] = .some(facts)
            return facts
        }
        guard let facts else { return nil }
        self = facts
    }

    var stored: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension RunInfo {
    init(_ row: Row, tags: [String]) {
        id = row["id"]
        name = row["name"]
        experimentText = row["experiment"]
        experimentHash = row["experiment_hash"]
        state = RunState(rawValue: row["state"]) ?? .failed
        reason = row["reason"]
        host = row["host"]
        machine = row["machine"]
        threads = row["threads"]
        engine = row["engine"]
        program = row["program"]
        dataset = row["dataset"]
        dataChecksum = row["data_checksum"]
        facts = (row["data_facts"] as String?).flatMap(DatasetFacts.init(stored:))
        createdAt = row["created_at"]
        endedAt = row["ended_at"]
        elapsedSeconds = row["elapsed_seconds"]
        step = row["step"]
        stepsPerEpoch = row["steps_per_epoch"]
        epoch = row["epoch"]
        epochs = row["epochs"]
        loss = row["loss"]
        trainAccuracy = row["train_accuracy"]
        testAccuracy = row["test_accuracy"]
        bestAccuracy = row["best_accuracy"]
        bestEpoch = row["best_epoch"]
        bestFrom = row["best_from"] ?? 0
        examplesPerSecond = row["examples_per_second"]
        peakMemoryBytes = row["peak_memory_bytes"]
        parentName = row["parent_name"]
        parentStep = row["parent_step"]
        note = row["note"]
        self.tags = tags
    }
}
