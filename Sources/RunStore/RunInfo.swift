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
    public internal(set) var reason: String
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
    /// The epoch of the last step that was noted, from 1; 0 before the first.
    public let epochOfLastStep: Int
    /// The place of that step in its epoch, from 1; 0 before the first.
    public let lastStepInEpoch: Int
    /// How far the evaluation is that goes on, 0 to 1; `nil` while there is none.
    public let evaluatedShare: Double?
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
        guard let facts, facts.isPlausible else { return nil }
        self = facts
    }

    /// Whether a data set can have so many classes, images and pixels.
    private var isPlausible: Bool {
        let sides = [height, width].compactMap(\.self)
        return 1...1_048_576 ~= numClasses && [trainExamples, testExamples].allSatisfy { RunLimits.counts ~= $0 }
            && sides.allSatisfy { 1...65_536 ~= $0 }
    }

    var stored: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension RunInfo {
    /// Whether a text is a run's name as the store gives them, and so may be a folder's: an experiment's name, a dash and
    /// a number.
    static func isName(_ text: String) -> Bool {
        guard let dash = text.lastIndex(of: "-") else { return false }
        let number = text[text.index(after: dash)...]
        return Int(number).map { $0 > 0 && String($0) == number } == true
            && ExperimentFile.isName(String(text[..<dash]))
    }

    /// - Throws: `RunStoreError` that names the run and its row.
    init(_ row: Row, tags: [String]) throws(RunStoreError) {
        let number = CheckedRow(row, "a run's row")
        id = Int64(try number.count("id", in: 1...Int(Int64.max)))
        let name = try CheckedRow(row, "the run in row \(id)").text("name")
        guard Self.isName(name) else {
            throw RunStoreError("the run in row \(id): no run can have the name \(name.prefix(200))")
        }
        self.name = name
        let values = CheckedRow(row, "run \(name), row \(id)")
        experimentText = try values.text("experiment")
        experimentHash = try values.text("experiment_hash")
        state = RunState(rawValue: try values.text("state")) ?? .failed
        reason = try values.text("reason")
        host = try values.text("host")
        machine = try values.text("machine")
        threads = try values.count("threads", in: RunLimits.threads)
        engine = try values.text("engine")
        program = try values.text("program")
        dataset = try values.text("dataset")
        dataChecksum = try values.text("data_checksum")
        facts = try values.optionalText("data_facts").flatMap(DatasetFacts.init(stored:))
        createdAt = try values.seconds("created_at")
        endedAt = try values.optionalSeconds("ended_at")
        elapsedSeconds = try values.seconds("elapsed_seconds")
        step = try values.count("step")
        stepsPerEpoch = try values.count("steps_per_epoch", in: RunLimits.stepsPerEpoch)
        epoch = try values.count("epoch", in: RunLimits.epochs)
        epochs = try values.count("epochs", in: RunLimits.epochs)
        // An earlier version's store that cannot be written does not have them.
        epochOfLastStep = try values.optionalCount("last_step_epoch", in: RunLimits.epochs) ?? epoch
        lastStepInEpoch = try values.optionalCount("last_step_in_epoch", in: RunLimits.stepsPerEpoch) ?? 0
        evaluatedShare = state == .running ? try values.optionalNumber("evaluated_share") : nil
        loss = try values.optionalNumber("loss")
        trainAccuracy = try values.optionalNumber("train_accuracy")
        testAccuracy = try values.optionalNumber("test_accuracy")
        bestAccuracy = try values.optionalNumber("best_accuracy")
        bestEpoch = try values.optionalCount("best_epoch", in: RunLimits.epochs)
        bestFrom = try values.optionalCount("best_from", in: 0...RunLimits.epochs.upperBound + 1) ?? 0
        examplesPerSecond = try values.optionalNumber("examples_per_second")
        peakMemoryBytes = try values.optionalCount("peak_memory_bytes")
        parentName = try values.optionalText("parent_name")
        parentStep = try values.optionalCount("parent_step")
        note = try values.text("note")
        self.tags = tags
    }
}
