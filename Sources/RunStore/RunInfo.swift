// A run as stored: its settings, machine and results.

package import ExperimentFiles
package import Experiments
internal import Foundation
internal import GRDB
internal import Synchronization

/// The facts of a new run.
package struct NewRun: Sendable {
    /// The reserved name; `nil` for the next free one.
    package var reserved: ReservedRun?
    /// The experiment with all defaults filled in.
    package var experiment: Experiment
    /// Processor, cores and memory, as text.
    package var machine: String
    /// Number of compute threads.
    package var threads: Int
    /// How convolutions are computed, as text.
    package var engine: String
    /// The program and its version.
    package var program: String
    /// Name and folder of the data set, as text.
    package var dataset: String
    /// SHA-256 of the data set.
    package var dataChecksum: String
    /// Number of steps per epoch.
    package var stepsPerEpoch: Int
    /// The run and position that it starts from, if it is a fork.
    package var parent: (run: RunInfo, position: RunPosition)?
    /// The first epoch that counts for the best: a fork's earlier ones may have been evaluated on other images.
    package var bestFrom = 0
    /// The data set's facts.
    package var facts: DatasetFacts?

    package init(
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
@dynamicMemberLookup package struct RunInfo: Sendable, Hashable, Identifiable {
    /// Unique in the store, never reused.
    package let id: Int64
    /// The experiment's name and a number.
    package let name: String
    /// The experiment with all defaults, as YAML.
    package let experimentText: String
    /// SHA-256 of that text.
    package let experimentHash: String
    /// State and metrics, which are also members of a run.
    package internal(set) var status: RunStatus
    /// Name of the computer that it was trained on.
    package let host: String
    /// Processor, cores and memory, as text.
    package let machine: String
    /// How convolutions were computed, as text.
    package let engine: String
    /// The program and its version.
    package let program: String
    /// Name and folder of the data set.
    package let dataset: String
    /// SHA-256 of the data set.
    package let dataChecksum: String
    /// The data set's facts. Version 0.1.0 recorded no size of images, and the numbers of images after limits.
    package let facts: DatasetFacts?
    /// Number of completed epochs.
    package let finishedEpochs: Int
    /// Total number of epochs.
    package let epochs: Int

    package subscript<Value>(dynamicMember figure: KeyPath<RunStatus, Value>) -> Value { status[keyPath: figure] }

    /// The folder that its data was read from; `nil` if none is recorded.
    package var dataFolder: String? {
        // A data set's name has no spaces.
        dataset.firstRange(of: " from ").map { String(dataset[$0.upperBound...]) }
    }

    /// Parses the experiment.
    ///
    /// - Throws: `RunStoreError` if it is invalid.
    package func experiment() throws(RunStoreError) -> Experiment {
        do {
            return try experiment(overrides: [])
        } catch {
            throw RunStoreError("run \(name): its experiment cannot be read: \(error.description)")
        }
    }

    /// Parses the experiment and replaces some settings.
    ///
    /// - Parameter overrides: `key=value` each.
    /// - Throws: `ExperimentFileError` that says what is wrong with them.
    package func experiment(overrides: [String]) throws(ExperimentFileError) -> Experiment {
        try ExperimentFile.parse(experimentText, path: name, overrides: overrides, defaults: .storedDefaults)
    }
}

/// Parsed facts by their text: most runs of a store have the same.
private let knownFacts = Mutex<[String: DatasetFacts?]>([:])

extension DatasetFacts {
    /// Parses the facts that a run recorded; `nil` if they are invalid.
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

    /// Whether a data set can have this many classes, images and pixels.
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
    /// Returns whether a text is a name that the store gives to runs, and thereby a valid folder name: an experiment's
    /// name, a dash and a number.
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
        host = try values.text("host")
        machine = try values.text("machine")
        engine = try values.text("engine")
        program = try values.text("program")
        dataset = try values.text("dataset")
        dataChecksum = try values.text("data_checksum")
        facts = try values.optionalText("data_facts").flatMap(DatasetFacts.init(stored:))
        finishedEpochs = try values.count("epoch", in: RunLimits.epochs)
        epochs = try values.count("epochs", in: RunLimits.epochs)
        status = try RunStatus(values, finishedEpochs: finishedEpochs)
        status.tags = tags
    }
}

extension RunStatus {
    /// Reads the columns of a run's row.
    fileprivate init(_ values: CheckedRow, finishedEpochs: Int) throws(RunStoreError) {
        self.init(RunState(rawValue: try values.text("state")) ?? .failed)
        reason = try values.text("reason")
        threads = try values.count("threads", in: RunLimits.threads)
        step = try values.count("step")
        // An earlier version's store that cannot be written does not have these columns.
        epoch = try values.optionalCount("last_step_epoch", in: RunLimits.epochs) ?? finishedEpochs
        stepInEpoch = try values.optionalCount("last_step_in_epoch", in: RunLimits.stepsPerEpoch) ?? 0
        stepsPerEpoch = try values.count("steps_per_epoch", in: RunLimits.stepsPerEpoch)
        loss = try values.optionalNumber("loss")
        trainAccuracy = try values.optionalNumber("train_accuracy")
        testAccuracy = try values.optionalNumber("test_accuracy")
        bestAccuracy = try values.optionalNumber("best_accuracy")
        bestValidation = try values.optionalNumber("best_validation")
        bestEpoch = try values.optionalCount("best_epoch", in: RunLimits.epochs)
        bestFrom = try values.optionalCount("best_from", in: 0...RunLimits.epochs.upperBound + 1) ?? 0
        examplesPerSecond = try values.optionalNumber("examples_per_second")
        evaluatedShare = state == .running ? try values.optionalNumber("evaluated_share") : nil
        elapsedSeconds = try values.seconds("elapsed_seconds")
        createdAt = try values.seconds("created_at")
        endedAt = try values.optionalSeconds("ended_at")
        peakMemoryBytes = try values.optionalCount("peak_memory_bytes")
        parent = try values.optionalText("parent_name")
        parentStep = try values.optionalCount("parent_step")
        note = try values.text("note")
    }
}
