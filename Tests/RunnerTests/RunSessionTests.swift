// Runs that are stopped and resumed, and keep their results whatever goes wrong.

import Checkpoints
import Datasets
import Experiments
import Foundation
import GRDB
import Model
import RunStore
import Runner
import Testing
import Training

@Suite struct RunSessionTests {
    let workshop: Workshop
    var store: RunStore { workshop.store }

    init() throws { workshop = try Workshop() }

    @Test func `a new run is recorded from its first event to its last`() throws {
        let ending = try workshop.train(try workshop.new())
        #expect(ending.summary.outcome == .completed)
        #expect(ending.warnings.isEmpty)
        let run = try store.run(named: "bands-1")
        #expect(run.state == .completed)
        #expect(run.step == 10 && run.finishedEpochs == 2 && run.threads == 1)
        let records = try store.records(of: run)
        let lasting = ending.records.filter { if case .evaluating = $0.event { false } else { true } }
        #expect(records.map(\.event) == lasting.map(\.event))
        #expect(records.map(\.sequence) == lasting.map(\.sequence))
        #expect(ending.records.map(\.sequence) == Array(0..<ending.records.count))
        #expect(ending.savedSteps == [5, 10])
        #expect(store.checkpoints(of: run).all.map(\.step) == [10, 5])
    }

    @Test(arguments: [nil, 1, 2, 7]) func `a model is freed with its session, wherever that ends`(step: Int?) throws {
        weak var model: AnyObject?
        func train() throws {
            let stop = StopRequest()
            let session = try workshop.new()
            model = session.model as AnyObject
            let observer = Notebook { record in
                if case .progress(let progress) = record.event, progress.step == step { stop.request() }
            }
            _ = session.train(stop: stop, observers: [observer])
            #expect(try store.run(named: "bands-1").state == (step == nil ? .completed : .stopped))
        }
        try train()
        #expect(model == nil)
    }

    @Test func `every observer gets the same records, and a profile per epoch, which is also stored`() throws {
        let (first, second) = (Notebook(), Notebook())
        let session = try workshop.new()
        _ = session.train(stop: StopRequest(), observers: [first, second])
        #expect(first.records.count > 10 && first.records.map(\.sequence) == second.records.map(\.sequence))
        #expect(first.records.map(\.event) == second.records.map(\.event))
        #expect(first.profiles.count == 2 && first.profiles == second.profiles)
        let layers = Set(first.profiles[1].map(\.layer))
        let kept = store.profile(of: session.run)
        #expect(Set(kept.map(\.layer)) == layers && layers.count > 4)
        let total = first.profiles[1].reduce(0) { $0 + $1.seconds }
        #expect(abs(kept.reduce(0) { $0 + $1.seconds } - total) < 1e-9)
    }

    @Test(arguments: 1...9) func `a run that is stopped anywhere and resumed matches an uninterrupted one`(step: Int)
        throws
    {
        let whole = try workshop.train(try workshop.new())
        let stopped = try workshop.train(try workshop.new(), stopAfter: step)
        #expect(stopped.summary.outcome == .stopped)
        #expect(stopped.summary.step == step)
        #expect(try store.run(named: "bands-2").state == .stopped)
        let resumed = try workshop.train(try workshop.resume())
        #expect(resumed.summary.outcome == .completed)
        #expect(resumed.warnings.isEmpty)
        #expect(resumed.weights == whole.weights)
        #expect(try workshop.metrics("bands-2") == workshop.metrics("bands-1"))
        #expect(resumed.records[0].sequence == (stopped.records.last?.sequence ?? 0) + 1)
    }

    @Test func `a run that is stopped after every step matches an uninterrupted one`() throws {
        let whole = try workshop.train(try workshop.new())
        var ending = try workshop.train(try workshop.new(), stopAfter: 1)
        for step in 2...11 { ending = try workshop.train(try workshop.resume("bands-2"), stopAfter: step) }
        #expect(ending.weights == whole.weights)
        #expect(try workshop.metrics("bands-2") == workshop.metrics("bands-1"))
        #expect(store.checkpoints(of: try store.run(named: "bands-2")).all.count <= 3)
    }

    @Test func `a killed run resumes from its newest checkpoint`() throws {
        workshop.experiment.checkpoint = CheckpointRecipe(everyEpochs: nil, everyMinutes: nil, everySteps: 3)
        let whole = try workshop.train(try workshop.new())
        // As left by a process that was killed after step 8: rows of later steps, but no later checkpoint.
        let stopped = try workshop.train(try workshop.new(), stopAfter: 8)
        let run = try store.run(named: "bands-2")
        let checkpoints = store.checkpoints(of: run)
        try FileManager.default.removeItem(atPath: try #require(checkpoints.all.first).path)
        // The first epoch, after step 5, is the best so far.
        #expect(checkpoints.all.map(\.step) == [6, 5])
        let resumed = try workshop.train(try workshop.resume())
        #expect(resumed.summary.outcome == .completed)
        #expect(stopped.summary.step == 8)
        #expect(resumed.weights == whole.weights)
        #expect(try workshop.metrics("bands-2") == workshop.metrics("bands-1"))
    }

    @Test func `a damaged checkpoint is skipped with a warning, and no longer counts`() throws {
        let whole = try workshop.train(try workshop.new())
        _ = try workshop.train(try workshop.new(), stopAfter: 7)
        let run = try store.run(named: "bands-2")
        let newest = try #require(store.checkpoints(of: run).all.first)
        try Data("x".utf8).write(to: URL(filePath: newest.weightsPath))
        let resumed = try workshop.train(try workshop.resume())
        #expect(resumed.warnings.count == 1)
        #expect(resumed.warnings.first?.hasPrefix("\(newest.path): weights.safetensors is missing, or") == true)
        #expect(resumed.warnings.first?.hasSuffix("; the run resumes from the previous checkpoint") == true)
        #expect(resumed.weights == whole.weights)
        #expect(try workshop.metrics("bands-2") == workshop.metrics("bands-1"))
        for checkpoint in store.checkpoints(of: run).all { try checkpoint.verify() }
    }

    @Test(arguments: [#""epochExamples" : 70368744177664"#, #""stepInEpoch" : 7"#])
    func `a checkpoint with an impossible position is refused`(place: String) throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 7)
        let run = try store.run(named: "last")
        let newest = try #require(store.checkpoints(of: run).all.first)
        let file = "\(newest.path)/position.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let key = try #require(place.split(separator: ":").first)
        let changed = text.replacing(try Regex("\(key): [0-9]+"), with: place)
        #expect(changed != text)
        try Data(changed.utf8).write(to: URL(filePath: file))
        let sums = Process()
        sums.executableURL = URL(filePath: "/bin/sh")
        sums.arguments = ["-c", "cd '\(newest.path)' && sha256sum *.json *.safetensors > SHA256SUMS"]
        try sums.run()
        sums.waitUntilExit()
        let error = #expect(throws: RunnerError.self) { try workshop.resume() }
        #expect(error?.description == "\(newest.path): its position in the epoch is impossible for this run's data")
        #expect(try store.run(named: "last").state == .stopped)
    }

    @Test func `a run without a valid checkpoint starts over`() throws {
        let whole = try workshop.train(try workshop.new())
        _ = try workshop.train(try workshop.new(), stopAfter: 2)
        let newest = try #require(store.checkpoints(of: try store.run(named: "last")).all.first)
        try FileManager.default.removeItem(atPath: "\(newest.path)/position.json")
        let resumed = try workshop.train(try workshop.resume())
        #expect(resumed.warnings.first?.hasSuffix("; the run starts over") == true)
        #expect(resumed.weights == whole.weights)
        #expect(try workshop.metrics("bands-2") == workshop.metrics("bands-1"))
    }

    @Test func `a run with recorded epochs does not start over, and the error gives advice`() throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 7)
        let run = try store.run(named: "last")
        for checkpoint in store.checkpoints(of: run).all {
            try FileManager.default.removeItem(atPath: "\(checkpoint.path)/position.json")
        }
        let before = try workshop.metrics("bands-1")
        let error = #expect(throws: RunnerError.self) { try workshop.resume() }
        let file = "\(store.folder(of: run))/experiment.yaml"
        #expect(error?.description.hasPrefix("run bands-1 has no valid checkpoint (") == true, "\(error as Any)")
        #expect(
            error?.description.hasSuffix(
                "), and starting over would discard its 1 recorded epoch; train it as a new run")
                == true, "\(error as Any)")
        #expect(error?.remedy == .train(file: file))
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try workshop.metrics("bands-1") == before)
        #expect(try store.run(named: "last").state == .stopped)
    }

    @Test func `a run only resumes with its own data`() throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 2)
        let run = try store.run(named: "last")
        let other = try workshop.prepare(checksum: "def")
        let error = #expect(throws: RunnerError.self) { try RunSession.resume(run, other, in: store) }
        #expect(
            error?.description == "run bands-1: bands is not the data that the run was trained on")
        #expect(error?.remedy == .dataFolder)
        #expect(try store.run(named: "last").state == .stopped)
        #expect(try workshop.train(try workshop.resume()).summary.outcome == .completed)
    }

    @Test func `a different machine or number of threads triggers a warning`() throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 2)
        let run = try store.run(named: "last")
        let session = try RunSession.resume(run, try workshop.prepare(threads: 2), in: store)
        let ending = try workshop.train(session)
        #expect(ending.warnings.count == 1)
        #expect(ending.warnings.first?.contains("with 1 threads; from here on, results may differ") == true)
    }

    @Test func `warnings are reported with the run`() throws {
        let machine = Machine(processor: "a", cores: 1, memoryBytes: 1 << 30, availableMemoryBytes: 1 << 30)
        let prepared = try workshop.prepare(threads: 2, machine: machine)
        let ending = try workshop.train(try RunSession.new(prepared, in: store, program: "vgglab 0"))
        #expect(ending.warnings == ["2 threads on 1 core slow each other down; fewer are faster"])
        #expect(try store.records(of: store.run(named: "last")).contains { $0.event == .warning(ending.warnings[0]) })
    }

    @Test func `strict refuses a different machine, and the run stays unchanged`() throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 2)
        let run = try store.run(named: "last")
        let prepared = try workshop.prepare(threads: 2)
        let error = #expect(throws: RunnerError.self) {
            try RunSession.resume(run, prepared, in: store, isStrict: true)
        }
        #expect(error?.description.hasSuffix("an uninterrupted run (an error in strict mode)") == true)
        #expect(try store.run(named: "last").state == .stopped)
        #expect(try workshop.train(try workshop.resume()).summary.outcome == .completed)
    }

    @Test func `a run that is being trained cannot be resumed or deleted by others`() throws {
        let session = try workshop.new()
        let run = try store.run(named: "last")
        #expect(run.state == .running)
        let error = #expect(throws: RunStoreError.self) { try workshop.resume() }
        #expect(error?.description.hasPrefix("run bands-1 is being trained by ") == true)
        #expect(throws: RunStoreError.self) { try store.delete(run) }
        #expect(try workshop.train(session).summary.outcome == .completed)
    }

    @Test func `classes that cannot be learned trigger a warning, and are refused with strict`() throws {
        // Labels from 1 to 3, like EMNIST's letters from 1 to 26, and none of class 2.
        let labels = (0..<48).map { UInt8($0 % 2 == 0 ? 1 : 3) }
        let images = LabelledImages(height: 12, width: 12, pixels: Array(repeating: 9, count: 48 * 144), labels: labels)
        let prepared = try workshop.prepare(images, numClasses: 4)
        let warning =
            "classes 0, 2 cannot be learned: none of the 48 training images, but 0 of the 20 test images have them"
        #expect(prepared.warnings == [warning])
        #expect(throws: RunnerError.self) { try prepared.refuseWarnings() }
        let ending = try workshop.train(try RunSession.new(prepared, in: store, program: "vgglab 0"))
        #expect(ending.warnings == [warning])
    }

    @Test func `a limit above the number of images triggers a warning`() throws {
        workshop.experiment.data.limitTrain = 70
        workshop.experiment.data.limitTest = 20
        let images = LabelledImages(
            height: 12, width: 12, pixels: Array(repeating: 9, count: 48 * 144), labels: (0..<48).map { $0 % 4 })
        let warning = "data.limit_train is 70, but there are only 48 training images; using all of them"
        #expect(try workshop.prepare(images, numClasses: 4).warnings == [warning])
    }

    @Test func `images that are not square are refused, but a run on such images resumes`() throws {
        let images = LabelledImages(
            height: 12, width: 10, pixels: Array(repeating: 9, count: 48 * 120), labels: (0..<48).map { UInt8($0 % 3) })
        let prepared = try workshop.prepare(images, numClasses: 3)
        let error = #expect(throws: RunnerError.self) { try RunSession.new(prepared, in: store, program: "vgglab 0") }
        #expect(
            error?.description
                == "made-up: its images are 12 × 10, not square; pad or crop them")
        #expect(prepared.warnings == ["made-up: its images, 12 × 10, are stretched to squares"])
        #expect(try store.names().isEmpty)
    }

    @Test func `a run records the facts of its data`() throws {
        let session = try workshop.new()
        #expect(
            session.run.facts
                == DatasetFacts(
                    name: "fashion-mnist", numClasses: 3, trainExamples: 48, testExamples: 20, height: 12, width: 12))
        #expect(try store.run(named: "last").facts == session.run.facts)
    }

    @Test func `a checkpoint in progress is committed before a diverged run ends`() throws {
        workshop.experiment.checkpoint = CheckpointRecipe(everyEpochs: nil, everyMinutes: nil, everySteps: 1)
        workshop.experiment.training.learningRate = 1e8
        workshop.experiment.training.epochs = 50
        let ending = try workshop.train(try workshop.new())
        guard case .diverged(let step) = ending.summary.outcome else {
            Issue.record("\(ending.summary.outcome)")
            return
        }
        #expect(ending.savedSteps.last == step - 1)
        #expect(ending.records.last?.event == .runFinished(ending.summary))
        let (newest, damaged) = store.checkpoints(of: try store.run(named: "last")).newestValid()
        #expect(newest?.step == step - 1)
        #expect(damaged.isEmpty)
    }

    @Test func `if no checkpoint can be written, training warns and continues`() throws {
        let whole = try workshop.train(try workshop.new())
        let session = try workshop.new()
        let checkpoints = store.checkpoints(of: session.run).path
        try Data().write(to: URL(filePath: checkpoints))
        let ending = try workshop.train(session) { record in
            // Room again, for the last one.
            if case .progress(let progress) = record.event, progress.step == 8 {
                try? FileManager.default.removeItem(atPath: checkpoints)
            }
        }
        #expect(ending.summary.outcome == .completed)
        #expect(ending.weights == whole.weights)
        #expect(ending.warnings.count == 2)
        #expect(ending.warnings.first?.hasPrefix("no checkpoint: \(checkpoints): cannot be written") == true)
        #expect(ending.warnings.first?.hasSuffix("; training continues, and earlier ones are intact") == true)
        #expect(ending.warnings.last == "checkpoints are being saved again")
        #expect(ending.savedSteps == [10])
        #expect(session.hasKeptEnd)
    }

    @Test func `a problem with checkpoints is reported once, and at the end`() throws {
        workshop.experiment.checkpoint.everySteps = 1
        let session = try workshop.new()
        let checkpoints = store.checkpoints(of: session.run).path
        try Data().write(to: URL(filePath: checkpoints))
        let ending = try workshop.train(session)
        #expect(ending.summary.outcome == .completed)
        let cause = "\(checkpoints): cannot be written: Not a directory"
        #expect(
            ending.warnings == [
                "no checkpoint: \(cause); training continues, and earlier ones are intact",
                "no final checkpoint: \(cause); earlier ones are intact, and the run can be resumed from there",
            ])
        #expect(!session.hasKeptEnd)
    }

    @Test func `no checkpoint counts before the store has its metrics, wherever the process is killed`() throws {
        workshop.experiment.checkpoint = CheckpointRecipe(everyEpochs: nil, everyMinutes: nil, everySteps: 1)
        _ = try workshop.train(try workshop.new())
        let whole = try workshop.metrics("bands-1")
        let other = try workshop.database()
        let killed = TemporaryCopy()
        let ending = try workshop.train(try workshop.new()) { record in
            guard case .progress(let progress) = record.event else { return }
            switch progress.step {
            case 3: try? other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
            case 8:
                // The files as left by a process that is killed here.
                killed.copy(workshop.path)
                try? other.inDatabase { try $0.execute(sql: "COMMIT") }
            default: break
            }
        }
        #expect(ending.warnings.first?.contains("another program has locked it") == true)
        #expect(ending.warnings.contains { $0.hasPrefix("no checkpoint: ") && $0.contains("has locked it") })
        #expect(ending.warnings.contains("checkpoints are being saved again"))
        #expect(ending.savedSteps.last == 10)
        #expect(try workshop.metrics("bands-2") == whole)

        let copy = try RunStore(folder: killed.path, creates: true)
        let run = try copy.run(named: "bands-2")
        let newest = try #require(copy.checkpoints(of: run).newestValid().checkpoint)
        #expect(try copy.steps(of: run).map(\.step).starts(with: 1...newest.step))
        _ = try workshop.train(try RunSession.resume(run, try workshop.prepare(), in: copy))
        #expect(try workshop.metrics("bands-2", in: copy) == whole)
    }

    @Test func `an end that could not be recorded is reported, and the run can be finished later`() throws {
        let session = try workshop.new()
        let other = try workshop.database()
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let ending = try workshop.train(session)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        #expect(ending.warnings.last?.hasPrefix("the end of this run could not be recorded: ") == true)
        #expect(!session.hasKeptEnd)
        #expect(store.checkpoints(of: session.run).all.isEmpty)
    }
}

/// A copy of a store's folder, removed with the last reference to it.
final class TemporaryCopy {
    let path = FileManager.default.temporaryDirectory.appending(path: "vgglab-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func copy(_ folder: String) { try? FileManager.default.copyItem(atPath: folder, toPath: path) }
}
