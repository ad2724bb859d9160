// Reads JSON Lines: the inverse of RunEvent+JSON.swift, key by key.

internal import ExperimentFiles
package import Experiments
internal import FoundationEssentials

extension RunRecord {
    /// Reads a line of JSON Lines, with or without its line end; unknown keys are ignored.
    ///
    /// Writing and reading preserves everything except the part of `time` below a millisecond, and the sign and kind of
    /// numbers that are not finite: `null` becomes `nan`, or `nil` for remaining seconds.
    ///
    /// - Parameter number: the line's number in its file, from 1, for the error.
    /// - Throws: `Problem` that names the missing or invalid key.
    package init(jsonLine line: some StringProtocol, number: Int = 1) throws(Problem) {
        do {
            self = try JSONDecoder().decode(Line.self, from: Data(line.utf8)).record
        } catch {
            throw Problem("line \(number): not a record of a run: \(Self.problem(error))")
        }
    }

    private static func problem(_ error: any Error) -> String {
        func key(_ path: [any CodingKey]) -> String {
            let keys = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return Readable.visible(String(keys.drop { $0 == "." }))
        }
        return switch error {
        case let error as ExperimentFileError: error.description
        case DecodingError.keyNotFound(let last, let context): "it has no \(key(context.codingPath + [last]))"
        case DecodingError.valueNotFound(_, let context): "\(key(context.codingPath)) may not be null"
        case DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty: "it is not a JSON object"
        case DecodingError.typeMismatch(_, let context): "\(key(context.codingPath)) has the wrong type"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(key(context.codingPath)) has an unknown value"
        default: "it is not JSON"
        }
    }
}

private typealias Values = KeyedDecodingContainer<Key>

private struct Key: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral: String) { stringValue = stringLiteral }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<Key> {
    /// The value of a required key.
    fileprivate subscript<Value: Decodable>(key: Key) -> Value {
        get throws { try decode(Value.self, forKey: key) }
    }

    /// The value of a key that may be null, or missing in records of earlier versions.
    fileprivate func optional<Value: Decodable>(_ key: Key) throws -> Value? {
        try decodeIfPresent(Value.self, forKey: key)
    }

    /// A count; values that are impossible for a run are refused.
    fileprivate func count(_ key: Key, in range: ClosedRange<Int> = RunLimits.counts) throws -> Int {
        let count = try decode(Int.self, forKey: key)
        guard range.contains(count) else { throw unknown(key) }
        return count
    }

    /// A count that may be missing.
    fileprivate func optionalCount(_ key: Key) throws -> Int? {
        guard let count: Int = try optional(key) else { return nil }
        guard RunLimits.counts.contains(count) else { throw unknown(key) }
        return count
    }

    /// A number; `nan` for null, which stands for all numbers that are not finite.
    fileprivate func number(_ key: Key) throws -> Double {
        try decode(Double?.self, forKey: key) ?? .nan
    }

    /// A metric's value: `nan` for null if it is required.
    fileprivate func figure(_ key: String, isRequired: Bool) throws -> Double? {
        let key = Key(stringLiteral: key)
        return isRequired ? try number(key) : try optional(key)
    }

    /// The object of a key.
    fileprivate func object(_ key: Key) throws -> Values { try nestedContainer(keyedBy: Key.self, forKey: key) }

    /// The object of a key, or `nil` for null.
    fileprivate func optionalObject(_ key: Key) throws -> Values? {
        try contains(key) && decodeNil(forKey: key) ? nil : object(key)
    }

    /// The error for an invalid value.
    fileprivate func unknown(_ key: Key) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: codingPath + [key], debugDescription: ""))
    }
}

private struct Line: Decodable {
    let record: RunRecord

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        record = RunRecord(
            run: try values["run"], sequence: try values.count("sequence"), time: try Self.time(values),
            event: try RunEvent(values))
    }

    private static func time(_ values: Values) throws -> Double {
        guard let text = try values.decode(String?.self, forKey: "time") else { return .nan }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = try? style.parse(text) else { throw values.unknown("time") }
        return (date.timeIntervalSince1970 * 1000).rounded() / 1000
    }
}

extension RunEvent {
    fileprivate init(_ values: Values) throws {
        let name: String = try values["event"]
        switch name {
        case "run_started": self = .runStarted(try RunStarted(values))
        case "progress": self = .progress(try Progress(values))
        case "evaluating": self = .evaluating(try EvaluationProgress(values))
        case "epoch_finished": self = .epochFinished(try EpochMetrics(values))
        case "checkpoint_saved": self = .checkpointSaved(try CheckpointSaved(values))
        case "warning": self = .warning(try values["message"])
        case "run_finished": self = .runFinished(try RunSummary(values))
        default: throw values.unknown("event")
        }
    }
}

extension RunStarted {
    fileprivate init(_ values: Values) throws {
        let experiment = try Experiment(values.object("experiment"))
        // Before version 0.2.0, all images were grey.
        let channels: Int = try values.optional("channels") ?? 1
        guard let network = try? experiment.network(numClasses: values["num_classes"], inputChannels: channels)
        else {
            throw values.unknown("experiment")
        }
        self.init(
            experiment: experiment, network: network, dataset: try values["dataset"],
            trainExamples: try values.count("train_examples"), testExamples: try values.count("test_examples"),
            stepsPerEpoch: try values.count("steps_per_epoch", in: RunLimits.stepsPerEpoch),
            threads: try values.count("threads", in: RunLimits.threads),
            machine: try values["machine"], engine: try values["engine"],
            predictedMemoryBytes: try values.count("predicted_memory_bytes"),
            resumedStep: try values.count("resumed_step"),
            inheritedSeconds: try values.optional("inherited_seconds") ?? 0)
    }
}

extension Experiment {
    /// Missing keys have the meaning of the version that wrote the record.
    fileprivate init(_ values: Values) throws {
        var settings: [String: SettingValue] = [:]
        for key in values.allKeys {
            guard let section = try? values.object(key) else {
                settings[key.stringValue] = try values.decode(SettingValue.self, forKey: key)
                continue
            }
            for name in section.allKeys {
                settings["\(key.stringValue).\(name.stringValue)"] = try section.decode(SettingValue.self, forKey: name)
            }
        }
        try self.init(stored: settings)
    }
}

extension Progress {
    fileprivate init(_ values: Values) throws {
        self.init(
            epoch: try values.count("epoch", in: RunLimits.epochs), step: try values.count("step"),
            stepInEpoch: try values.count("step_in_epoch", in: RunLimits.stepsPerEpoch),
            stepsPerEpoch: try values.count("steps_per_epoch", in: RunLimits.stepsPerEpoch),
            examplesSeen: try values.optionalCount("examples_seen"))
        for metric in Self.metrics { metric.set(&self, try values.figure(metric.key, isRequired: metric.isRequired)) }
        layers = try values.optional("layers") ?? []
    }
}

extension EpochMetrics {
    fileprivate init(_ values: Values) throws {
        self.init(epoch: try values.count("epoch", in: RunLimits.epochs), step: try values.count("step"))
        for metric in Self.metrics { metric.set(&self, try values.figure(metric.key, isRequired: metric.isRequired)) }
    }
}

extension EvaluationProgress {
    fileprivate init(_ values: Values) throws {
        self.init(
            epoch: try values.count("epoch", in: RunLimits.epochs), step: try values.count("step"),
            examples: try values.count("examples"), allExamples: try values.count("all_examples"),
            elapsedSeconds: try values.number("elapsed_seconds"),
            remainingSeconds: try values.optional("remaining_seconds"))
    }
}

extension CheckpointSaved {
    fileprivate init(_ values: Values) throws {
        self.init(
            step: try values.count("step"), epoch: try values.count("epoch", in: RunLimits.epochs),
            byteCount: try values.count("bytes"),
            seconds: try values.number("seconds"))
    }
}

extension Outcome {
    fileprivate init(_ values: Values) throws {
        let name: String = try values["outcome"]
        switch name {
        case "completed": self = .completed
        case "stopped": self = .stopped
        case "diverged": self = .diverged(step: try values.count("diverged_at_step"))
        case "failed": self = .failed(reason: try values["reason"])
        default: throw values.unknown("outcome")
        }
    }
}

extension RunSummary {
    fileprivate init(_ values: Values) throws {
        self.init(
            outcome: try Outcome(values), step: try values.count("step"),
            lastEpoch: try values.optionalObject("last_epoch").map { try EpochMetrics($0) },
            bestEpoch: try values.optionalObject("best_epoch").map { try EpochMetrics($0) },
            examplesPerSecond: try values.number("examples_per_second"),
            overallExamplesPerSecond: try values.optional("overall_examples_per_second"),
            stepExamplesPerSecond: try values.number("step_examples_per_second"),
            elapsedSeconds: try values.number("elapsed_seconds"), peakMemoryBytes: try values.count("peak_memory_bytes")
        )
    }
}
