// Reading JSON Lines: records are read back unchanged, and anything else is refused in one sentence.

import ExperimentFiles
import Experiments
import RunLog
import Testing

@Suite struct RunRecordReadingTests {
    /// One of each event, without any default value.
    static let events: [RunEvent] = {
        let experiment = Experiment(
            name: "a \"b\" \\ c", description: "é図🙂",
            network: NetworkRecipe(
                blocks: [Block(numConvs: 1, outChannels: 6), Block(numConvs: 2, outChannels: 12)], ratio: 3, kernel: 5,
                classifier: [7], dropout: 0.1, weights: "/a/b"),
            data: DataRecipe(
                dataset: "mnist", resize: 29, batchSize: 3, shuffle: false, limitTrain: 640, limitTest: 100),
            training: TrainingRecipe(
                learningRate: 0.1 + 0.2, momentum: 0.9, weightDecay: .leastNonzeroMagnitude, epochs: 2, seed: .max),
            engine: EngineOptions(convolution: .winograd, chunk: 4),
            checkpoint: CheckpointRecipe(everyEpochs: nil, everyMinutes: 2.5, everySteps: 100))
        guard let network = try? experiment.network(numClasses: 3) else { return [] }
        let start = RunStarted(
            experiment: experiment, network: network, dataset: "MNIST in /data", trainExamples: 640, testExamples: 100,
            stepsPerEpoch: 214, threads: 2, machine: "m", engine: "e", predictedMemoryBytes: 1 << 40, resumedStep: 17)
        let noStops = CheckpointRecipe(everyEpochs: 3, everyMinutes: nil)
        var plain = start
        plain.experiment.checkpoint = noStops
        plain.experiment.data.limitTrain = nil
        plain.experiment.engine.chunk = nil
        var layered = progress(at: 2)
        layered.layers = [
            LayerHealth(name: "features.0", deadShare: 1 / 3, updateRatio: 1e-7),
            LayerHealth(name: "classifier.0", deadShare: nil, updateRatio: nil),
        ]
        return [
            .runStarted(start), .runStarted(plain), .progress(progress(at: 1 / 3)),
            .progress(progress(at: 1e300, remaining: nil)), .epochFinished(metrics(testAccuracy: 2 / 3)),
            .checkpointSaved(CheckpointSaved(step: 9, epoch: 1, byteCount: 1 << 33, seconds: 0.25)),
            .warning("hot \\ \"x\"\n\u{1B}\u{E0001}"),
            .runFinished(summary(.completed, last: metrics(epoch: 10), best: metrics(epoch: 9))),
            .runFinished(summary(.stopped, last: nil, best: nil)),
            .runFinished(summary(.diverged(step: 7), last: metrics(), best: nil)),
            .runFinished(summary(.failed(reason: "no \u{1}"), last: nil, best: nil)), .progress(layered),
        ]
    }()

    @Test func `every event is read back unchanged`() throws {
        #expect(Self.events.count == 12)
        for (index, event) in Self.events.enumerated() {
            let written = record(event, sequence: index, run: "r\"\n\(index)", time: 1_767_225_600.123)
            #expect(try RunRecord(jsonLine: written.json.text) == written)
            #expect(try RunRecord(jsonLine: written.json.text + "\r\n") == written)
        }
    }

    @Test(arguments: [0, 0.001, 999.999, 1_709_164_800.999, 1_767_225_600.07, 253_402_300_799, -0.001, -62_135_596_800])
    func `time is read back to the millisecond`(time: Double) throws {
        #expect(try RunRecord(jsonLine: record(.warning(""), time: time).json.text).time == time)
    }

    @Test func `values that are not finite are read back as NaN`() throws {
        let line = record(.progress(progress(loss: .infinity, at: .nan, remaining: .infinity)), time: .nan).json.text
        let read = try RunRecord(jsonLine: line)
        guard case .progress(let progress) = read.event else {
            Issue.record("read \(read.event)")
            return
        }
        #expect(read.time.isNaN && progress.loss.isNaN && progress.meanLoss.isNaN && progress.elapsedSeconds.isNaN)
        #expect(progress.remainingSeconds == nil)
        #expect(progress.meanAccuracy == 0.847)
    }

    @Test func `nullable keys may be missing`() throws {
        let written = record(.progress(progress(at: 1, remaining: nil)))
        let line = written.json.text.replacing(#","remaining_seconds":null"#, with: "")
        #expect(line != written.json.text)
        #expect(try RunRecord(jsonLine: line) == written)
    }

    /// A new setting does not make the runs of earlier versions unreadable.
    @Test func `a missing setting has the value of the version that wrote the run`() throws {
        let json = record(Self.events[0]).json
        guard case .object(let experiment)? = json[path: "experiment"] else { throw CancellationError() }
        for section in experiment {
            guard case .object(let settings) = section.value else { continue }
            // Without these it would be a different network.
            for setting in settings where !["blocks", "ratio", "variant"].contains(setting.key) {
                let member = "\"\(setting.key)\":\(setting.value.text)"
                let line = json.text.replacing("," + member, with: "").replacing(member + ",", with: "")
                try #require(line != json.text, "\(member)")
                guard case .runStarted(let started) = try RunRecord(jsonLine: line).event else {
                    throw CancellationError()
                }
                let path = "\(section.key).\(setting.key)"
                #expect(started.experiment.json[path: path] == Experiment.storedDefaults.json[path: path], "\(path)")
            }
        }
    }

    @Test func `keys of a later version are ignored`() throws {
        let written = record(.warning("x"))
        let line = written.json.text.dropLast() + #","colour":[1,{"a":null}]}"#
        #expect(try RunRecord(jsonLine: line) == written)
    }

    /// The error for the first event's line with some of its text replaced.
    func sentence(_ index: Int, _ old: String, _ new: String) throws -> String {
        let line = record(Self.events[index]).json.text
        #expect(line.contains(old))
        do { _ = try RunRecord(jsonLine: line.replacing(old, with: new), number: 12) } catch { return "\(error)" }
        return ""
    }

    @Test(arguments: [
        (0, #""threads":2,"#, "", "it has no threads"),
        (
            0, #""resize":29"#, #""resize":"29""#,
            "experiment: data.resize must be a whole number from 1 to 4096 (got the text \"29\"); write 29"
        ),
        (
            0, #""resize":29"#, #""resize":null"#,
            "experiment: data.resize must be a whole number from 1 to 4096 (got nothing)"
        ),
        (
            0, #""winograd""#, #""magic""#,
            "experiment: engine.convolution must be auto, direct or winograd (got the text \"magic\")"
        ),
        (
            0, #"[1,6]"#, #"[1]"#,
            "experiment: network.blocks item 1 must be a pair [convolutions, channels] such as [2, 512] (got a list of 1)"
        ),
        (0, #""ratio":3"#, #""ratio":5"#, "experiment has an unknown value"),
        (2, #""event":"progress""#, #""event":"a""#, "event has an unknown value"),
        (2, #","time":"2026-01-01T00:00:00.250Z""#, "", "it has no time"),
        (2, "2026-01-01T", "2026-01-01 ", "time has an unknown value"),
        (7, #""best_epoch":{"epoch":9,"#, #""best_epoch":{"#, "it has no best_epoch.epoch"),
        (9, #""diverged_at_step":7"#, #""diverged_at_step":null"#, "diverged_at_step may not be null"),
        (9, #""diverged_at_step":7"#, #""diverged_at_step":-7"#, "diverged_at_step has an unknown value"),
        (0, #""threads":2,"#, #""threads":9223372036854775807,"#, "threads has an unknown value"),
        (
            0, #""num_classes":3"#, #""num_classes":9223372036854775807"#,
            "experiment has an unknown value"
        ),
    ]) func `the error names the key`(index: Int, old: String, new: String, problem: String) throws {
        #expect(try sentence(index, old, new) == "line 12: not a record of a run: \(problem)")
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("{", "it is not JSON"), ("\u{0}", "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ("7", "it is not a JSON object"), (#"{"event":"warning"}"#, "it has no run"), ("{} {}", "it is not JSON"),
        (String(repeating: "[", count: 100_000), "it is not JSON"),
    ]) func `a line that is not a record is refused`(line: String, problem: String) {
        let error = #expect(throws: Problem.self) { try RunRecord(jsonLine: line) }
        #expect(error?.description == "line 1: not a record of a run: \(problem)")
    }
}
